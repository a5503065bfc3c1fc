terraform {
  # 1.11 brought write-only arguments: passwords reach AWS without a copy in the state.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The rest stands in environments/<environment>/backend.hcl; the bucket's name holds the account's number:
  # terraform init -backend-config=environments/staging/backend.hcl -backend-config=bucket=promptory-state-<account>
  backend "s3" {}
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "promptory"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}

# For the generated passwords, which live as long as a run of Terraform. A configuration of its own because `terraform test`
# puts a mock in the place of the other one, and mocks know no such values.
provider "aws" {
  alias  = "ephemeral"
  region = var.region
}
