# What a deployment may do: change the environment of its own name, and nothing that another one, or this configuration,
# has made: things are known by their names, or by the tag Environment where a name is not ours to give.
# It may not delete what cannot be had back (buckets, the database, secrets, keys), lest a mistake in a plan does.

locals {
  deploy_policies = {
    state      = data.aws_iam_policy_document.deploy_state
    identity   = data.aws_iam_policy_document.deploy_identity
    network    = data.aws_iam_policy_document.deploy_network
    entrance   = data.aws_iam_policy_document.deploy_entrance
    tasks      = data.aws_iam_policy_document.deploy_tasks
    data       = data.aws_iam_policy_document.deploy_data
    monitoring = data.aws_iam_policy_document.deploy_monitoring
    spark      = data.aws_iam_policy_document.deploy_spark
  }

  deploy_grants = {
    for pair in setproduct(var.environments, keys(local.deploy_policies)) :
    "${pair[0]}-${pair[1]}" => { environment = pair[0], document = local.deploy_policies[pair[1]][pair[0]].json }
  }

  # Beginnings of ARNs, by service.
  arn = {
    for service in [
      "application-autoscaling", "cloudwatch", "cognito-idp", "ec2", "ecs", "elasticloadbalancing", "emr-serverless", "kms", "logs", "rds",
      "secretsmanager", "sns", "wafv2", "acm", "servicediscovery",
    ] : service => "arn:${local.partition}:${service}:${var.region}:${local.account_id}"
  }
}

resource "aws_iam_policy" "deploy" {
  for_each = local.deploy_grants

  name        = "promptory-deploy-${each.key}"
  description = "Deployments to ${each.value.environment}"
  policy      = each.value.document
}

resource "aws_iam_role_policy_attachment" "deploy" {
  for_each = local.deploy_grants

  role       = aws_iam_role.github["deploy-${each.value.environment}"].name
  policy_arn = aws_iam_policy.deploy[each.key].arn
}

data "aws_iam_policy_document" "deploy_state" {
  for_each = var.environments

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["promptory/${each.key}/*"]
    }
  }

  statement {
    sid       = "State"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.state.arn}/promptory/${each.key}/terraform.tfstate"]
  }

  statement {
    sid       = "Lock"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${aws_s3_bucket.state.arn}/promptory/${each.key}/terraform.tfstate.tflock"]
  }
}

data "aws_iam_policy_document" "deploy_identity" {
  for_each = var.environments

  statement {
    sid = "LookAtRoles"
    actions = [
      "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
      "iam:ListRolePolicies", "iam:ListRoleTags",
    ]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-*"]
  }

  statement {
    sid = "ChangeRoles"
    actions = [
      "iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-*"]
  }

  statement {
    sid       = "GiveRightsWithinTheBoundary"
    actions   = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-*"]

    condition {
      test     = "ArnEquals"
      variable = "iam:PermissionsBoundary"
      values   = [aws_iam_policy.boundary[each.key].arn]
    }
  }

  statement {
    sid       = "MonitoringOfTheDatabase"
    actions   = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-database-monitoring"]

    condition {
      test     = "ArnEquals"
      variable = "iam:PolicyARN"
      values   = ["arn:${local.partition}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"]
    }
  }

  statement {
    sid       = "GiveRolesToTheirServices"
    actions   = ["iam:PassRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/promptory-${each.key}-*"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com", "monitoring.rds.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }

  statement {
    sid       = "RolesThatServicesMakeForThemselves"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values = [
        "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com",
        "ops.emr-serverless.amazonaws.com", "rds.amazonaws.com", "wafv2.amazonaws.com",
      ]
    }
  }
}
