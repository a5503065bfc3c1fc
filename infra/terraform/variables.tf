# What every environment must say.

variable "environment" {
  description = "Name of the environment; part of every resource's name, and what Sentry and metrics call it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.environment))
    error_message = "Set environment to 2 to 12 lower-case letters and digits, as in \"staging\": AWS allows 32 characters for the longest name made of it."
  }
}

variable "image_tag" {
  description = "Tag of the two images: the commit that they were built from."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.image_tag)) && var.image_tag != "latest"
    error_message = "Set image_tag to the commit that the images were built from; \"latest\" says nothing about what runs, and cannot be rolled back."
  }
}

variable "domain_name" {
  description = "Host name of the dashboard, as in promptory.example.org."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "Set domain_name to a host name in lower case without scheme or path, as in \"promptory.example.org\"."
  }
}

# Address and certificate: one of the two must be there.

variable "route53_zone_id" {
  description = "Route 53 zone of domain_name: its records are made there, and a certificate unless certificate_arn is given; null: you make the record yourself."
  type        = string
  default     = null

  validation {
    condition     = var.route53_zone_id != null || var.certificate_arn != null
    error_message = "Set route53_zone_id (a certificate is made and validated there) or certificate_arn (an own certificate for domain_name)."
  }

  validation {
    condition     = var.route53_zone_id == null || can(regex("^[A-Z0-9]+$", var.route53_zone_id))
    error_message = "Set route53_zone_id to the zone's id, as in \"Z0123456789ABCDEFGHIJ\", not to its name."
  }
}

variable "certificate_arn" {
  description = "An own ACM certificate for domain_name (and for dagster.domain_name, where that is shown), in the same region; null: one is made in route53_zone_id."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:[a-z-]+:acm:${var.region}:[0-9]{12}:certificate/.+$", var.certificate_arn))
    error_message = "Set certificate_arn to the ARN of an ACM certificate in ${var.region}: a load balancer takes none of another region."
  }
}

# Where and what.

variable "region" {
  description = "AWS region."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Set region to an AWS region, as in \"eu-central-1\"."
  }
}

variable "image_registry" {
  description = "ECR registry of the images; null: this account's, in this region."
  type        = string
  default     = null

  validation {
    condition     = var.image_registry == null || can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com$", var.image_registry))
    error_message = "Set image_registry to an ECR registry, as in \"123456789012.dkr.ecr.us-east-1.amazonaws.com\", without scheme or repository."
  }
}

variable "permissions_boundary" {
  description = "Name of the policy that bounds every role made here; infra/terraform/account makes one for each environment. null: no boundary."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary == null || can(regex("^[A-Za-z0-9_+=,.@-]{1,128}$", var.permissions_boundary))
    error_message = "Set permissions_boundary to the policy's name, as in \"promptory-staging-boundary\", not to its ARN."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the database and the load balancer until this is taken back."
  type        = bool
  default     = false
}

variable "disposable" {
  description = "Whether `terraform destroy` may remove everything: no deletion protection, no last snapshot, buckets emptied, secrets and revisions gone at once. Apply it before you destroy."
  type        = bool
  default     = false
}

# The database's master user.

variable "db_username" {
  description = "The database's master user; null: promptory_master."
  type        = string
  default     = null

  validation {
    condition = var.db_username == null || (
      can(regex("^[a-z][a-z0-9_]{0,62}$", var.db_username)) && !contains(["admin", "postgres", "rdsadmin"], coalesce(var.db_username, "-"))
    )
    error_message = "Set db_username to lower-case letters, digits and underscores, beginning with a letter; admin, postgres and rdsadmin are taken."
  }
}

variable "db_password" {
  description = "The master user's password, written to Secrets Manager and never to the state; null: one is generated. Raise secret_versions.database_master to change it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.db_password == null || can(regex("^[A-Za-z0-9]{16,128}$", var.db_password))
    error_message = "Set db_password to 16 to 128 letters and digits, as other characters trip addresses and shells; or leave it out, and one is generated."
  }
}
