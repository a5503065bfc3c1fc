# Terraform registers a revision when something changes. It never rolls a running service to it: infra/rollout does,
# once the migration went through.

resource "aws_ecs_task_definition" "main" {
  for_each = local.tasks

  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_sizes[each.key].cpu
  memory                   = var.task_sizes[each.key].memory
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn

  # Services run the former revision until the rollout, and go back to it when that fails: it must stay registered.
  skip_destroy = !var.disposable

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  # The only places that can be written to; they end with the task.
  dynamic "volume" {
    for_each = local.writable

    content {
      name = volume.key
    }
  }

  container_definitions = jsonencode([
    merge(
      {
        name                   = each.key
        image                  = "${local.image_registry}/promptory/${each.value.image}:${var.image_tag}"
        essential              = true
        memory                 = var.task_sizes[each.key].memory
        readonlyRootFilesystem = true
        stopTimeout            = 120 # a run ends its step, the dashboard its requests
        linuxParameters        = { initProcessEnabled = true }
        environment            = [for name in sort(keys(each.value.environment)) : { name = name, value = each.value.environment[name] }]
        secrets = [
          for name in sort(keys(each.value.secrets)) :
          { name = name, valueFrom = aws_secretsmanager_secret.main[each.value.secrets[name]].arn }
        ]
        mountPoints = [for name, path in local.writable : { sourceVolume = name, containerPath = path, readOnly = false }]
        logConfiguration = {
          logDriver = "awslogs"
          options = {
            awslogs-group         = aws_cloudwatch_log_group.task[each.key].name
            awslogs-region        = var.region
            awslogs-stream-prefix = each.key
          }
        }
      },
      each.value.command == null ? {} : { command = each.value.command },
      each.value.port == null ? {} : {
        portMappings = [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
      },
      each.value.health == null ? {} : {
        healthCheck = { command = each.value.health, interval = 30, timeout = 10, retries = 3, startPeriod = 120 }
      },
    )
  ])
}

locals {
  writable = {
    tmp  = "/tmp"
    home = "/var/lib/promptory"
  }
}
