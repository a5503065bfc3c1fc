# Certificate, records, Dagster's pages, the firewall.

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

run "an_own_certificate_makes_no_other" {
  command = plan

  assert {
    condition     = length(aws_acm_certificate.main) == 0 && length(aws_route53_record.validation) == 0 && length(aws_route53_record.address) == 0
    error_message = "Nothing is made in Route 53 or ACM."
  }

  assert {
    condition     = aws_lb_listener.https.certificate_arn == var.certificate_arn
    error_message = "HTTPS shows the given certificate."
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].redirect[0].status_code == "HTTP_301" && aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS"
    error_message = "HTTP is sent to HTTPS."
  }

  assert {
    condition     = aws_lb_target_group.dashboard.health_check[0].path == "/_stcore/health" && aws_lb_target_group.dashboard.stickiness[0].type == "lb_cookie"
    error_message = "The load balancer asks Streamlit for its health, and keeps a reader with one task."
  }

  assert {
    condition     = length(aws_lb_listener_rule.dagster) == 0 && length(aws_lb_target_group.webserver) == 0 && output.dagster_address == null
    error_message = "Dagster's pages are not shown."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.main) == 0
    error_message = "There is no firewall unasked."
  }
}

run "a_zone_makes_certificate_and_record" {
  command = plan

  variables {
    certificate_arn = null
    route53_zone_id = "Z0123456789"
  }

  assert {
    condition     = aws_acm_certificate.main[0].domain_name == "promptory.example.org" && aws_acm_certificate.main[0].validation_method == "DNS"
    error_message = "A certificate for the domain is made."
  }

  assert {
    condition     = toset(keys(aws_route53_record.validation)) == toset(["promptory.example.org"]) && toset(keys(aws_route53_record.address)) == toset(["promptory.example.org"])
    error_message = "It is validated, and the domain leads to the load balancer."
  }
}

run "a_zone_beside_an_own_certificate_makes_the_record_alone" {
  command = plan

  variables {
    route53_zone_id = "Z0123456789"
  }

  assert {
    condition     = length(aws_acm_certificate.main) == 0 && length(aws_route53_record.address) == 1
    error_message = "There is a record, and no second certificate."
  }
}

run "dagster_is_shown_behind_sign_in" {
  command = plan

  variables {
    certificate_arn = null
    route53_zone_id = "Z0123456789"
    dagster_sign_in = {
      user_pool_arn       = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Example01"
      user_pool_client_id = "client"
      user_pool_domain    = "promptory"
    }
  }

  assert {
    condition     = join(" ", [for action in aws_lb_listener_rule.dagster[0].action : action.type]) == "authenticate-cognito forward"
    error_message = "People sign in before anything is forwarded."
  }

  assert {
    condition     = aws_lb_listener_rule.dagster[0].action[0].authenticate_cognito[0].on_unauthenticated_request == "authenticate"
    error_message = "Nobody gets past it."
  }

  assert {
    condition     = output.dagster_address == "https://dagster.promptory.example.org" && length(aws_route53_record.address) == 2
    error_message = "It has a name of its own."
  }

  assert {
    condition     = contains(keys(aws_vpc_security_group_ingress_rule.links), "load-balancer-webserver") && contains(keys(aws_vpc_security_group_egress_rule.https), "load-balancer")
    error_message = "The load balancer reaches the web server, and the user pool."
  }

  assert {
    condition     = length(aws_ecs_service.main["webserver"].load_balancer) == 1
    error_message = "The service registers with the load balancer."
  }
}

run "the_firewall_stands_before_the_load_balancer" {
  command = plan

  variables {
    web_application_firewall = true
  }

  assert {
    condition     = length(aws_wafv2_web_acl.main[0].rule) == 4 && length(aws_wafv2_web_acl_association.main) == 1
    error_message = "Three groups of rules and a limit are asked."
  }

  assert {
    condition     = aws_cloudwatch_log_group.waf[0].name == "aws-waf-logs-promptory-test" && length(aws_wafv2_web_acl_logging_configuration.main) == 1
    error_message = "What it refused is logged."
  }
}
