# Small: one NAT gateway, a database in one zone. Set domain_name, route53_zone_id, admin_email and
# alarm_emails to your own.
environment          = "staging"
domain_name          = "staging.promptory.example.org"
route53_zone_id      = "Z0123456789EXAMPLE"
admin_email          = "admin@example.org"
alarm_emails         = ["operations@example.org"]
permissions_boundary = "promptory-staging-boundary"

database = {
  instance_class = "db.t4g.micro"
  backup_days    = 3
}

log_days           = 14
monthly_budget_usd = 250
