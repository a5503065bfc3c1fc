# Whom GitHub's workflows act as. GitHub signs who asks (repository, branch, environment): no access key is kept anywhere.

resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_oidc_provider_arn == null ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  github_provider_arn = coalesce(var.github_oidc_provider_arn, one(aws_iam_openid_connect_provider.github[*].arn))

  # With the numbers, a name that was given up and taken by somebody else is not taken for this one.
  github_repository = var.github_ids == null ? var.github_repository : format(
    "%s@%d/%s@%d",
    split("/", var.github_repository)[0], var.github_ids.owner,
    split("/", var.github_repository)[1], var.github_ids.repository,
  )

  # Who may be what: builds from main only, a deployment only from its GitHub environment, which may ask for approval.
  subjects = merge(
    { build = "repo:${local.github_repository}:ref:refs/heads/main" },
    { for name in var.environments : "deploy-${name}" => "repo:${local.github_repository}:environment:${name}" },
  )
}

data "aws_iam_policy_document" "github_trust" {
  for_each = local.subjects

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.github_provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = [each.value]
    }
  }
}

resource "aws_iam_role" "github" {
  for_each = local.subjects

  name                 = "promptory-${each.key}"
  description          = "Workflows of ${var.github_repository}: ${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.github_trust[each.key].json
  max_session_duration = 7200 # a change of the database's class takes its time
}

data "aws_iam_policy_document" "build" {
  statement {
    sid       = "SignInToRegistries"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # AWS knows no resource for it
  }

  statement {
    sid = "Push"
    actions = [
      "ecr:BatchCheckLayerAvailability",
      "ecr:BatchGetImage",
      "ecr:CompleteLayerUpload",
      "ecr:DescribeImages",
      "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload",
      "ecr:PutImage",
      "ecr:UploadLayerPart",
    ]
    resources = [for repository in aws_ecr_repository.main : repository.arn]
  }
}

resource "aws_iam_role_policy" "build" {
  name   = "push"
  role   = aws_iam_role.github["build"].id
  policy = data.aws_iam_policy_document.build.json
}
