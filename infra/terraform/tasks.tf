# What runs: image, command, health, environment and secrets of each task. task_definitions.tf makes them known to ECS.

locals {
  dagster_home = "/opt/dagster/home"
  workspace    = "${local.dagster_home}/workspace.yaml"

  tasks = {
    dashboard = {
      image       = "dashboard"
      command     = ["promptory", "serve"]
      port        = local.ports.dashboard
      health      = ["CMD", "promptory-health", "http://127.0.0.1:8501/_stcore/health"]
      environment = merge(local.common_environment, local.dashboard_environment)
      secrets     = merge(local.common_secrets, local.dashboard_secrets)
    }
    webserver = {
      image       = "dagster"
      command     = ["dagster-webserver", "--host", "0.0.0.0", "--port", "3000", "--workspace", local.workspace, "--log-format", "json", "--db-pool-recycle", "1"]
      port        = local.ports.webserver
      health      = ["CMD", "promptory-health", "http://127.0.0.1:3000/server_info"]
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    daemon = {
      image       = "dagster"
      command     = ["dagster-daemon", "run", "--workspace", local.workspace, "--log-format", "json"]
      port        = null
      health      = ["CMD", "dagster-daemon", "liveness-check"]
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    code-server = {
      image = "dagster"
      command = [
        "dagster", "api", "grpc", "--host", "0.0.0.0", "--port", "4000",
        "--module-name", "orchestration.definitions", "--location-name", "promptory", "--log-format", "json",
      ]
      port        = local.ports.code-server
      health      = ["CMD", "dagster", "api", "grpc-health-check", "--port", "4000"]
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    # Dagster's launcher says the command, at each run.
    run = {
      image       = "dagster"
      command     = null
      port        = null
      health      = null
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    migration = {
      image       = "dagster"
      command     = ["promptory", "db", "prepare"]
      port        = null
      health      = null
      environment = merge(local.common_environment, local.migration_environment)
      secrets     = merge(local.common_secrets, local.migration_secrets)
    }
  }
}
