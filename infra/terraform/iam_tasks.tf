# What each task may do at AWS.

locals {
  rights = {
    dashboard   = data.aws_iam_policy_document.dashboard
    webserver   = data.aws_iam_policy_document.webserver
    daemon      = data.aws_iam_policy_document.daemon
    code-server = data.aws_iam_policy_document.code_server
    run         = data.aws_iam_policy_document.run
    migration   = data.aws_iam_policy_document.migration
  }
}

resource "aws_iam_role_policy" "task" {
  for_each = local.rights

  name   = "task"
  role   = aws_iam_role.task[each.key].id
  policy = each.value.json
}

data "aws_iam_policy_document" "dashboard" {
  source_policy_documents = concat(
    [
      data.aws_iam_policy_document.buckets_key.json,
      data.aws_iam_policy_document.images.json,
      data.aws_iam_policy_document.read_inbox.json,
    ],
    data.aws_iam_policy_document.bedrock[*].json,
    data.aws_iam_policy_document.read_events[*].json,
  )

  # "Try again" moves what was rejected back to where it waits.
  statement {
    sid       = "PutBackIntoInbox"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.inbox.arn}/inbox/*"]
  }

  statement {
    sid       = "TakeFromRejected"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.inbox.arn}/inbox/rejected/*"]
  }
}

data "aws_iam_policy_document" "webserver" {
  source_policy_documents = [data.aws_iam_policy_document.launch_runs.json]

  statement {
    sid       = "ReadLogsOfSteps"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.logs.arn}/dagster/*"]
  }

  statement {
    sid       = "ListLogsOfSteps"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.logs.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["dagster/*"]
    }
  }
}

data "aws_iam_policy_document" "daemon" {
  source_policy_documents = [data.aws_iam_policy_document.launch_runs.json]
}

# Sensors run here: they look at what waits, and keep what they log.
data "aws_iam_policy_document" "code_server" {
  source_policy_documents = [
    data.aws_iam_policy_document.open_instance.json,
    data.aws_iam_policy_document.write_logs_of_steps.json,
    data.aws_iam_policy_document.buckets_key.json,
    data.aws_iam_policy_document.read_inbox.json,
    data.aws_iam_policy_document.read_landing.json,
  ]
}

# It makes Dagster's tables, and is given its secrets; all else it does in PostgreSQL.
data "aws_iam_policy_document" "migration" {
  source_policy_documents = [data.aws_iam_policy_document.open_instance.json]
}

data "aws_iam_policy_document" "run" {
  source_policy_documents = concat(
    [
      data.aws_iam_policy_document.open_instance.json,
      data.aws_iam_policy_document.write_logs_of_steps.json,
      data.aws_iam_policy_document.buckets_key.json,
      data.aws_iam_policy_document.images.json,
      data.aws_iam_policy_document.read_inbox.json,
      data.aws_iam_policy_document.read_landing.json,
    ],
    data.aws_iam_policy_document.bedrock[*].json,
    data.aws_iam_policy_document.launch_spark[*].json,
  )

  statement {
    sid       = "FileAwayWhatWasImported"
    actions   = ["s3:DeleteObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.inbox.arn}/inbox/*", "${aws_s3_bucket.inbox.arn}/landing/*"]
  }

  statement {
    sid       = "ListLake"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid       = "Lake"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.lake.arn}/*"]
  }

  statement {
    sid       = "LookAtTasks"
    actions   = ["ecs:DescribeTasks"]
    resources = [local.task_arns]
  }
}
