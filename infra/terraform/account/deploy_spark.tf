# Rights of deployments over Spark's application: its ARN holds no name of ours, and tags tell whose it is.

data "aws_iam_policy_document" "deploy_spark" {
  # checkov:skip=CKV_AWS_356: the statement with * holds an action for which AWS knows no resource, bound by tag

  for_each = var.environments

  statement {
    sid       = "MakeSpark"
    actions   = ["emr-serverless:CreateApplication"]
    resources = ["*"] # AWS knows no resource for it

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }
  }

  # In the call that makes it, which bears no tag yet.
  statement {
    sid       = "TagSpark"
    actions   = ["emr-serverless:TagResource"]
    resources = ["${local.arn["emr-serverless"]}:/applications/*"]

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
    sid = "Spark"
    actions = [
      "emr-serverless:DeleteApplication", "emr-serverless:GetApplication", "emr-serverless:ListTagsForResource",
      "emr-serverless:StopApplication", "emr-serverless:TagResource", "emr-serverless:UntagResource",
      "emr-serverless:UpdateApplication",
    ]
    resources = ["${local.arn["emr-serverless"]}:/applications/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  # EMR tries in the caller's name whether workers can have an address in the subnets.
  statement {
    sid       = "AddressesOfWorkers"
    actions   = ["ec2:CreateNetworkInterface"]
    resources = ["${local.arn["ec2"]}:network-interface/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:CalledViaLast"
      values   = ["ops.emr-serverless.amazonaws.com"]
    }
  }

  statement {
    sid       = "WhereWorkersAre"
    actions   = ["ec2:CreateNetworkInterface"]
    resources = ["${local.arn["ec2"]}:security-group/*", "${local.arn["ec2"]}:subnet/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:CalledViaLast"
      values   = ["ops.emr-serverless.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }
}
