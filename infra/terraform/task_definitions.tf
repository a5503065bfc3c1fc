# Terraform registers a revision when something changes. It never rolls a running service to it: infra/rollout does,
# once the migration went through.

resource "aws_ecs_task_definition" "main" {
  for_each = { for name, task in local.tasks : name => task if name != "run" }

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
    merge(local.containers[each.key], {
      environment = [
        for name, value in merge(each.value.environment, contains(local.launchers, each.key) ? local.launched : {}) :
        { name = name, value = value }
      ]
    })
  ])
}

# Apart from the others, as those that launch runs name its revision: rolled back, they launch what they launched before.
resource "aws_ecs_task_definition" "run" {
  family                   = "${local.name}-run"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.task_sizes.run.cpu
  memory                   = var.task_sizes.run.memory
  execution_role_arn       = aws_iam_role.execution["run"].arn
  task_role_arn            = aws_iam_role.task["run"].arn
  skip_destroy             = !var.disposable
  container_definitions    = jsonencode([local.containers.run])

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.cpu_architecture
  }

  dynamic "volume" {
    for_each = local.writable

    content {
      name = volume.key
    }
  }
}

locals {
  launchers = ["webserver", "daemon"]
  launched  = { DAGSTER_RUN_TASK_DEFINITION = aws_ecs_task_definition.run.arn }

  task_definitions = merge(aws_ecs_task_definition.main, { run = aws_ecs_task_definition.run })

  writable = {
    tmp  = "/tmp"
    home = "/var/lib/promptory"
  }

  containers = {
    for name, task in local.tasks : name => merge(
      {
        name                   = name
        image                  = "${local.image_registry}/promptory/${task.image}:${var.image_tag}"
        essential              = true
        memory                 = var.task_sizes[name].memory
        readonlyRootFilesystem = true
        stopTimeout            = 120 # a run ends its step, the dashboard its requests
        linuxParameters        = { initProcessEnabled = true }
        environment            = [for variable, value in task.environment : { name = variable, value = value }]
        secrets = [
          for variable in sort(keys(task.secrets)) :
          { name = variable, valueFrom = aws_secretsmanager_secret.main[task.secrets[variable]].arn }
        ]
        mountPoints = [for volume, path in local.writable : { sourceVolume = volume, containerPath = path, readOnly = false }]
        logConfiguration = {
          logDriver = "awslogs"
          options = {
            awslogs-group         = aws_cloudwatch_log_group.task[name].name
            awslogs-region        = var.region
            awslogs-stream-prefix = name
          }
        }
      },
      task.command == null ? {} : { command = task.command },
      task.port == null ? {} : {
        portMappings = [{ containerPort = task.port, hostPort = task.port, protocol = "tcp" }]
      },
      task.health == null ? {} : {
        healthCheck = { command = task.health, interval = 30, timeout = 10, retries = 3, startPeriod = 120 }
      },
    )
  }
}
