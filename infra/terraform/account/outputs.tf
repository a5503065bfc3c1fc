output "state_bucket" {
  description = "Bucket of the state, for -backend-config=bucket=…"
  value       = aws_s3_bucket.state.id
}

output "repositories" {
  description = "Addresses that images are pushed to, by name."
  value       = { for name, repository in aws_ecr_repository.main : name => repository.repository_url }
}

output "build_role_arn" {
  description = "Whom the build job acts as."
  value       = aws_iam_role.github["build"].arn
}

output "deploy_role_arns" {
  description = "Whom the deploy job acts as, by environment."
  value       = { for name in var.environments : name => aws_iam_role.github["deploy-${name}"].arn }
}

output "permissions_boundaries" {
  description = "Name of the policy that bounds the roles of each environment: its variable permissions_boundary."
  value       = { for name, policy in aws_iam_policy.boundary : name => policy.name }
}
