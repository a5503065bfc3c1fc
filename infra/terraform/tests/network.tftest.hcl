# Zones, ways out, endpoints and the chain of security groups.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Never asked: see terraform.tfvars.
provider "aws" {
  alias                       = "ephemeral"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "two_zones_share_a_nat_gateway" {
  command = plan

  assert {
    condition     = length(aws_subnet.public) == 2 && length(aws_subnet.private) == 2 && length(aws_subnet.data) == 2
    error_message = "Two zones have a subnet in each of three layers."
  }

  assert {
    condition     = toset(keys(aws_nat_gateway.main)) == toset(["us-east-1a"])
    error_message = "One NAT gateway stands in the first zone."
  }

  assert {
    condition     = length(aws_route.private_nat) == 2
    error_message = "Each zone goes out through it."
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "No interface endpoint is paid for unasked."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.public : rule.cidr_ipv4 == "0.0.0.0/0" && contains([80, 443], rule.from_port)])
    error_message = "The world reaches the ports of HTTP and HTTPS."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.links) == 9
    error_message = "The dashboard is reached from the load balancer, Dagster from the dashboard, the code server from Dagster, PostgreSQL from five tasks."
  }

  assert {
    condition     = toset(keys(aws_vpc_security_group_egress_rule.https)) == toset(["dashboard", "webserver", "daemon", "code-server", "migration"])
    error_message = "PostgreSQL and the load balancer have no way out."
  }
}

run "three_zones_go_out_on_their_own" {
  command = plan

  variables {
    zone_count            = 3
    nat_gateway_each_zone = true
  }

  assert {
    condition     = length(aws_subnet.data) == 3 && length(aws_nat_gateway.main) == 3 && length(aws_eip.nat) == 3
    error_message = "Each of three zones has its NAT gateway."
  }

  assert {
    condition     = toset([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.data)) : subnet.cidr_block]) == toset([for index in [0, 1, 2, 4, 5, 6, 8, 9, 10] : cidrsubnet("10.20.0.0/16", 4, index)])
    error_message = "Nine subnets lie beside each other."
  }
}

run "endpoints_are_reached_from_the_tasks" {
  command = plan

  variables {
    interface_endpoints = ["ecr.api", "logs"]
  }

  assert {
    condition     = aws_vpc_endpoint.interface["ecr.api"].service_name == "com.amazonaws.us-east-1.ecr.api" && length(aws_vpc_endpoint.interface) == 2
    error_message = "Each service has its endpoint."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.endpoints) == 5
    error_message = "Every group of tasks reaches them, and nobody else."
  }
}

run "only_some_addresses_are_let_in" {
  command = plan

  variables {
    allowed_cidrs = ["198.51.100.0/24", "203.0.113.0/24"]
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.public : rule.cidr_ipv4]) == toset(["198.51.100.0/24", "203.0.113.0/24"])
    error_message = "The load balancer takes requests of these addresses alone."
  }
}
