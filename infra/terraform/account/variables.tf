variable "github_repository" {
  description = "Repository whose workflows build and deploy, as OWNER/NAME."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.github_repository))
    error_message = "Set github_repository to OWNER/NAME, as in \"example/promptory\", without an address."
  }
}

variable "github_ids" {
  description = "GitHub's numbers of the repository's owner and of the repository, where its workflows are known by them too, as all are that were made or renamed since July 2026; null: by names alone."
  type        = object({ owner = number, repository = number })
  default     = null

  validation {
    condition     = var.github_ids == null || try(alltrue([for id in [var.github_ids.owner, var.github_ids.repository] : id > 0 && floor(id) == id]), false)
    error_message = "Set github_ids to the numbers that `gh api repos/OWNER/NAME` tells as owner.id and id, as in { owner = 123456, repository = 456789 }, or leave it out."
  }
}

variable "region" {
  description = "AWS region of the images, of the state and of every environment."
  type        = string
  default     = "us-east-1"

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "Set region to an AWS region, as in \"eu-central-1\"."
  }
}

variable "environments" {
  description = "Environments that workflows deploy to; each is a GitHub environment of that name, and has a role of its own."
  type        = set(string)
  default     = ["staging", "production"]

  validation {
    condition     = length(var.environments) > 0 && alltrue([for name in var.environments : can(regex("^[a-z][a-z0-9]{1,11}$", name)) && !contains(["build", "deploy", "state"], name)])
    error_message = "Set environments to one or more names of 2 to 12 lower-case letters and digits other than build, deploy and state, as in [\"staging\", \"production\"]."
  }
}

variable "github_oidc_provider_arn" {
  description = "GitHub's OIDC provider, where the account has it already (it can have one only); null: it is made."
  type        = string
  default     = null

  validation {
    condition     = var.github_oidc_provider_arn == null || can(regex(":oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.github_oidc_provider_arn))
    error_message = "Set github_oidc_provider_arn to the ARN that ends in :oidc-provider/token.actions.githubusercontent.com, or leave it out."
  }
}

variable "kept_images" {
  description = "How many releases' images each repository keeps: so far back can be rolled. Each merge makes one, and what production runs must be among them."
  type        = number
  default     = 50

  validation {
    condition     = var.kept_images >= 5
    error_message = "Set kept_images to 5 or more, so that there is something to roll back to."
  }
}

variable "route53_zone_ids" {
  description = "Zones in which deployments may make records and certificates."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.route53_zone_ids : can(regex("^[A-Z0-9]+$", id))])
    error_message = "Set route53_zone_ids to ids of zones, as in [\"Z0123456789ABCDEFGHIJ\"], not to their names."
  }
}
