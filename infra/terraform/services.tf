# Services are made with no task, and Terraform leaves their revision and count alone from then on: infra/rollout sets both.

locals {
  services = {
    # In the order in which they are rolled.
    code-server = { count = 1, minimum = 100, maximum = 200, grace = null, target_groups = {} }
    webserver = {
      count         = 1
      minimum       = 100
      maximum       = 200
      grace         = var.dagster_sign_in == null ? null : 120
      target_groups = { for group in aws_lb_target_group.webserver : "webserver" => group.arn }
    }
    # Two daemons would start every schedule twice: the old one stops before the new one starts.
    daemon = { count = 1, minimum = 0, maximum = 100, grace = null, target_groups = {} }
    dashboard = {
      count         = var.dashboard_tasks.min
      minimum       = 100
      maximum       = 200
      grace         = 120
      target_groups = { dashboard = aws_lb_target_group.dashboard.arn }
    }
  }
  rollout_order = ["code-server", "webserver", "daemon", "dashboard"]
}

resource "aws_ecs_service" "main" {
  for_each = local.services

  name            = each.key
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.main[each.key].arn
  desired_count   = 0

  # Not by capacity provider: Dagster's launcher reads the launch type of the daemon's task to start runs alike.
  launch_type      = "FARGATE"
  platform_version = "LATEST"

  deployment_minimum_healthy_percent = each.value.minimum
  deployment_maximum_percent         = each.value.maximum
  health_check_grace_period_seconds  = each.value.grace
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = [for subnet in aws_subnet.private : subnet.id]
    security_groups  = [aws_security_group.main[each.key].id]
    assign_public_ip = false
  }

  dynamic "load_balancer" {
    for_each = each.value.target_groups

    content {
      target_group_arn = load_balancer.value
      container_name   = each.key
      container_port   = local.tasks[each.key].port
    }
  }

  dynamic "service_registries" {
    for_each = { for name, service in aws_service_discovery_service.main : name => service if name == each.key }

    content {
      registry_arn = service_registries.value.arn
    }
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }

  # A target group takes tasks only once a listener leads to it.
  depends_on = [aws_lb_listener.https, aws_lb_listener_rule.dagster]
}

resource "aws_appautoscaling_target" "dashboard" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.main["dashboard"].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.dashboard_tasks.min
  max_capacity       = var.dashboard_tasks.max
}

resource "aws_appautoscaling_policy" "dashboard" {
  for_each = {
    cpu = {
      metric = "ECSServiceAverageCPUUtilization"
      target = var.dashboard_tasks.cpu
      label  = null
    }
    requests = {
      metric = "ALBRequestCountPerTarget"
      target = var.dashboard_tasks.requests
      label  = "${aws_lb.main.arn_suffix}/${aws_lb_target_group.dashboard.arn_suffix}"
    }
  }

  name               = "${local.name}-dashboard-${each.key}"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.dashboard.service_namespace
  resource_id        = aws_appautoscaling_target.dashboard.resource_id
  scalable_dimension = aws_appautoscaling_target.dashboard.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = each.value.target
    scale_in_cooldown  = 300 # people's sessions live in a task; let them end
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = each.value.metric
      resource_label         = each.value.label
    }
  }
}
