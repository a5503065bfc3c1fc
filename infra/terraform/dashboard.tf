# One page of CloudWatch: from the reader's request down to PostgreSQL.

locals {
  widgets = [
    { title = "Requests", statistic = "Sum", metrics = [for metric in ["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] : ["AWS/ApplicationELB", metric, "LoadBalancer", aws_lb.main.arn_suffix]] },
    { title = "Seconds to answer, 95 of 100", statistic = "p95", metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.main.arn_suffix]] },
    { title = "CPU of the services, %", statistic = "Average", metrics = [for service in keys(local.services) : ["AWS/ECS", "CPUUtilization", "ClusterName", local.name, "ServiceName", service]] },
    { title = "Memory of the services, %", statistic = "Maximum", metrics = [for service in keys(local.services) : ["AWS/ECS", "MemoryUtilization", "ClusterName", local.name, "ServiceName", service]] },
    { title = "PostgreSQL: CPU, %", statistic = "Average", metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", local.name]] },
    { title = "PostgreSQL: connections", statistic = "Maximum", metrics = [["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", local.name]] },
    { title = "Rows", statistic = "Sum", metrics = [for metric in ["RowsIngested", "RowsRejected"] : ["Promptory", metric, "Deployment", var.environment]] },
    { title = "Failed runs", statistic = "Sum", metrics = [["Promptory", "RunsFailed", "Deployment", var.environment]] },
    { title = "Milliseconds of a search, 95 of 100", statistic = "p95", metrics = [["Promptory", "SearchMilliseconds", "Deployment", var.environment]] },
    { title = "Seconds since the rankings were built", statistic = "Maximum", metrics = [["Promptory", "FreshnessLagSeconds", "Deployment", var.environment]] },
  ]
}

resource "aws_cloudwatch_dashboard" "main" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [
      for index, widget in local.widgets : {
        type   = "metric"
        x      = index % 2 * 12
        y      = floor(index / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          region  = var.region
          stat    = widget.statistic
          period  = 300
          view    = "timeSeries"
          metrics = widget.metrics
        }
      }
    ]
  })
}
