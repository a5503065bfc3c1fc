# Two roles a task: one that ECS starts it with (image, logs, its own secrets), one that the program inside acts as.

data "aws_iam_policy_document" "task_trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["arn:${local.partition}:ecs:${var.region}:${local.account_id}:*"]
    }
  }
}

resource "aws_iam_role" "execution" {
  for_each = local.tasks

  name                 = "${local.name}-${each.key}-execution"
  description          = "Starts the task ${each.key}: pulls its image, reads its secrets, writes its logs"
  assume_role_policy   = data.aws_iam_policy_document.task_trust.json
  permissions_boundary = local.permissions_boundary
}

resource "aws_iam_role" "task" {
  for_each = local.tasks

  name                 = "${local.name}-${each.key}"
  description          = "What the program in the task ${each.key} may do"
  assume_role_policy   = data.aws_iam_policy_document.task_trust.json
  permissions_boundary = local.permissions_boundary
}

locals {
  # Account and region of the registry, which need not be ours.
  registry = regex("^(?P<account>[0-9]+)\\.dkr\\.ecr\\.(?P<region>[a-z0-9-]+)\\.", local.image_registry)
}

data "aws_iam_policy_document" "execution" {
  for_each = local.tasks

  statement {
    sid       = "SignInToRegistries"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # AWS knows no resource for it
  }

  statement {
    sid     = "PullItsImage"
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [
      "arn:${local.partition}:ecr:${local.registry.region}:${local.registry.account}:repository/promptory/${each.value.image}",
    ]
  }

  statement {
    sid       = "WriteItsLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.task[each.key].arn}:*"]
  }

  statement {
    sid       = "ReadItsSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = distinct([for secret in values(each.value.secrets) : aws_secretsmanager_secret.main[secret].arn])
  }

  statement {
    sid       = "DecryptSecrets"
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.main.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  for_each = local.tasks

  name   = "start"
  role   = aws_iam_role.execution[each.key].id
  policy = data.aws_iam_policy_document.execution[each.key].json
}
