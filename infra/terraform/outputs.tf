output "address" {
  description = "Where the dashboard is."
  value       = local.address
}

output "dagster_address" {
  description = "Where Dagster's pages are shown behind sign-in; null: inside the VPC only."
  value       = local.dagster_domain == null ? null : "https://${local.dagster_domain}"
}

output "load_balancer_dns_name" {
  description = "AWS's name of the load balancer, for a record of your own."
  value       = aws_lb.main.dns_name
}

output "rollout" {
  description = "What infra/rollout needs: where the migration runs, and which services follow in which order."
  value = {
    region          = var.region
    cluster         = aws_ecs_cluster.main.name
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.main["migration"].id]
    migration       = { task_definition = aws_ecs_task_definition.main["migration"].family }
    services = [
      for name in local.rollout_order : {
        name            = aws_ecs_service.main[name].name
        task_definition = aws_ecs_task_definition.main[name].family
        count           = local.services[name].count
      }
    ]
    address = local.address
  }
}

output "cluster_name" {
  description = "The ECS cluster."
  value       = aws_ecs_cluster.main.name
}

output "images" {
  description = "The images that new revisions run, by repository."
  value       = { for name in ["dashboard", "dagster"] : name => "${local.image_registry}/promptory/${name}:${var.image_tag}" }
}

output "task_definitions" {
  description = "The newest revision of each task, by name."
  value       = { for name, definition in local.task_definitions : name => definition.arn }
}

output "task_roles" {
  description = "The role that the program in each task acts as, by name."
  value       = { for name, role in aws_iam_role.task : name => role.arn }
}

output "execution_roles" {
  description = "The role that ECS starts each task with, by name."
  value       = { for name, role in aws_iam_role.execution : name => role.arn }
}

output "spark" {
  description = "The application of EMR Serverless that jobs run in, and the role that they act as; null: there is none."
  value = var.emr == null ? null : {
    application_id  = aws_emrserverless_application.main[0].id
    application_arn = aws_emrserverless_application.main[0].arn
    role            = aws_iam_role.spark[0].arn
  }
}

output "log_groups" {
  description = "CloudWatch's log group of each task, by name."
  value       = { for name, group in aws_cloudwatch_log_group.task : name => group.name }
}

output "buckets" {
  description = "Names of the buckets: images, inbox, lake, logs."
  value       = { for name, bucket in local.buckets : name => bucket.id }
}

output "database_endpoint" {
  description = "Host and port of PostgreSQL; reached from the tasks only."
  value       = aws_db_instance.main.endpoint
}

output "secrets" {
  description = "ARNs of the secrets, by name; their values are in Secrets Manager only."
  value       = { for name, secret in aws_secretsmanager_secret.main : name => secret.arn }
}

output "kms_key_arn" {
  description = "The key that the environment's data are encrypted with."
  value       = aws_kms_key.main.arn
}

output "alarm_topic_arn" {
  description = "The SNS topic that alarms and the budget are told to."
  value       = aws_sns_topic.alarms.arn
}

output "vpc_id" {
  description = "The network."
  value       = aws_vpc.main.id
}

output "private_subnet_ids" {
  description = "Subnets of the tasks."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "security_groups" {
  description = "Ids of the security groups, by name."
  value       = { for name, group in aws_security_group.main : name => group.id }
}
