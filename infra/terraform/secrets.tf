# Values go from a generator straight to Secrets Manager as write-only arguments: neither plan nor state holds one.

locals {
  generated_secrets = merge(
    {
      database-master    = { path = "database/master", version = var.secret_versions.database_master }
      database-dashboard = { path = "database/dashboard", version = var.secret_versions.database_dashboard }
      database-dagster   = { path = "database/dagster", version = var.secret_versions.database_dagster }
      database-analyst   = { path = "database/analyst", version = var.secret_versions.database_analyst }
      cookie-secret      = { path = "cookie-secret", version = var.secret_versions.cookie_secret }
      pseudonym-key      = { path = "pseudonym-key", version = var.secret_versions.pseudonym_key }
    },
    var.admin_email == null ? {} : {
      admin-password = { path = "admin-password", version = var.secret_versions.admin_password }
    },
  )

  provided_secrets = {
    for name, secret in {
      oidc-client-secret = { version = var.secret_versions.oidc_client_secret, wanted = var.oidc != null }
      sentry-dsn         = { version = var.secret_versions.sentry_dsn, wanted = contains(var.optional_secrets, "sentry_dsn") }
      alert-webhook      = { version = var.secret_versions.alert_webhook, wanted = contains(var.optional_secrets, "alert_webhook") }
    } : name => { path = name, version = secret.version } if secret.wanted
  }
}

resource "aws_secretsmanager_secret" "main" {
  # checkov:skip=CKV2_AWS_57: tasks read secrets when they start, so a change goes with a rollout, begun by secret_versions

  for_each = merge(local.generated_secrets, local.provided_secrets)

  name                    = "promptory/${var.environment}/${each.value.path}"
  description             = "${local.name}: ${each.key}"
  kms_key_id              = aws_kms_key.main.arn
  recovery_window_in_days = var.disposable ? 0 : 7
}

# Generated anew at each run of Terraform, and written only when the secret's number rises.
# Without punctuation: the values stand in addresses and shells.
ephemeral "aws_secretsmanager_random_password" "generated" {
  provider = aws.ephemeral
  for_each = local.written_secrets.generated

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "generated" {
  for_each = local.written_secrets.generated

  secret_id = aws_secretsmanager_secret.main[each.key].id
  secret_string_wo = coalesce(
    each.key == "database-master" ? var.db_password : null,
    ephemeral.aws_secretsmanager_random_password.generated[each.key].random_password,
  )
  secret_string_wo_version = each.value.version
}

resource "aws_secretsmanager_secret_version" "provided" {
  for_each = local.written_secrets.provided

  secret_id                = aws_secretsmanager_secret.main[each.key].id
  secret_string_wo         = var.secret_values[replace(each.key, "-", "_")]
  secret_string_wo_version = each.value.version
}

locals {
  # With number 0 the value is put in by hand. A task whose secret has none does not start, and says which.
  written_secrets = {
    generated = { for name, secret in local.generated_secrets : name => secret if secret.version > 0 }
    provided  = { for name, secret in local.provided_secrets : name => secret if secret.version > 0 }
  }
}
