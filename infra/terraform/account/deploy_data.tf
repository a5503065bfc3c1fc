# Rights of deployments over what keeps data: to make and to change it, not to delete it.

data "aws_iam_policy_document" "deploy_data" {
  # checkov:skip=CKV_AWS_356: the statements with * hold actions for which AWS knows no resource, or that are bound by tag

  for_each = var.environments

  statement {
    sid       = "Look"
    actions   = ["kms:ListAliases", "rds:DescribeDBEngineVersions", "rds:DescribeOrderableDBInstanceOptions", "secretsmanager:GetRandomPassword"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid       = "LookAtDatabases"
    actions   = ["rds:DescribeDBInstances"]
    resources = ["${local.arn["rds"]}:db:*"]
  }

  statement {
    sid = "Database"
    actions = [
      "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBParameterGroup", "rds:CreateDBSnapshot",
      "rds:CreateDBSubnetGroup", "rds:DeleteDBParameterGroup", "rds:DescribeDBParameterGroups",
      "rds:DescribeDBParameters", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
      "rds:ModifyDBInstance", "rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance",
      "rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup",
    ]
    resources = [
      for kind in ["db:promptory-${each.key}", "pg:promptory-${each.key}-*", "subgrp:promptory-${each.key}", "snapshot:promptory-${each.key}-*", "og:default:*"] :
      "${local.arn["rds"]}:${kind}"
    ]
  }

  statement {
    sid = "Secrets"
    actions = [
      "secretsmanager:CreateSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
      "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:TagResource",
      "secretsmanager:UntagResource", "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage",
    ]
    resources = ["${local.arn["secretsmanager"]}:secret:promptory/${each.key}/*"]
  }

  # Settings of the buckets, by the actions that Terraform calls; none of them touches an object.
  statement {
    sid = "Buckets"
    actions = [
      "s3:CreateBucket", "s3:GetAccelerateConfiguration", "s3:GetBucket*", "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource",
      "s3:PutBucketLogging", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
      "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
    ]
    resources = ["arn:${local.partition}:s3:::promptory-${each.key}-*"]
  }

  statement {
    sid       = "MakeKey"
    actions   = ["kms:CreateKey", "kms:TagResource"]
    resources = ["*"] # a key that is being made has no name; one that is there must be the environment's

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid = "Key"
    actions = [
      "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:EnableKeyRotation",
      "kms:GenerateDataKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy",
      "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
    ]
    resources = ["${local.arn["kms"]}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid       = "NameOfKey"
    actions   = ["kms:CreateAlias", "kms:UpdateAlias"]
    resources = ["${local.arn["kms"]}:alias/promptory-${each.key}", "${local.arn["kms"]}:key/*"]
  }
}
