# Everything that can be switched on. Besides: route53_zone_id (a zone that exists), and no certificate_arn.
environment          = "largest"
image_tag            = "0123456789abcdef0123456789abcdef01234567"
image_registry       = "210987654321.dkr.ecr.eu-central-1.amazonaws.com"
domain_name          = "promptory.example.org"
deletion_protection  = true
disposable           = true # wins over deletion_protection
cpu_architecture     = "X86_64"
permissions_boundary = "promptory-largest-boundary"

zone_count               = 3
nat_gateway_each_zone    = true
web_application_firewall = true
interface_endpoints      = ["ecr.api", "ecr.dkr", "emr-serverless", "logs", "secretsmanager"]
allowed_cidrs            = ["198.51.100.0/24", "203.0.113.0/24"]

dagster_sign_in = {
  user_pool_arn       = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Example01"
  user_pool_client_id = "example"
  user_pool_domain    = "promptory-example"
}

db_username = "librarian"
db_password = "AnOwnPassword0123456789"

database = {
  engine_version          = "18"
  instance_class          = "db.t4g.medium"
  storage_gb              = 50
  max_storage_gb          = 500
  multi_az                = true
  backup_days             = 30
  connections_alarm_above = 300
}

task_sizes = {
  dashboard = { cpu = 1024, memory = 2048 }
  run       = { cpu = 4096, memory = 16384 }
}

dashboard_tasks    = { min = 3, max = 8 }
container_insights = true
log_level          = "DEBUG"
registration       = true
admin_email        = "admin@example.org"

emr = {
  architecture  = "X86_64"
  cpu           = 128
  memory        = 512
  disk          = 2000
  worker        = { cpu = 8, memory = 32 }
  idle_minutes  = 10
  start_minutes = 20
}

embedder         = "bedrock"
bedrock          = { model = "amazon.titan-embed-text-v2:0", region = "us-west-2" }
oidc             = { metadata_url = "https://login.example.org/.well-known/openid-configuration", client_id = "promptory" }
optional_secrets = ["sentry_dsn", "alert_webhook"]
secret_versions  = { sentry_dsn = 1, oidc_client_secret = 1 }
secret_values    = { sentry_dsn = "https://key@sentry.example.org/1", oidc_client_secret = "AnOwnClientSecret" }

alarm_emails       = ["operations@example.org", "owner@example.org"]
monthly_budget_usd = 900
log_days           = 365
