# A chain: world -> load balancer -> dashboard -> PostgreSQL. Every rule inside the VPC names a group, never addresses.

locals {
  # AWS takes no apostrophe in a description.
  groups = merge(
    {
      load-balancer = "Load balancer"
      dashboard     = "Dashboard"
      webserver     = "Web server of Dagster"
      daemon        = "Daemon of Dagster, and the runs, which take on the group of the task that launches them"
      code-server   = "Code server of Dagster"
      migration     = "Migration of the database"
      database      = "PostgreSQL"
    },
    var.emr == null ? {} : { spark = "Workers of Spark, which go to S3 and nowhere else" },
  )

  # Groups of tasks; each talks to PostgreSQL and, over HTTPS, to AWS.
  task_groups = toset(["dashboard", "webserver", "daemon", "code-server", "migration"])

  # Who talks to whom inside the VPC: `from` may open connections to `to` on that port.
  links = merge(
    {
      load-balancer-dashboard = { from = "load-balancer", to = "dashboard", port = local.ports.dashboard }
      dashboard-webserver     = { from = "dashboard", to = "webserver", port = local.ports.webserver }
      webserver-code-server   = { from = "webserver", to = "code-server", port = local.ports.code-server }
      daemon-code-server      = { from = "daemon", to = "code-server", port = local.ports.code-server }
    },
    { for group in local.task_groups : "${group}-database" => { from = group, to = "database", port = local.ports.database } },
    var.dagster_sign_in == null ? {} : {
      load-balancer-webserver = { from = "load-balancer", to = "webserver", port = local.ports.webserver }
    },
  )

  ports = {
    dashboard   = 8501
    webserver   = 3000
    code-server = 4000
    database    = 5432
  }

  public_ports = { http = 80, https = 443 }
}

resource "aws_security_group" "main" {
  # checkov:skip=CKV2_AWS_5: attached by services.tf, rds.tf, alb.tf, emr_serverless.tf and the output rollout, by names that checkov does not follow

  for_each = local.groups

  name        = "${local.name}-${each.key}"
  description = each.value
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.name}-${each.key}" }
}

resource "aws_vpc_security_group_ingress_rule" "links" {
  for_each = local.links

  security_group_id            = aws_security_group.main[each.value.to].id
  referenced_security_group_id = aws_security_group.main[each.value.from].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = "From ${each.value.from}"
}

resource "aws_vpc_security_group_egress_rule" "links" {
  for_each = local.links

  security_group_id            = aws_security_group.main[each.value.from].id
  referenced_security_group_id = aws_security_group.main[each.value.to].id
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  description                  = "To ${each.value.to}"
}

resource "aws_vpc_security_group_ingress_rule" "public" {
  for_each = {
    for pair in setproduct(keys(local.public_ports), var.allowed_cidrs) :
    "${pair[0]}-${pair[1]}" => { port = local.public_ports[pair[0]], cidr = pair[1] }
  }

  security_group_id = aws_security_group.main["load-balancer"].id
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  description       = "Browsers"
}

resource "aws_vpc_security_group_egress_rule" "s3" {
  for_each = var.emr == null ? local.task_groups : setunion(local.task_groups, ["spark"])

  security_group_id = aws_security_group.main[each.key].id
  prefix_list_id    = data.aws_prefix_list.s3.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "S3, through its gateway endpoint"
}

# AWS's services, Sentry and identity providers have no group and no fixed addresses: only the port can be named.
# The load balancer itself goes out to the user pool that signs people in to Dagster.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = var.dagster_sign_in == null ? local.task_groups : setunion(local.task_groups, ["load-balancer"])

  security_group_id = aws_security_group.main[each.key].id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "Services of AWS and the internet, over HTTPS"
}

# Interface endpoints, where there are any: tasks reach them, nobody else.
resource "aws_security_group" "endpoints" {
  count = length(var.interface_endpoints) > 0 ? 1 : 0

  name        = "${local.name}-endpoints"
  description = "Interface endpoints of services of AWS"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${local.name}-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  for_each = length(var.interface_endpoints) > 0 ? local.task_groups : []

  security_group_id            = aws_security_group.endpoints[0].id
  referenced_security_group_id = aws_security_group.main[each.key].id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "From ${each.key}"
}
