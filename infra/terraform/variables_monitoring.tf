variable "alarm_emails" {
  description = "Who is told of alarms and of the budget; each has to confirm the first message."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "Set alarm_emails to e-mail addresses, as in [\"operations@example.org\"]."
  }
}

variable "monthly_budget_usd" {
  description = "Costs of this environment in a month, in USD, at 80 % of which and when forecast above which the alarm topic is told; AWS counts them once somebody has activated the cost allocation tag Environment. null: no budget."
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget_usd == null || coalesce(var.monthly_budget_usd, 1) > 0
    error_message = "Set monthly_budget_usd to an amount above 0, or leave it out."
  }
}

variable "log_days" {
  description = "Days that logs are kept in CloudWatch, and in the bucket of logs."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_days)
    error_message = "Set log_days to one of the spans that CloudWatch keeps logs for: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731."
  }
}
