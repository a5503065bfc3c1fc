# Statements that several tasks' policies are put together from.

locals {
  # Every task of the cluster, whichever it is.
  task_arns = "arn:${local.partition}:ecs:${var.region}:${local.account_id}:task/${aws_ecs_cluster.main.name}/*"
}

# The key that the buckets are encrypted with, through S3 only.
data "aws_iam_policy_document" "buckets_key" {
  statement {
    sid       = "KeyOfBuckets"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.main.arn]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

# Links to images are signed with these rights, too.
data "aws_iam_policy_document" "images" {
  statement {
    sid       = "Images"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.images.arn}/images/*"]
  }

  # S3 says that an object is missing only to those who may list; to others it says that they may not read it.
  statement {
    sid       = "TellWhatIsMissing"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.images.arn]
  }
}

data "aws_iam_policy_document" "read_inbox" {
  # Of the whole bucket: s3fs asks for it by no prefix before it writes, and would otherwise try to make the bucket.
  statement {
    sid       = "ListInbox"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.inbox.arn]
  }

  statement {
    sid       = "ReadInbox"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.inbox.arn}/inbox/*"]
  }
}

data "aws_iam_policy_document" "read_landing" {
  statement {
    sid       = "ReadLanding"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.inbox.arn}/landing/*"]
  }
}

# Where Spark counts events, those of an import's prompts are looked up in the lake before it is undone.
data "aws_iam_policy_document" "read_events" {
  count = var.emr == null ? 0 : 1

  # Of the whole bucket: a day without a marker is passed over, and S3 tells what is missing as it tells of pictures.
  statement {
    sid       = "ListLake"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid       = "ReadEvents"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.lake.arn}/activity/*"]
  }
}

data "aws_iam_policy_document" "write_logs_of_steps" {
  statement {
    sid       = "WriteLogsOfSteps"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/dagster/*"]
  }
}

# Every process that opens Dagster's instance makes its launcher, which looks the run's task definition up.
data "aws_iam_policy_document" "open_instance" {
  statement {
    sid       = "LookUpTaskDefinitions"
    actions   = ["ecs:DescribeTaskDefinition"]
    resources = ["*"] # AWS knows no resource for it
  }
}

data "aws_iam_policy_document" "bedrock" {
  count = var.embedder == "bedrock" ? 1 : 0

  statement {
    sid       = "OneModel"
    actions   = ["bedrock:InvokeModel"]
    resources = ["arn:${local.partition}:bedrock:${local.bedrock_region}::foundation-model/${var.bedrock.model}"]
  }
}

# What Dagster's launcher does: look at its own task and network, start a task for the run, watch and stop it.
data "aws_iam_policy_document" "launch_runs" {
  source_policy_documents = [data.aws_iam_policy_document.open_instance.json]

  statement {
    sid       = "LookUpOwnNetwork"
    actions   = ["ec2:DescribeNetworkInterfaces"]
    resources = ["*"] # AWS knows no resource for it
  }

  statement {
    sid       = "StartRuns"
    actions   = ["ecs:RunTask"]
    resources = ["arn:${local.partition}:ecs:${var.region}:${local.account_id}:task-definition/${local.name}-run:*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = [aws_ecs_cluster.main.arn]
    }
  }

  statement {
    sid       = "WatchAndStopRuns"
    actions   = ["ecs:DescribeTasks", "ecs:StopTask"]
    resources = [local.task_arns]
  }

  statement {
    sid       = "TagRuns"
    actions   = ["ecs:TagResource"]
    resources = [local.task_arns]

    condition {
      test     = "StringEquals"
      variable = "ecs:CreateAction"
      values   = ["RunTask"]
    }
  }

  statement {
    sid       = "GiveRunsTheirRoles"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.task["run"].arn, aws_iam_role.execution["run"].arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }

  # The reason of a run that died stands in the last lines of its log.
  statement {
    sid       = "ReadLogsOfRuns"
    actions   = ["logs:GetLogEvents"]
    resources = ["${aws_cloudwatch_log_group.task["run"].arn}:*"]
  }
}
