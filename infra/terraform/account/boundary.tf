# A deployment makes roles. This bounds what any of them may do, whatever policy it is given; and no deployment may change
# this, or make a role without it. So a pipeline cannot give itself more than it has.

data "aws_iam_policy_document" "boundary" {
  for_each = var.environments

  statement {
    sid       = "Buckets"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::promptory-${each.key}-*"]
  }

  statement {
    sid       = "Secrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["arn:${local.partition}:secretsmanager:${var.region}:${local.account_id}:secret:promptory/${each.key}/*"]
  }

  statement {
    sid       = "KeysThroughServices"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["arn:${local.partition}:kms:${var.region}:${local.account_id}:key/*"]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com", "secretsmanager.${var.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "Images"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = ["arn:${local.partition}:ecr:*:*:repository/promptory/*"]
  }

  statement {
    sid = "Logs"
    actions = [
      "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents",
      "logs:PutLogEvents", "logs:PutRetentionPolicy",
    ]
    resources = [
      "arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:/promptory/${each.key}/*",
      "arn:${local.partition}:logs:${var.region}:${local.account_id}:log-group:RDS*",
    ]
  }

  statement {
    sid       = "LookUp"
    actions   = ["ec2:DescribeNetworkInterfaces", "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid     = "Runs"
    actions = ["ecs:DescribeTasks", "ecs:RunTask", "ecs:StopTask", "ecs:TagResource"]
    resources = [
      "arn:${local.partition}:ecs:${var.region}:${local.account_id}:task-definition/promptory-${each.key}-run:*",
      "arn:${local.partition}:ecs:${var.region}:${local.account_id}:task/promptory-${each.key}/*",
    ]
  }

  statement {
    sid     = "RolesOfRuns"
    actions = ["iam:PassRole"]
    resources = [
      "arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-run",
      "arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-run-execution",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  # By tag, as an application has no name of ours; runs give it to the jobs that they start.
  statement {
    sid = "Spark"
    actions = [
      "emr-serverless:CancelJobRun", "emr-serverless:GetApplication", "emr-serverless:GetJobRun",
      "emr-serverless:StartJobRun",
    ]
    resources = ["${local.arn["emr-serverless"]}:/applications/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid       = "TagsOfSpark"
    actions   = ["emr-serverless:TagResource"]
    resources = ["${local.arn["emr-serverless"]}:/applications/*/jobruns/*"]

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
    sid       = "RoleOfSpark"
    actions   = ["iam:PassRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-spark"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["emr-serverless.amazonaws.com"]
    }
  }

  statement {
    sid     = "Embedders"
    actions = ["bedrock:InvokeModel"]
    resources = [
      for model in ["amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"] :
      "arn:${local.partition}:bedrock:*::foundation-model/${model}"
    ]
  }
}

resource "aws_iam_policy" "boundary" {
  for_each = var.environments

  name        = "promptory-${each.key}-boundary"
  description = "The most that a role of ${each.key} may do"
  policy      = data.aws_iam_policy_document.boundary[each.key].json
}
