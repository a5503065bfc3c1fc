# The library's PostgreSQL. Reached from the tasks' groups only, over TLS only.

resource "aws_db_subnet_group" "main" {
  name        = local.name
  description = "Data subnets of ${local.name}"
  subnet_ids  = [for subnet in aws_subnet.data : subnet.id]
}

locals {
  postgresql_major = split(".", var.database.engine_version)[0]
}

resource "aws_db_parameter_group" "main" {
  # A new major version needs a group of its own, beside the old one while the database is upgraded.
  name        = "${local.name}-postgresql-${local.postgresql_major}"
  description = "TLS only; slow statements and changes of the schema are logged"
  family      = "postgres${local.postgresql_major}"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  lifecycle {
    create_before_destroy = true
  }
}

# What the master's password is comes from the secret, not from the generator: an apply that was cut between the two
# writes goes on with the password that the secret already has.
ephemeral "aws_secretsmanager_secret_version" "master" {
  provider = aws.ephemeral

  secret_id  = aws_secretsmanager_secret.main["database-master"].id
  version_id = one([for name, written in aws_secretsmanager_secret_version.generated : written.version_id if name == "database-master"])
}

resource "aws_db_instance" "main" {
  # checkov:skip=CKV_AWS_118: on by default (database.monitoring_seconds), which checkov does not see
  # checkov:skip=CKV_AWS_161: the application signs in by password over verified TLS; tokens that end every 15 minutes would need code in each of its parts

  identifier = local.name

  engine                      = "postgres"
  engine_version              = var.database.engine_version
  allow_major_version_upgrade = true # the version is a variable, so that an upgrade is a reviewed change
  auto_minor_version_upgrade  = true
  parameter_group_name        = aws_db_parameter_group.main.name
  apply_immediately           = var.database.apply_immediately

  instance_class        = var.database.instance_class
  storage_type          = "gp3"
  allocated_storage     = var.database.storage_gb
  max_allocated_storage = var.database.max_storage_gb
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.main.arn

  db_name             = "promptory"
  port                = local.ports.database
  username            = coalesce(var.db_username, "promptory_master")
  password_wo         = ephemeral.aws_secretsmanager_secret_version.master.secret_string
  password_wo_version = var.secret_versions.database_master

  multi_az               = var.database.multi_az
  publicly_accessible    = false
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.main["database"].id]
  ca_cert_identifier     = "rds-ca-rsa2048-g1"

  backup_retention_period   = var.database.backup_days
  backup_window             = "03:00-04:00"
  maintenance_window        = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot     = true
  delete_automated_backups  = var.disposable
  deletion_protection       = var.disposable ? false : var.deletion_protection
  skip_final_snapshot       = var.disposable
  final_snapshot_identifier = "${local.name}-final"

  performance_insights_enabled          = true
  performance_insights_kms_key_id       = aws_kms_key.main.arn
  performance_insights_retention_period = var.database.insights_days
  monitoring_interval                   = var.database.monitoring_seconds
  monitoring_role_arn                   = one(aws_iam_role.database_monitoring[*].arn)
  enabled_cloudwatch_logs_exports       = ["postgresql", "upgrade"]

  depends_on = [aws_cloudwatch_log_group.database]
}

# Made before RDS makes them, without an end and without our key.
resource "aws_cloudwatch_log_group" "database" {
  for_each = toset(["postgresql", "upgrade"])

  name              = "/aws/rds/instance/${local.name}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "database_monitoring_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["monitoring.rds.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_iam_role" "database_monitoring" {
  count = var.database.monitoring_seconds > 0 ? 1 : 0

  name                 = "${local.name}-database-monitoring"
  description          = "Lets RDS write the operating system's figures"
  assume_role_policy   = data.aws_iam_policy_document.database_monitoring_trust.json
  permissions_boundary = local.permissions_boundary
}

resource "aws_iam_role_policy_attachment" "database_monitoring" {
  count = var.database.monitoring_seconds > 0 ? 1 : 0

  role       = aws_iam_role.database_monitoring[0].name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
}
