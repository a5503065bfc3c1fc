# Tasks, services, rights that depend on variables, watching.

mock_provider "aws" {
  source = "./tests/mocks"
}

# Never asked: see terraform.tfvars.
provider "aws" {
  alias                       = "ephemeral"
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "services_are_as_the_application_asks" {
  command = plan

  assert {
    condition     = alltrue([for service in aws_ecs_service.main : service.desired_count == 0 && service.deployment_circuit_breaker[0].enable && service.deployment_circuit_breaker[0].rollback])
    error_message = "Services begin empty, and go back by themselves when a deployment fails."
  }

  assert {
    condition     = aws_ecs_service.main["daemon"].deployment_minimum_healthy_percent == 0 && aws_ecs_service.main["daemon"].deployment_maximum_percent == 100
    error_message = "There are never two daemons."
  }

  assert {
    condition     = aws_appautoscaling_target.dashboard.min_capacity == 2 && length(aws_appautoscaling_policy.dashboard) == 2
    error_message = "Two dashboards at least, scaled by CPU and by requests."
  }

  assert {
    condition     = alltrue([for definition in local.task_definitions : definition.runtime_platform[0].cpu_architecture == "ARM64" && definition.skip_destroy])
    error_message = "ARM64; former revisions stay for the way back."
  }

  assert {
    condition     = [for service in output.rollout.services : service.name] == ["code-server", "webserver", "daemon", "dashboard"]
    error_message = "Services are rolled in the order in which they need each other."
  }

  assert {
    condition     = output.images.dashboard == "123456789012.dkr.ecr.us-east-1.amazonaws.com/promptory/dashboard:0123456"
    error_message = "Images come from this account's registry."
  }

  assert {
    condition     = local.tasks.run.environment["PROMPTORY_RELEASE"] == "0123456" && local.tasks.run.environment["PROMPTORY_EMBEDDER"] == "none"
    error_message = "Each task knows what it runs."
  }

  assert {
    condition     = length(aws_emrserverless_application.main) == 0 && length(aws_iam_role.spark) == 0 && length(data.aws_iam_policy_document.launch_spark) == 0 && output.spark == null
    error_message = "No Spark unasked."
  }

  assert {
    condition     = !contains(keys(local.tasks.run.environment), "PROMPTORY_ENGINE") && contains(keys(local.tasks.run.environment), "PROMPTORY_LAKE")
    error_message = "Events are counted by PostgreSQL; the lake is there all the same."
  }

  assert {
    condition     = !contains(keys(local.tasks.dashboard.environment), "PROMPTORY_LAKE") && length(data.aws_iam_policy_document.read_events) == 0
    error_message = "The dashboard has nothing to look up in the lake."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.bedrock) == 0
    error_message = "No task may call a model that is not used."
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.task), values(aws_iam_role.execution)) : role.permissions_boundary == null])
    error_message = "No boundary unasked."
  }

  assert {
    condition     = length(aws_budgets_budget.monthly) == 0 && length(aws_sns_topic_subscription.email) == 0
    error_message = "Nobody is written to unasked."
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.main) == 18
    error_message = "Ten alarms, and two for each service."
  }
}

run "images_of_another_architecture_and_registry" {
  command = plan

  variables {
    cpu_architecture = "X86_64"
    image_registry   = "210987654321.dkr.ecr.eu-central-1.amazonaws.com"
  }

  assert {
    condition     = alltrue([for definition in local.task_definitions : definition.runtime_platform[0].cpu_architecture == "X86_64"])
    error_message = "Tasks run where the images can."
  }

  assert {
    condition     = output.images.dagster == "210987654321.dkr.ecr.eu-central-1.amazonaws.com/promptory/dagster:0123456" && local.registry.account == "210987654321" && local.registry.region == "eu-central-1"
    error_message = "Images come from the given registry."
  }
}

run "bedrock_is_allowed_where_it_is_used" {
  command = plan

  variables {
    embedder = "bedrock"
    bedrock  = { model = "amazon.titan-embed-text-v2:0", region = "us-west-2" }
  }

  assert {
    condition     = data.aws_iam_policy_document.bedrock[0].statement[0].resources == toset(["arn:aws:bedrock:us-west-2::foundation-model/amazon.titan-embed-text-v2:0"])
    error_message = "The one model may be called."
  }

  assert {
    condition     = local.tasks.dashboard.environment["PROMPTORY_BEDROCK_REGION"] == "us-west-2" && local.tasks.run.environment["PROMPTORY_BEDROCK_MODEL"] == "amazon.titan-embed-text-v2:0"
    error_message = "Dashboard and runs know which."
  }
}

