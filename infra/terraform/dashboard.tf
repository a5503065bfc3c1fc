# One page of CloudWatch: from the reader's request down to PostgreSQL.

locals {
  # Whose metrics: names and values of dimensions, in turn.
  of_load_balancer = ["LoadBalancer", aws_lb.main.arn_suffix]
  of_database      = ["DBInstanceIdentifier", aws_db_instance.main.identifier]
  of_application   = ["Deployment", var.environment]
  of_services      = [for service in keys(local.services) : ["ClusterName", aws_ecs_cluster.main.name, "ServiceName", service]]

  widgets = [
    {
      title     = "Requests"
      statistic = "Sum"
      metrics = [
        for metric in ["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] :
        concat(["AWS/ApplicationELB", metric], local.of_load_balancer)
      ]
    },
    {
      title     = "Seconds to answer, 95 of 100"
      statistic = "p95"
      metrics   = [concat(["AWS/ApplicationELB", "TargetResponseTime"], local.of_load_balancer)]
    },
    {
      title     = "CPU of the services, %"
      statistic = "Average"
      metrics   = [for service in local.of_services : concat(["AWS/ECS", "CPUUtilization"], service)]
    },
    {
      title     = "Memory of the services, %"
      statistic = "Maximum"
      metrics   = [for service in local.of_services : concat(["AWS/ECS", "MemoryUtilization"], service)]
    },
    {
      title     = "PostgreSQL: CPU, %"
      statistic = "Average"
      metrics   = [concat(["AWS/RDS", "CPUUtilization"], local.of_database)]
    },
    {
      title     = "PostgreSQL: connections"
      statistic = "Maximum"
      metrics   = [concat(["AWS/RDS", "DatabaseConnections"], local.of_database)]
    },
    {
      title     = "Rows"
      statistic = "Sum"
      metrics   = [for metric in ["RowsIngested", "RowsRejected"] : concat(["Promptory", metric], local.of_application)]
    },
    {
      title     = "Failed runs"
      statistic = "Sum"
      metrics   = [concat(["Promptory", "RunsFailed"], local.of_application)]
    },
    {
      title     = "Milliseconds of a search, 95 of 100"
      statistic = "p95"
      metrics   = [concat(["Promptory", "SearchMilliseconds"], local.of_application)]
    },
    {
      title     = "Seconds since the rankings were built"
      statistic = "Maximum"
      metrics   = [concat(["Promptory", "FreshnessLagSeconds"], local.of_application)]
    },
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
