variable "cpu_architecture" {
  description = "What the images are built for: ARM64, which costs a fifth less on Fargate, or X86_64."
  type        = string
  default     = "ARM64"

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "Set cpu_architecture to ARM64 or X86_64, as the images were built."
  }
}

variable "task_sizes" {
  description = "CPU units (1024 are one vCPU) and memory (MiB) of each task; a Dagster run may ask for other ones by the tags ecs/cpu and ecs/memory of its job."
  type = object({
    dashboard   = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    webserver   = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    daemon      = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    code-server = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
    run         = optional(object({ cpu = number, memory = number }), { cpu = 1024, memory = 4096 })
    migration   = optional(object({ cpu = number, memory = number }), { cpu = 512, memory = 1024 })
  })
  default = {}

  validation {
    condition     = alltrue([for size in values(var.task_sizes) : contains(lookup(local.fargate_memory, size.cpu, []), size.memory)])
    error_message = "Set task_sizes to pairs that Fargate has: cpu 256 with 512, 1024 or 2048; 512 with 1024 to 4096, 1024 with 2048 to 8192, 2048 with 4096 to 16384, 4096 with 8192 to 30720 in steps of 1024."
  }
}

locals {
  # Memory (MiB) that Fargate has for so much CPU.
  fargate_memory = {
    "256"  = [512, 1024, 2048]
    "512"  = range(1024, 4097, 1024)
    "1024" = range(2048, 8193, 1024)
    "2048" = range(4096, 16385, 1024)
    "4096" = range(8192, 30721, 1024)
  }
}

variable "dashboard_tasks" {
  description = "How many dashboard tasks run at least and at most, and what autoscaling aims at: CPU in percent, requests a minute for each task."
  type = object({
    min      = optional(number, 2)
    max      = optional(number, 4)
    cpu      = optional(number, 60)
    requests = optional(number, 600)
  })
  default = {}

  validation {
    condition     = var.dashboard_tasks.min >= 2 && var.dashboard_tasks.max >= var.dashboard_tasks.min
    error_message = "Set dashboard_tasks.min to 2 or more, so that one may fail, and dashboard_tasks.max to at least as many."
  }

  validation {
    condition     = var.dashboard_tasks.cpu >= 10 && var.dashboard_tasks.cpu <= 90 && var.dashboard_tasks.requests >= 1
    error_message = "Set dashboard_tasks.cpu to 10 to 90 percent, and dashboard_tasks.requests to 1 or more."
  }
}

variable "container_insights" {
  description = "Whether ECS tells CloudWatch metrics by task; they are charged for."
  type        = bool
  default     = false
}

variable "emr" {
  description = "Spark over the event lake in place of PostgreSQL, on EMR Serverless: the most vCPUs, memory and disk (GB) of all workers together, the size of one, after how many idle minutes they go, after how many a job that has not started is given up; null: none."
  type = object({
    release_label = optional(string, "emr-7.9.0")
    architecture  = optional(string, "ARM64")
    cpu           = optional(number, 64)
    memory        = optional(number, 256)
    disk          = optional(number, 1000)
    worker        = optional(object({ cpu = number, memory = number }), { cpu = 4, memory = 16 })
    idle_minutes  = optional(number, 5)
    start_minutes = optional(number, 15)
  })
  default = null

  validation {
    condition     = var.emr == null || can(regex("^emr-7\\.[0-9]\\.0$", var.emr.release_label))
    error_message = "Set emr.release_label to a release of EMR 7 up to \"emr-7.9.0\": its Spark is 3.5, and it reads S3 by EMRFS. Later ones read it by S3A, for which the rights of jobs are not made."
  }

  validation {
    condition     = var.emr == null || contains(["ARM64", "X86_64"], try(var.emr.architecture, ""))
    error_message = "Set emr.architecture to ARM64, which costs a fifth less, or X86_64."
  }

  validation {
    condition     = var.emr == null || try(contains(lookup(local.emr_memory, var.emr.worker.cpu, []), var.emr.worker.memory), false)
    error_message = "Set emr.worker to a pair that EMR Serverless has: cpu 2 with a memory of 4 to 16, 4 with 8 to 30, 8 with 16 to 60 in steps of 4, 16 with 32 to 120 in steps of 8."
  }

  validation {
    condition = var.emr == null || try(
      alltrue([for most in [var.emr.cpu, var.emr.memory, var.emr.disk] : floor(most) == most]) &&
      var.emr.cpu >= 2 * var.emr.worker.cpu && var.emr.memory >= 2 * var.emr.worker.memory && var.emr.disk >= 40,
      false,
    )
    error_message = "Set emr.cpu and emr.memory to whole numbers that hold two of emr.worker, one to lead and one to work, and emr.disk to 40 or more: each takes 20."
  }

  validation {
    condition     = var.emr == null || try(var.emr.idle_minutes >= 1 && var.emr.idle_minutes <= 10080 && floor(var.emr.idle_minutes) == var.emr.idle_minutes, false)
    error_message = "Set emr.idle_minutes to a whole number of minutes from 1 to 10080."
  }

  validation {
    condition     = var.emr == null || try(var.emr.start_minutes >= 1 && var.emr.start_minutes <= 1440 && floor(var.emr.start_minutes) == var.emr.start_minutes, false)
    error_message = "Set emr.start_minutes to a whole number of minutes from 1 to 1440."
  }
}

locals {
  # Memory (GB) that EMR Serverless has for so many vCPUs of a worker.
  emr_memory = {
    "2"  = range(4, 17)
    "4"  = range(8, 31)
    "8"  = range(16, 61, 4)
    "16" = range(32, 121, 8)
  }
}
