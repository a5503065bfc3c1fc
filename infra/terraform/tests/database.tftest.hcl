# PostgreSQL, its user, and the secrets.

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

run "the_database_is_private_encrypted_and_backed_up" {
  command = plan

  assert {
    condition     = !aws_db_instance.main.publicly_accessible && aws_db_instance.main.storage_encrypted
    error_message = "PostgreSQL has no public address and an encrypted disk."
  }

  assert {
    condition     = one([for parameter in aws_db_parameter_group.main.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
    error_message = "PostgreSQL refuses connections without TLS."
  }

  assert {
    condition     = aws_db_instance.main.username == "promptory_master" && aws_db_instance.main.password == null
    error_message = "The user has its default name; no password stands in the plan."
  }

  assert {
    condition     = aws_db_instance.main.backup_retention_period == 7 && aws_db_instance.main.performance_insights_enabled && aws_db_instance.main.max_allocated_storage == 100
    error_message = "There are backups, insights, and room to grow."
  }

  assert {
    condition     = !aws_db_instance.main.multi_az && !aws_db_instance.main.skip_final_snapshot
    error_message = "One zone by default; a last snapshot always."
  }

  assert {
    condition     = aws_db_parameter_group.main.family == "postgres17"
    error_message = "The parameters are of the version."
  }
}

run "every_version_has_its_parameters" {
  command = plan

  variables {
    database = { engine_version = "15.8" }
  }

  assert {
    condition     = aws_db_parameter_group.main.family == "postgres15" && aws_db_instance.main.engine_version == "15.8"
    error_message = "A minor version may be named."
  }
}

run "what_is_protected_is_not_deleted" {
  command = plan

  variables {
    deletion_protection = true
    database            = { multi_az = true, monitoring_seconds = 0 }
  }

  assert {
    condition     = aws_db_instance.main.deletion_protection && aws_lb.main.enable_deletion_protection && aws_db_instance.main.multi_az
    error_message = "Database and load balancer are protected."
  }

  assert {
    condition     = length(aws_iam_role.database_monitoring) == 0
    error_message = "Monitoring that is off needs no role."
  }
}

run "what_is_disposable_goes_wholly" {
  command = plan

  variables {
    deletion_protection = true
    disposable          = true
  }

  assert {
    condition     = !aws_db_instance.main.deletion_protection && !aws_lb.main.enable_deletion_protection && aws_db_instance.main.skip_final_snapshot
    error_message = "Nothing holds the database back."
  }

  assert {
    condition     = aws_s3_bucket.images.force_destroy && aws_s3_bucket.logs.force_destroy && alltrue([for secret in aws_secretsmanager_secret.main : secret.recovery_window_in_days == 0])
    error_message = "Buckets are emptied, secrets gone at once."
  }

  assert {
    condition     = alltrue([for definition in local.task_definitions : !definition.skip_destroy])
    error_message = "Revisions are taken back."
  }
}

run "the_user_may_be_named" {
  command = plan

  variables {
    db_username = "librarian"
  }

  assert {
    condition     = aws_db_instance.main.username == "librarian"
    error_message = "The master user has the given name."
  }
}

run "six_secrets_are_always_there" {
  command = plan

  assert {
    condition     = toset(keys(aws_secretsmanager_secret.main)) == toset(["database-master", "database-dashboard", "database-dagster", "database-analyst", "cookie-secret", "pseudonym-key"])
    error_message = "Four passwords, the cookies' secret, the pseudonyms' key."
  }

  assert {
    condition     = aws_secretsmanager_secret.main["database-master"].name == "promptory/test/database/master"
    error_message = "Names begin with the environment."
  }
}

run "the_first_administrator_has_a_password" {
  command = plan

  variables {
    admin_email = "admin@example.org"
    secret_versions = {
      database_master    = 0
      database_dashboard = 0
      database_dagster   = 0
      database_analyst   = 0
      cookie_secret      = 0
      pseudonym_key      = 0
      admin_password     = 0
    }
  }

  assert {
    condition     = aws_secretsmanager_secret.main["admin-password"].name == "promptory/test/admin-password"
    error_message = "The password is a secret."
  }

  assert {
    condition     = toset([for name, task in local.tasks : name if contains(keys(task.secrets), "PROMPTORY_ADMIN_PASSWORD")]) == toset(["migration"])
    error_message = "The migration alone reads it."
  }
}

run "optional_secrets_reach_the_tasks_that_need_them" {
  command = plan

  variables {
    optional_secrets = ["sentry_dsn", "alert_webhook"]
    oidc             = { metadata_url = "https://login.example.org/.well-known/openid-configuration", client_id = "promptory" }
  }

  assert {
    condition     = length(aws_secretsmanager_secret.main) == 9 && length(aws_secretsmanager_secret_version.provided) == 0
    error_message = "They are made, and their values left to be put in by hand."
  }

  assert {
    condition     = alltrue([for task in local.tasks : task.secrets["SENTRY_DSN"] == "sentry-dsn"])
    error_message = "Every task tells Sentry of its errors."
  }

  assert {
    condition     = toset([for name, task in local.tasks : name if contains(keys(task.secrets), "PROMPTORY_ALERT_WEBHOOK")]) == toset(["webserver", "daemon", "code-server", "run"])
    error_message = "Dagster's tasks post failures."
  }

  assert {
    condition     = toset([for name, task in local.tasks : name if contains(keys(task.secrets), "PROMPTORY_OIDC_CLIENT_SECRET")]) == toset(["dashboard"])
    error_message = "The dashboard alone signs people in."
  }

  assert {
    condition     = local.tasks.dashboard.environment["PROMPTORY_OIDC_CLIENT_ID"] == "promptory"
    error_message = "It knows which client it is."
  }
}
