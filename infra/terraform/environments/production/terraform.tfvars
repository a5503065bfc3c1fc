# Survives the loss of a zone. Set domain_name, route53_zone_id, admin_email and alarm_emails to your own.
environment          = "production"
domain_name          = "promptory.example.org"
route53_zone_id      = "Z0123456789EXAMPLE"
admin_email          = "admin@example.org"
alarm_emails         = ["operations@example.org"]
permissions_boundary = "promptory-production-boundary"
deletion_protection  = true

zone_count               = 3
nat_gateway_each_zone    = true
web_application_firewall = true

database = {
  instance_class          = "db.t4g.medium"
  storage_gb              = 50
  max_storage_gb          = 500
  multi_az                = true
  backup_days             = 30
  connections_alarm_above = 300
}

task_sizes = {
  dashboard = { cpu = 1024, memory = 2048 }
  run       = { cpu = 2048, memory = 8192 }
}

dashboard_tasks    = { min = 2, max = 8 }
container_insights = true
log_days           = 365
monthly_budget_usd = 700
