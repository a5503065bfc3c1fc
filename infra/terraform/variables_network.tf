variable "vpc_cidr" {
  description = "Addresses of the VPC; subnets are cut out of it."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrsubnet(var.vpc_cidr, 8, 0)) && try(tonumber(split("/", var.vpc_cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 32) <= 20
    error_message = "Set vpc_cidr to an IPv4 range between /16 and /20, as in \"10.20.0.0/16\": VPCs may not be larger, and the subnets of a smaller one would run out of addresses."
  }
}

variable "zone_count" {
  description = "Availability zones that the network spans."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "Set zone_count to 2 or 3: load balancer and database need two zones."
  }
}

variable "nat_gateway_each_zone" {
  description = "Whether each zone has a NAT gateway of its own; with one for all, its zone's failure cuts the tasks off from the internet."
  type        = bool
  default     = false
}

variable "interface_endpoints" {
  description = "AWS services reached without the NAT gateway, as named in com.amazonaws.<region>.<service>; each costs by zone and hour."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9][a-z0-9.-]+$", service)) && !contains(["s3", "dynamodb"], service)])
    error_message = "Set interface_endpoints to names as in [\"ecr.api\", \"ecr.dkr\", \"logs\", \"secretsmanager\", \"emr-serverless\"]; S3 has a gateway endpoint, which is free."
  }
}

variable "allowed_cidrs" {
  description = "Who may reach the load balancer."
  type        = set(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "Set allowed_cidrs to one or more IPv4 ranges, as in [\"203.0.113.0/24\"], or [\"0.0.0.0/0\"] for everybody."
  }
}

variable "web_application_firewall" {
  description = "Whether WAF stands before the load balancer: AWS's managed rules, and a limit of requests by address."
  type        = bool
  default     = false
}

variable "dagster_sign_in" {
  description = "Shows Dagster's pages at dagster.<domain_name> behind this Cognito user pool, which speaks OpenID Connect to your identity provider; null: they stay inside the VPC."
  type = object({
    user_pool_arn       = string
    user_pool_client_id = string
    user_pool_domain    = string
  })
  default = null

  validation {
    condition     = var.dagster_sign_in == null || can(regex("^arn:[a-z-]+:cognito-idp:", var.dagster_sign_in.user_pool_arn))
    error_message = "Set dagster_sign_in.user_pool_arn to the ARN of a Cognito user pool, as in \"arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1\"."
  }

  validation {
    condition     = var.dagster_sign_in == null || can(regex("^[A-Za-z0-9_+]{1,128}$", var.dagster_sign_in.user_pool_client_id))
    error_message = "Set dagster_sign_in.user_pool_client_id to the id of a client of the pool, which has letters and digits only."
  }

  validation {
    condition     = var.dagster_sign_in == null || can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", var.dagster_sign_in.user_pool_domain))
    error_message = "Set dagster_sign_in.user_pool_domain to the pool's prefix, or to its own domain without scheme or path."
  }
}
