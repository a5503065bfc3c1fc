variable "database" {
  description = "The PostgreSQL server: version, size, how it survives, how long backups are kept, from how many connections on an alarm is raised."
  type = object({
    engine_version          = optional(string, "17")
    instance_class          = optional(string, "db.t4g.micro")
    storage_gb              = optional(number, 20)
    max_storage_gb          = optional(number, 100)
    multi_az                = optional(bool, false)
    backup_days             = optional(number, 7)
    insights_days           = optional(number, 7)
    monitoring_seconds      = optional(number, 60)
    apply_immediately       = optional(bool, false)
    connections_alarm_above = optional(number, 60)
  })
  default = {}

  validation {
    condition     = contains(["15", "16", "17", "18"], split(".", var.database.engine_version)[0])
    error_message = "Set database.engine_version to PostgreSQL 15, 16, 17 or 18, as in \"17\" or \"17.6\"."
  }

  validation {
    condition     = startswith(var.database.instance_class, "db.")
    error_message = "Set database.instance_class to a class of RDS, as in \"db.t4g.small\"."
  }

  validation {
    condition     = var.database.storage_gb >= 20 && var.database.max_storage_gb >= var.database.storage_gb * 1.1
    error_message = "Set database.storage_gb to 20 or more, and database.max_storage_gb to at least a tenth more, so that the storage can grow."
  }

  validation {
    condition     = var.database.backup_days >= 1 && var.database.backup_days <= 35
    error_message = "Set database.backup_days to 1 to 35 days."
  }

  validation {
    condition     = contains(concat([7, 731], [for month in range(1, 24) : month * 31]), var.database.insights_days)
    error_message = "Set database.insights_days to 7 (free of charge), to 731, or to a multiple of 31 between them."
  }

  validation {
    condition     = contains([0, 1, 5, 10, 15, 30, 60], var.database.monitoring_seconds)
    error_message = "Set database.monitoring_seconds to 0 (off), 1, 5, 10, 15, 30 or 60."
  }

  # A db.t4g.micro has room for 112 connections by AWS's formula, and in practice for fewer.
  validation {
    condition     = var.database.connections_alarm_above >= 1 && floor(var.database.connections_alarm_above) == var.database.connections_alarm_above
    error_message = "Set database.connections_alarm_above to a whole number of connections, well below what the class has room for."
  }
}
