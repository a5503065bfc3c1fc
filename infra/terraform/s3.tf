# Four buckets. Each is written out, so that it is read, and scanned, as it is; what holds for all is said once for all.
# Names hold the account's number, since bucket names are one namespace for everybody.

resource "aws_s3_bucket" "images" {
  # checkov:skip=CKV_AWS_144: copies in a second region would double the cost; versions and backups cover mistakes
  # checkov:skip=CKV2_AWS_62: nothing listens; the inbox is looked at by a sensor

  bucket        = "${local.name}-images-${local.account_id}"
  force_destroy = var.disposable
}

# Imports under inbox/ (and done/, rejected/ beside it), the application's records under landing/.
resource "aws_s3_bucket" "inbox" {
  # checkov:skip=CKV_AWS_144: copies in a second region would double the cost; versions and backups cover mistakes
  # checkov:skip=CKV2_AWS_62: nothing listens; the inbox is looked at by a sensor

  bucket        = "${local.name}-inbox-${local.account_id}"
  force_destroy = var.disposable
}

# Events under activity/, what Spark finds under derived/; its jobs' code, plans, reports and logs beside them.
resource "aws_s3_bucket" "lake" {
  # checkov:skip=CKV_AWS_144: copies in a second region would double the cost; versions and backups cover mistakes
  # checkov:skip=CKV2_AWS_62: nothing listens; the inbox is looked at by a sensor

  bucket        = "${local.name}-lake-${local.account_id}"
  force_destroy = var.disposable
}

# Logs of the load balancer under alb/, of the other buckets under s3/, of Dagster's steps under dagster/.
resource "aws_s3_bucket" "logs" {
  # checkov:skip=CKV_AWS_144: copies in a second region would double the cost; versions and backups cover mistakes
  # checkov:skip=CKV2_AWS_62: nothing listens; the inbox is looked at by a sensor
  # checkov:skip=CKV_AWS_145: load balancers write only to buckets under S3's own key
  # checkov:skip=CKV_AWS_18: it is where the others are logged to; its own log would feed itself

  bucket        = "${local.name}-logs-${local.account_id}"
  force_destroy = var.disposable
}

locals {
  data_buckets = {
    images = aws_s3_bucket.images
    inbox  = aws_s3_bucket.inbox
    lake   = aws_s3_bucket.lake
  }
  buckets = merge(local.data_buckets, { logs = aws_s3_bucket.logs })
}

resource "aws_s3_bucket_public_access_block" "main" {
  for_each = local.buckets

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "main" {
  for_each = local.buckets

  bucket = each.value.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_versioning" "main" {
  for_each = local.buckets

  bucket = each.value.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "data" {
  for_each = local.data_buckets

  bucket = each.value.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.main.arn
    }
  }
}

# Load balancers cannot write to a bucket under a key of ours.
resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_logging" "data" {
  for_each = local.data_buckets

  bucket        = each.value.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "s3/${each.key}/"

  depends_on = [aws_s3_bucket_policy.main]
}

locals {
  # Days after which current objects go, by bucket and prefix.
  expiring = {
    images = {}
    inbox  = { "inbox/done/" = 365, "inbox/rejected/" = 365 }
    lake   = { "jobs/" = var.log_days, "logs/" = var.log_days }
    logs   = { "" = var.log_days }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "main" {
  for_each = local.buckets

  bucket = each.value.id

  rule {
    id     = "what-was-replaced"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 3
    }
  }

  dynamic "rule" {
    for_each = local.expiring[each.key]

    content {
      id     = "old-${replace(trimsuffix(rule.key, "/"), "/", "-")}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.main]
}

data "aws_iam_policy_document" "bucket" {
  for_each = local.buckets

  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value.arn, "${each.value.arn}/*"]

    principals {
      type        = "AWS"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  # A statement a source, each bound to its own prefix.
  dynamic "statement" {
    for_each = each.key == "logs" ? local.log_sources : {}

    content {
      sid       = statement.key
      actions   = ["s3:PutObject"]
      resources = ["${each.value.arn}/${statement.value.prefix}*"]

      principals {
        type        = "Service"
        identifiers = [statement.value.service]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceAccount"
        values   = [local.account_id]
      }

      condition {
        test     = "ArnLike"
        variable = "aws:SourceArn"
        values   = [statement.value.source]
      }
    }
  }
}

locals {
  log_sources = merge(
    {
      LoadBalancer = {
        service = "logdelivery.elasticloadbalancing.amazonaws.com"
        prefix  = "alb/AWSLogs/${local.account_id}/"
        source  = "arn:${local.partition}:elasticloadbalancing:${var.region}:${local.account_id}:loadbalancer/app/${local.name}/*"
      }
    },
    {
      for name, bucket in local.data_buckets : "Bucket${title(name)}" => {
        service = "logging.s3.amazonaws.com"
        prefix  = "s3/${name}/"
        source  = bucket.arn
      }
    },
  )
}

resource "aws_s3_bucket_policy" "main" {
  for_each = local.buckets

  bucket = each.value.id
  policy = data.aws_iam_policy_document.bucket[each.key].json

  depends_on = [aws_s3_bucket_public_access_block.main]
}
