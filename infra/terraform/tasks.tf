# What runs: image, command, health, environment and secrets of each task. task_definitions.tf makes them known to ECS.

locals {
  dagster_home = "/opt/dagster/home"
  workspace    = "${local.dagster_home}/workspace.yaml"

  tasks = {
    dashboard = {
      image       = "dashboard"
      command     = ["promptory", "serve", "dashboard"]
      port        = local.ports.dashboard
      health      = ["CMD", "promptory-health", "http://127.0.0.1:8501/_stcore/health"]
      environment = merge(local.common_environment, local.dashboard_environment)
      secrets     = merge(local.common_secrets, local.dashboard_secrets)
    }
    webserver = {
      image       = "dagster"
      command     = ["dagster-webserver", "-h", "0.0.0.0", "-p", "3000", "-w", local.workspace]
      port        = local.ports.webserver
      health      = ["CMD", "promptory-health", "http://127.0.0.1:3000/server_info"]
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    daemon = {
      image       = "dagster"
      command     = ["dagster-daemon", "run", "-w", local.workspace]
      port        = null
      health      = ["CMD", "dagster-daemon", "liveness-check"]
      environment = merge(local.common_environment, local.dagster_environment)
      secrets     = merge(local.common_secrets, local.dagster_secrets)
    }
    code-server = {
      image = "dagster"
      command = [
        "dagster", "code-server", "start", "-h", "0.0.0.0", "-p", "4000",
        "-m", "orchestration.definitions", "--location-name", "promptory",
      ]
      port        = local.ports.code-server
      health      = ["CMD", "dagster", "api", "grpc-health-check", "-p", "4000"]
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
      command     = ["promptory", "serve", "migration"]
      port        = null
      health      = null
      environment = merge(local.common_environment, local.migration_environment)
      secrets     = merge(local.common_secrets, local.migration_secrets)
    }
  }
}
