# Rights of deployments over the tasks, and over what watches them.

data "aws_iam_policy_document" "deploy_tasks" {
  # checkov:skip=CKV_AWS_356: the statements with * hold actions for which AWS knows no resource, or that are bound by tag

  for_each = var.environments

  statement {
    sid       = "RegisterRevisions"
    actions   = ["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid = "Tasks"
    actions = [
      "ecs:CreateCluster", "ecs:CreateService", "ecs:DeleteCluster", "ecs:DeleteService", "ecs:DescribeClusters",
      "ecs:DescribeServices", "ecs:DescribeTasks", "ecs:ListTagsForResource", "ecs:RegisterTaskDefinition",
      "ecs:StopTask", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster", "ecs:UpdateClusterSettings",
      "ecs:UpdateService",
    ]
    resources = [
      for kind in [
        "cluster/promptory-${each.key}", "service/promptory-${each.key}/*", "task/promptory-${each.key}/*",
        "task-definition/promptory-${each.key}-*:*",
      ] :
      "${local.arn["ecs"]}:${kind}"
    ]
  }

  statement {
    sid       = "Migrate"
    actions   = ["ecs:RunTask"]
    resources = ["${local.arn["ecs"]}:task-definition/promptory-${each.key}-migration:*"]
  }

  statement {
    sid       = "ListTasks"
    actions   = ["ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = ["${local.arn["ecs"]}:cluster/promptory-${each.key}"]
    }
  }

  statement {
    sid       = "LookAtScaling"
    actions   = ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies"]
    resources = ["*"] # AWS knows no resource for these
  }

  # Their ARNs hold no name of ours: tags tell whose they are.
  statement {
    sid       = "MakeScaling"
    actions   = ["application-autoscaling:RegisterScalableTarget", "application-autoscaling:TagResource"]
    resources = ["${local.arn["application-autoscaling"]}:scalable-target/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }

    condition {
      test     = "StringEqualsIfExists"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid = "Scaling"
    actions = [
      "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget",
      "application-autoscaling:ListTagsForResource", "application-autoscaling:PutScalingPolicy",
      "application-autoscaling:RegisterScalableTarget",
      "application-autoscaling:TagResource", "application-autoscaling:UntagResource",
    ]
    resources = ["${local.arn["application-autoscaling"]}:scalable-target/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }
}

data "aws_iam_policy_document" "deploy_monitoring" {
  # checkov:skip=CKV_AWS_356: the statements with * hold actions for which AWS knows no resource, or that are bound by tag

  for_each = var.environments

  statement {
    sid       = "Look"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["*"] # AWS knows no resource for it
  }

  statement {
    sid       = "LookAtAlarms"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = ["${local.arn["cloudwatch"]}:alarm:*"]
  }

  statement {
    sid = "AlarmsAndDashboard"
    actions = [
      "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard",
      "cloudwatch:ListTagsForResource", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm",
      "cloudwatch:TagResource", "cloudwatch:UntagResource",
    ]
    resources = [
      "${local.arn["cloudwatch"]}:alarm:promptory-${each.key}-*",
      "arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/promptory-${each.key}",
    ]
  }

  # A policy that aims at a target makes alarms of its own, in the caller's name.
  statement {
    sid       = "AlarmsOfScaling"
    actions   = ["cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm"]
    resources = ["${local.arn["cloudwatch"]}:alarm:TargetTracking-service/promptory-${each.key}/*"]
  }

  # Some calls name a group with `:*` behind it, and where the name ends here nothing else would fit.
  statement {
    sid = "LogGroups"
    actions = [
      "logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy",
      "logs:GetLogEvents", "logs:ListTagsForResource", "logs:PutRetentionPolicy", "logs:TagResource",
      "logs:UntagResource",
    ]
    resources = [
      for group in [
        "/promptory/${each.key}/*", "/aws/rds/instance/promptory-${each.key}/*",
        "aws-waf-logs-promptory-${each.key}", "aws-waf-logs-promptory-${each.key}:*",
      ] :
      "${local.arn["logs"]}:log-group:${group}"
    ]
  }

  # WAF has its logs delivered in the caller's name.
  statement {
    sid       = "DeliveryOfLogs"
    actions   = ["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:PutResourcePolicy"]
    resources = ["*"]
  }

  statement {
    sid = "Topic"
    actions = [
      "sns:CreateTopic", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
      "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource", "sns:UntagResource",
    ]
    resources = ["${local.arn["sns"]}:promptory-${each.key}-alarms"]
  }

  statement {
    sid       = "Subscriptions"
    actions   = ["sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid = "Budget"
    actions = [
      "budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource",
      "budgets:ViewBudget",
    ]
    resources = ["arn:${local.partition}:budgets::${local.account_id}:budget/promptory-${each.key}"]
  }
}