run "spark_computes_where_it_is_asked_for" {
  command = plan

  variables {
    emr                  = { cpu = 36, memory = 144, idle_minutes = 3 }
    permissions_boundary = "promptory-test-boundary"
  }

  assert {
    condition     = one(aws_emrserverless_application.main[0].maximum_capacity).cpu == "36 vCPU" && one(aws_emrserverless_application.main[0].maximum_capacity).disk == "1000 GB"
    error_message = "All workers together take no more than is said."
  }

  assert {
    condition     = one(aws_emrserverless_application.main[0].auto_stop_configuration).idle_timeout_minutes == 3 && aws_emrserverless_application.main[0].architecture == "ARM64"
    error_message = "Idle workers go; the cheaper architecture is taken."
  }

  assert {
    condition     = contains(keys(aws_vpc_security_group_egress_rule.s3), "spark") && !contains(keys(aws_vpc_security_group_egress_rule.https), "spark")
    error_message = "Workers reach S3 and nothing else."
  }

  assert {
    condition     = local.tasks.run.environment["PROMPTORY_ENGINE"] == "spark" && local.tasks.run.environment["PROMPTORY_SPARK_MEMORY"] == "14g" && local.tasks.run.environment["PROMPTORY_SPARK_START_MINUTES"] == "15"
    error_message = "Runs know who computes, and with how much memory."
  }

  assert {
    condition     = local.tasks.run.environment["PROMPTORY_SPARK_EXECUTORS"] == "1"
    error_message = "Of nine workers, each of four jobs may have two, one of which leads."
  }

  assert {
    condition     = local.tasks.dashboard.environment["PROMPTORY_ENGINE"] == "spark" && contains(keys(local.tasks.dashboard.environment), "PROMPTORY_LAKE") && length(data.aws_iam_policy_document.read_events) == 1
    error_message = "The dashboard knows where the events are, and may read them."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.launch_spark) == 1 && aws_iam_role.spark[0].permissions_boundary == "arn:aws:iam::123456789012:policy/promptory-test-boundary"
    error_message = "Runs may start jobs, whose role is bounded."
  }
}

run "a_small_spark_works_with_one_worker_a_job" {
  command = plan

  variables {
    emr = { cpu = 8, memory = 32 }
  }

  assert {
    condition     = local.tasks.run.environment["PROMPTORY_SPARK_EXECUTORS"] == "1"
    error_message = "A job has one to lead and one to work."
  }
}

run "sizes_and_counts_are_as_asked" {
  command = plan

  variables {
    task_sizes         = { dashboard = { cpu = 1024, memory = 2048 } }
    dashboard_tasks    = { min = 3, max = 9 }
    container_insights = true
  }

  assert {
    condition     = aws_ecs_task_definition.main["dashboard"].cpu == "1024" && aws_ecs_task_definition.main["dashboard"].memory == "2048" && aws_ecs_task_definition.main["daemon"].cpu == "512"
    error_message = "The named size changes, the others stay."
  }

  assert {
    condition     = aws_appautoscaling_target.dashboard.max_capacity == 9 && output.rollout.services[3].count == 3
    error_message = "The rollout begins with the smallest count."
  }
}

run "roles_are_bounded_people_are_told" {
  command = plan

  variables {
    permissions_boundary = "promptory-test-boundary"
    alarm_emails         = ["a@example.org", "b@example.org"]
    monthly_budget_usd   = 200
  }

  assert {
    condition     = alltrue([for role in concat(values(aws_iam_role.task), values(aws_iam_role.execution), aws_iam_role.database_monitoring, [aws_iam_role.flow_logs]) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/promptory-test-boundary"])
    error_message = "Every role has the boundary."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 2 && aws_budgets_budget.monthly[0].limit_amount == "200"
    error_message = "Both people are told, of the budget as well."
  }

  assert {
    condition     = one(aws_budgets_budget.monthly[0].cost_filter).values == tolist(["user:Environment$test"])
    error_message = "The budget counts this environment alone."
  }
}
