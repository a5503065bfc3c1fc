# Variables of the containers. Values of secrets never stand here: `secrets` name what ECS fetches when a task starts.

locals {
  # Addresses without passwords; the application puts them together.
  database_host   = "${aws_db_instance.main.address}:${aws_db_instance.main.port}"
  rds_certificate = "/etc/ssl/certs/rds-global-bundle.pem"
  database_path   = "${local.database_host}/${aws_db_instance.main.db_name}?sslmode=verify-full&sslrootcert=${local.rds_certificate}"

  webserver_host   = "webserver.${aws_service_discovery_private_dns_namespace.main.name}"
  code_server_host = "code-server.${aws_service_discovery_private_dns_namespace.main.name}"

  lake           = "s3://${aws_s3_bucket.lake.id}"
  bedrock_region = coalesce(var.bedrock.region, var.region)

  common_environment = {
    PROMPTORY_ENVIRONMENT = "production"
    PROMPTORY_DEPLOYMENT  = var.environment
    PROMPTORY_RELEASE     = var.image_tag
    PROMPTORY_HOME        = "/var/lib/promptory"
    PROMPTORY_LOG_LEVEL   = var.log_level
    AWS_REGION            = var.region
    AWS_DEFAULT_REGION    = var.region
  }

  embedder_environment = merge(
    { PROMPTORY_EMBEDDER = var.embedder },
    var.embedder == "bedrock" ? {
      PROMPTORY_BEDROCK_MODEL  = var.bedrock.model
      PROMPTORY_BEDROCK_REGION = local.bedrock_region
    } : {},
  )

  dashboard_environment = merge(
    local.embedder_environment,
    {
      PROMPTORY_DATABASE_URL         = "postgresql://promptory_dashboard_login@${local.database_path}"
      PROMPTORY_ANALYST_DATABASE_URL = "postgresql://promptory_analyst@${local.database_path}"
      PROMPTORY_DAGSTER_URL          = "http://${local.webserver_host}:${local.ports.webserver}"
      PROMPTORY_DASHBOARD_URL        = local.address
      PROMPTORY_PROXIES              = "1"
      PROMPTORY_IMAGES               = "s3://${aws_s3_bucket.images.id}/images"
      PROMPTORY_INBOX                = "s3://${aws_s3_bucket.inbox.id}/inbox"
      PROMPTORY_REGISTRATION         = tostring(var.registration)
    },
    # It counts and takes back by the lake, and leaves it to Dagster's runs to write there.
    var.emr == null ? {} : {
      PROMPTORY_ENGINE = "spark"
      PROMPTORY_LAKE   = local.lake
    },
    var.oidc == null ? {} : {
      PROMPTORY_OIDC_METADATA_URL = var.oidc.metadata_url
      PROMPTORY_OIDC_CLIENT_ID    = var.oidc.client_id
    },
  )

  # What dagster.yaml in the image takes from the environment. Its storage leaves TLS to libpq's own variables.
  dagster_instance = {
    DAGSTER_HOME                = local.dagster_home
    DAGSTER_PG_HOST             = aws_db_instance.main.address
    DAGSTER_PG_USER             = "promptory_dagster_login"
    DAGSTER_PG_DATABASE         = aws_db_instance.main.db_name
    DAGSTER_COMPUTE_LOGS_BUCKET = aws_s3_bucket.logs.id
    DAGSTER_RUN_TASK_DEFINITION = "${local.name}-run" # the family, for those that open the instance and launch nothing
    DAGSTER_RUN_CONTAINER       = "run"
    PGSSLMODE                   = "verify-full"
    PGSSLROOTCERT               = local.rds_certificate
  }

  dagster_environment = merge(
    local.embedder_environment,
    local.dagster_instance,
    local.spark_environment,
    {
      PROMPTORY_DATABASE_URL   = "postgresql://promptory_dagster_login@${local.database_path}"
      PROMPTORY_IMAGES         = "s3://${aws_s3_bucket.images.id}/images"
      PROMPTORY_INBOX          = "s3://${aws_s3_bucket.inbox.id}/inbox"
      PROMPTORY_LANDING        = "s3://${aws_s3_bucket.inbox.id}/landing"
      PROMPTORY_LAKE           = local.lake
      DAGSTER_CODE_SERVER_HOST = local.code_server_host
    },
  )

  migration_environment = merge(
    local.dagster_instance,
    { PROMPTORY_DATABASE_URL = "postgresql://${aws_db_instance.main.username}@${local.database_path}" },
    var.admin_email == null ? {} : { PROMPTORY_ADMIN_EMAIL = var.admin_email },
  )

  # Variable = secret. What is optional is left out, not left empty.
  common_secrets = merge(
    {
      PROMPTORY_COOKIE_SECRET = "cookie-secret"
      PROMPTORY_PSEUDONYM_KEY = "pseudonym-key"
    },
    contains(keys(local.provided_secrets), "sentry-dsn") ? { SENTRY_DSN = "sentry-dsn" } : {},
  )

  dashboard_secrets = merge(
    {
      PROMPTORY_DATABASE_PASSWORD         = "database-dashboard"
      PROMPTORY_ANALYST_DATABASE_PASSWORD = "database-analyst"
    },
    contains(keys(local.provided_secrets), "oidc-client-secret") ? { PROMPTORY_OIDC_CLIENT_SECRET = "oidc-client-secret" } : {},
  )

  dagster_secrets = merge(
    {
      PROMPTORY_DATABASE_PASSWORD = "database-dagster"
      DAGSTER_PG_PASSWORD         = "database-dagster"
    },
    contains(keys(local.provided_secrets), "alert-webhook") ? { PROMPTORY_ALERT_WEBHOOK = "alert-webhook" } : {},
  )

  migration_secrets = merge(
    {
      PROMPTORY_DATABASE_PASSWORD        = "database-master"
      PROMPTORY_DASHBOARD_LOGIN_PASSWORD = "database-dashboard"
      PROMPTORY_DAGSTER_LOGIN_PASSWORD   = "database-dagster"
      PROMPTORY_ANALYST_LOGIN_PASSWORD   = "database-analyst"
      DAGSTER_PG_PASSWORD                = "database-dagster"
    },
    var.admin_email == null ? {} : { PROMPTORY_ADMIN_PASSWORD = "admin-password" },
  )
}
