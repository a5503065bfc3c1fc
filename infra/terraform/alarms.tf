# What somebody should look at. Each alarm says so to the topic, and again when it is over.

resource "aws_sns_topic" "alarms" {
  name              = "${local.name}-alarms"
  kms_master_key_id = aws_kms_key.main.arn
}

data "aws_iam_policy_document" "alarms_topic" {
  statement {
    sid       = "AlarmsAndBudgets"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account_id]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms_topic.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.alarm_emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

locals {
  load_balancer_dimensions = { LoadBalancer = aws_lb.main.arn_suffix }
  dashboard_dimensions     = { LoadBalancer = aws_lb.main.arn_suffix, TargetGroup = aws_lb_target_group.dashboard.arn_suffix }
  database_dimensions      = { DBInstanceIdentifier = aws_db_instance.main.identifier }
  application_dimensions   = { Deployment = var.environment }

  alarms = merge(
    {
      load-balancer-5xx = {
        description = "The load balancer found no task that answers", namespace = "AWS/ApplicationELB", metric = "HTTPCode_ELB_5XX_Count"
        dimensions  = local.load_balancer_dimensions, statistic = "Sum", above = 10, seconds = 300, periods = 1
      }
      dashboard-5xx = {
        description = "The dashboard answers with errors", namespace = "AWS/ApplicationELB", metric = "HTTPCode_Target_5XX_Count"
        dimensions  = local.dashboard_dimensions, statistic = "Sum", above = 10, seconds = 300, periods = 1
      }
      dashboard-latency = {
        description = "One request in twenty takes over two seconds", namespace = "AWS/ApplicationELB", metric = "TargetResponseTime"
        dimensions  = local.dashboard_dimensions, statistic = "p95", above = 2, seconds = 300, periods = 3
      }
      dashboard-unhealthy = {
        description = "A dashboard task does not answer its health check", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
        dimensions  = local.dashboard_dimensions, statistic = "Maximum", above = 0, seconds = 60, periods = 5
      }
      database-cpu = {
        description = "PostgreSQL is busy all the time", namespace = "AWS/RDS", metric = "CPUUtilization"
        dimensions  = local.database_dimensions, statistic = "Average", above = 85, seconds = 300, periods = 3
      }
      database-storage = {
        description = "Less than a tenth of PostgreSQL's first storage is free", namespace = "AWS/RDS", metric = "FreeStorageSpace"
        dimensions  = local.database_dimensions, statistic = "Minimum", below = var.database.storage_gb * 100000000, seconds = 300, periods = 1
      }
      database-memory = {
        description = "PostgreSQL has less than 100 MB of memory left", namespace = "AWS/RDS", metric = "FreeableMemory"
        dimensions  = local.database_dimensions, statistic = "Average", below = 100000000, seconds = 300, periods = 3
      }
      database-connections = {
        description = "PostgreSQL runs out of connections", namespace = "AWS/RDS", metric = "DatabaseConnections"
        dimensions  = local.database_dimensions, statistic = "Maximum", above = var.database.connections_alarm_above, seconds = 300, periods = 1
      }
      runs-failed = {
        description = "A run of Dagster failed", namespace = "Promptory", metric = "RunsFailed"
        dimensions  = local.application_dimensions, statistic = "Sum", above = 0, seconds = 300, periods = 1
      }
      # Told hourly: silence for three hours is as bad as being late.
      freshness = {
        description = "The rankings were not rebuilt for three hours", namespace = "Promptory", metric = "FreshnessLagSeconds"
        dimensions  = local.application_dimensions, statistic = "Maximum", above = 10800, seconds = 10800, periods = 1, silence = "breaching"
      }
    },
    {
      for service in keys(local.services) : "${service}-cpu" => {
        description = "The service ${service} is busy all the time", namespace = "AWS/ECS", metric = "CPUUtilization"
        dimensions  = { ClusterName = aws_ecs_cluster.main.name, ServiceName = service }, statistic = "Average", above = 90, seconds = 300, periods = 3
      }
    },
    {
      for service in keys(local.services) : "${service}-memory" => {
        description = "The service ${service} runs out of memory", namespace = "AWS/ECS", metric = "MemoryUtilization"
        dimensions  = { ClusterName = aws_ecs_cluster.main.name, ServiceName = service }, statistic = "Maximum", above = 90, seconds = 300, periods = 1
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "main" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = can(each.value.below) ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = try(each.value.below, each.value.above)
  period              = each.value.seconds
  evaluation_periods  = each.value.periods
  treat_missing_data  = try(each.value.silence, "notBreaching")
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
