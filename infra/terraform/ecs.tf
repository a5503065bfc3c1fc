# The cluster, the tasks' logs, and the names of those that others call.

resource "aws_ecs_cluster" "main" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = var.container_insights ? "enabled" : "disabled"
  }
}

resource "aws_cloudwatch_log_group" "task" {
  for_each = local.tasks

  name              = "/promptory/${var.environment}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.main.arn
}

resource "aws_service_discovery_service" "main" {
  for_each = toset(["webserver", "code-server"])

  name        = each.key
  description = "Tasks of ${local.name}-${each.key}"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.main.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      ttl  = 10 # a replaced task is found again within seconds
    }
  }

  # ECS says which tasks are healthy.
  health_check_custom_config {
    failure_threshold = 1
  }
}
