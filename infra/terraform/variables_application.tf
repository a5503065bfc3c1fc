variable "log_level" {
  description = "From which level on the application logs."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "Set log_level to DEBUG, INFO, WARNING or ERROR."
  }
}

variable "registration" {
  description = "Whether people may make an account of their own."
  type        = bool
  default     = false
}

variable "admin_email" {
  description = "The first administrator, whom the migration makes as long as there is none; the password is generated as the secret admin-password. null: none is made."
  type        = string
  default     = null

  validation {
    condition     = var.admin_email == null || can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.admin_email))
    error_message = "Set admin_email to an e-mail address, as in \"admin@example.org\"."
  }
}

variable "embedder" {
  description = "What search compares meanings with, beside words: none, minilm (in the image) or bedrock."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "minilm", "bedrock"], var.embedder)
    error_message = "Set embedder to none, minilm or bedrock."
  }
}

variable "bedrock" {
  description = "Model and region of the bedrock embedder; region null: the environment's."
  type = object({
    model  = optional(string, "cohere.embed-multilingual-v3")
    region = optional(string)
  })
  default = {}

  validation {
    condition     = contains(["cohere.embed-multilingual-v3", "amazon.titan-embed-text-v2:0"], var.bedrock.model)
    error_message = "Set bedrock.model to cohere.embed-multilingual-v3 or amazon.titan-embed-text-v2:0."
  }

  validation {
    condition     = var.bedrock.region == null || can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.bedrock.region))
    error_message = "Set bedrock.region to an AWS region that has the model, as in \"us-west-2\", or leave it out."
  }
}

variable "oidc" {
  description = "The identity provider that people sign in to the dashboard with; its client's secret goes to Secrets Manager. null: they have passwords here."
  type = object({
    metadata_url = string
    client_id    = string
  })
  default = null

  validation {
    condition     = var.oidc == null || can(regex("^https://.+/\\.well-known/openid-configuration$", var.oidc.metadata_url))
    error_message = "Set oidc.metadata_url to the provider's https address that ends in /.well-known/openid-configuration."
  }

  validation {
    condition     = var.oidc == null || can(regex("^\\S+$", var.oidc.client_id))
    error_message = "Set oidc.client_id to the id that the provider gave this client, without spaces."
  }
}

variable "optional_secrets" {
  description = "Which of sentry_dsn and alert_webhook the tasks are given. No task starts before each has a value in Secrets Manager."
  type        = set(string)
  default     = []

  validation {
    condition     = length(setsubtract(var.optional_secrets, ["sentry_dsn", "alert_webhook"])) == 0
    error_message = "Set optional_secrets to none, one or both of \"sentry_dsn\" and \"alert_webhook\"."
  }
}

variable "secret_values" {
  description = "Values of the secrets that cannot be generated, as in TF_VAR_secret_values='{sentry_dsn=\"https://…\"}'; each is written when its number in secret_versions is 1 or more, and otherwise put in by hand. Never kept in the state."
  type = object({
    oidc_client_secret = optional(string)
    sentry_dsn         = optional(string)
    alert_webhook      = optional(string)
  })
  default   = {}
  sensitive = true
  ephemeral = true

  validation {
    condition = alltrue([
      for name, value in var.secret_values :
      value != null || var.secret_versions[name] == 0 || !(name == "oidc_client_secret" ? var.oidc != null : contains(var.optional_secrets, name))
    ])
    error_message = "Set secret_values for each of oidc_client_secret, sentry_dsn and alert_webhook that secret_versions gives a number above 0; with 0, put the value into Secrets Manager by hand."
  }
}

variable "secret_versions" {
  description = "Raise a number to write that secret anew at the next apply; docs/deploy.md says what has to follow. With 0 its value is put in by hand, as one that comes from another environment."
  type = object({
    database_master    = optional(number, 1)
    database_dashboard = optional(number, 1)
    database_dagster   = optional(number, 1)
    database_analyst   = optional(number, 1)
    cookie_secret      = optional(number, 1)
    pseudonym_key      = optional(number, 1)
    admin_password     = optional(number, 1)
    oidc_client_secret = optional(number, 0)
    sentry_dsn         = optional(number, 0)
    alert_webhook      = optional(number, 0)
  })
  default = {}

  validation {
    condition     = alltrue([for version in values(var.secret_versions) : version >= 0 && floor(version) == version])
    error_message = "Set each of secret_versions to a whole number, and raise it to write that secret anew; 0 leaves the value to you."
  }
}
