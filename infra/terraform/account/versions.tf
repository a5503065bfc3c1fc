terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The state begins as a file here. Once the bucket is there, a person moves it in, as infra/README.md shows:
  # the block `backend "s3" {}` is then put into backend.tf.
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project   = "promptory"
      ManagedBy = "terraform"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
}
