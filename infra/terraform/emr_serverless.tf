# Spark over the event lake, for what outgrows PostgreSQL: EMR Serverless starts workers for a job and takes them away again.

resource "aws_emrserverless_application" "main" {
  count = var.emr == null ? 0 : 1

  name          = local.name
  type          = "spark"
  release_label = var.emr.release_label
  architecture  = var.emr.architecture

  auto_start_configuration {
    enabled = true
  }

  auto_stop_configuration {
    enabled              = true
    idle_timeout_minutes = var.emr.idle_minutes
  }

  maximum_capacity {
    cpu    = "${var.emr.cpu} vCPU"
    memory = "${var.emr.memory} GB"
    disk   = "${var.emr.disk} GB"
  }

  network_configuration {
    subnet_ids         = [for subnet in aws_subnet.private : subnet.id]
    security_group_ids = [aws_security_group.main["spark"].id]
  }
}

locals {
  # As many jobs as infra/dagster/ecs.yaml lets runs be under way share the workers: one alone would take all that there
  # are, and the next give up waiting for its first.
  spark_jobs    = 4
  spark_workers = var.emr == null ? 0 : floor(min(var.emr.cpu / var.emr.worker.cpu, var.emr.memory / var.emr.worker.memory, var.emr.disk / 20))

  # What Dagster's tasks are told of it. A tenth of a worker's memory is for what is not Java's heap.
  spark_environment = var.emr == null ? {} : {
    PROMPTORY_ENGINE              = "spark"
    PROMPTORY_EMR_APPLICATION     = aws_emrserverless_application.main[0].id
    PROMPTORY_EMR_ROLE            = aws_iam_role.spark[0].arn
    PROMPTORY_SPARK_START_MINUTES = tostring(var.emr.start_minutes)
    PROMPTORY_SPARK_MEMORY        = "${floor(var.emr.worker.memory / 1.1)}g"
    PROMPTORY_SPARK_CORES         = tostring(var.emr.worker.cpu)
    PROMPTORY_SPARK_EXECUTORS     = tostring(max(1, floor(local.spark_workers / local.spark_jobs) - 1))
  }

  # What stands below the lake's root.
  lake_read    = ["activity", "code"]
  lake_written = ["derived", "jobs", "logs"]
}

data "aws_iam_policy_document" "spark_trust" {
  count = var.emr == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["emr-serverless.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values   = ["${aws_emrserverless_application.main[0].arn}*"] # the application, and the jobs below it
    }
  }
}

resource "aws_iam_role" "spark" {
  count = var.emr == null ? 0 : 1

  name                 = "${local.name}-spark"
  description          = "What jobs of Spark may do"
  assume_role_policy   = data.aws_iam_policy_document.spark_trust[0].json
  permissions_boundary = local.permissions_boundary
}

resource "aws_iam_role_policy" "spark" {
  count = var.emr == null ? 0 : 1

  name   = "job"
  role   = aws_iam_role.spark[0].id
  policy = data.aws_iam_policy_document.spark[0].json
}

data "aws_iam_policy_document" "spark" {
  count = var.emr == null ? 0 : 1

  source_policy_documents = [data.aws_iam_policy_document.buckets_key.json]

  # Of the whole bucket: Spark asks for what is not there yet, and that is told to those alone who may list it.
  statement {
    sid       = "ListLake"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid       = "ReadEventsAndCode"
    actions   = ["s3:GetObject"]
    resources = [for prefix in local.lake_read : "${aws_s3_bucket.lake.arn}/${prefix}/*"]
  }

  # EMR's file system marks a folder by an object of that name beside it.
  statement {
    sid     = "WriteResultsReportsAndLogs"
    actions = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = flatten([
      for prefix in local.lake_written : ["${aws_s3_bucket.lake.arn}/${prefix}/*", "${aws_s3_bucket.lake.arn}/${prefix}_$folder$"]
    ])
  }
}

# What a run of Dagster's does: start a job as the role above, watch it, and cancel it when it does not start.
data "aws_iam_policy_document" "launch_spark" {
  count = var.emr == null ? 0 : 1

  statement {
    sid       = "StartSpark"
    actions   = ["emr-serverless:GetApplication", "emr-serverless:StartJobRun"]
    resources = [aws_emrserverless_application.main[0].arn]
  }

  statement {
    sid       = "WatchAndCancelSpark"
    actions   = ["emr-serverless:CancelJobRun", "emr-serverless:GetJobRun", "emr-serverless:TagResource"]
    resources = ["${aws_emrserverless_application.main[0].arn}/jobruns/*"]
  }

  statement {
    sid       = "GiveSparkItsRole"
    actions   = ["iam:PassRole"]
    resources = [aws_iam_role.spark[0].arn]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["emr-serverless.amazonaws.com"]
    }
  }
}
