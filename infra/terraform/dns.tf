# Certificate and records, in the given zone. With a certificate of your own and no zone, nothing is made here:
# let domain_name be an alias of the output load_balancer_dns_name.

locals {
  makes_certificate = var.certificate_arn == null
  certificate_arn   = local.makes_certificate ? one(aws_acm_certificate_validation.main[*].certificate_arn) : var.certificate_arn

  # dagster.<domain_name> only where it is shown.
  domain_names = toset(compact([var.domain_name, local.dagster_domain]))
}

resource "aws_acm_certificate" "main" {
  count = local.makes_certificate ? 1 : 0

  domain_name               = var.domain_name
  subject_alternative_names = setsubtract(local.domain_names, [var.domain_name])
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.makes_certificate ? local.domain_names : []

  zone_id         = var.route53_zone_id
  name            = local.validation_records[each.key].resource_record_name
  type            = local.validation_records[each.key].resource_record_type
  records         = [local.validation_records[each.key].resource_record_value]
  ttl             = 300
  allow_overwrite = true # a certificate made anew asks for the same record
}

locals {
  validation_records = {
    for option in try(aws_acm_certificate.main[0].domain_validation_options, []) : option.domain_name => option
  }
}

resource "aws_acm_certificate_validation" "main" {
  count = local.makes_certificate ? 1 : 0

  certificate_arn         = aws_acm_certificate.main[0].arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}

resource "aws_route53_record" "address" {
  for_each = var.route53_zone_id == null ? [] : local.domain_names

  zone_id = var.route53_zone_id
  name    = each.key
  type    = "A"

  alias {
    name                   = aws_lb.main.dns_name
    zone_id                = aws_lb.main.zone_id
    evaluate_target_health = true
  }
}
