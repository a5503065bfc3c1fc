data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_availability_zones" "available" {
  # checkov:skip=CKV_AWS_394: only the first zones are taken, and AWS adds letters at the end

  state = "available"

  # Local zones have no NAT gateways, and few kinds of anything.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  name       = "promptory-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition

  zones = { for index, zone in slice(data.aws_availability_zones.available.names, 0, var.zone_count) : zone => index }

  address        = "https://${var.domain_name}"
  dagster_domain = var.dagster_sign_in == null ? null : "dagster.${var.domain_name}"

  image_registry = coalesce(var.image_registry, "${local.account_id}.dkr.ecr.${var.region}.amazonaws.com")

  permissions_boundary = (
    var.permissions_boundary == null ? null : "arn:${local.partition}:iam::${local.account_id}:policy/${var.permissions_boundary}"
  )
}
