# Rights of deployments over the network, and over the way in.

locals {
  # Calls that make a part of the network, and give it its tags at once.
  network_calls = [
    "AllocateAddress", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "CreateFlowLogs",
    "CreateInternetGateway", "CreateNatGateway", "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateVpc",
    "CreateVpcEndpoint",
  ]
}

data "aws_iam_policy_document" "deploy_network" {
  # checkov:skip=CKV_AWS_356: the statements with * hold actions for which AWS knows no resource, or that are bound by tag
  # checkov:skip=CKV_AWS_111: zones of Cloud Map and new parts of the network have no name beforehand; tags bind the latter

  for_each = var.environments

  statement {
    sid = "Look"
    actions = [
      "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute",
      "ec2:DescribeAvailabilityZones", "ec2:DescribeFlowLogs", "ec2:DescribeInternetGateways",
      "ec2:DescribeManagedPrefixLists", "ec2:DescribeNatGateways", "ec2:DescribeNetworkAcls",
      "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRegions", "ec2:DescribeRouteTables",
      "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags",
      "ec2:DescribeVpcEndpointServices", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs", "servicediscovery:GetOperation",
      "servicediscovery:ListNamespaces", "servicediscovery:ListServices", "servicediscovery:ListTagsForResource",
    ]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid       = "LookAtNames"
    actions   = ["servicediscovery:GetNamespace", "servicediscovery:GetService"]
    resources = ["${local.arn["servicediscovery"]}:*"]
  }

  statement {
    sid       = "LookAtVpcs"
    actions   = ["ec2:DescribeVpcAttribute"]
    resources = ["${local.arn["ec2"]}:vpc/*"]
  }

  # What is made bears the environment's tag, as Terraform gives it to everything. What it is made in is asked about, too
  # (the VPC of a subnet, the group of a rule): that is granted below, where it is the environment's own.
  statement {
    sid       = "MakeTagged"
    actions   = [for call in local.network_calls : "ec2:${call}"]
    resources = ["${local.arn["ec2"]}:*"]

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

  # Only in the call that makes it: whoever could tag what is there, could make it the environment's own.
  statement {
    sid       = "TagWhatIsMade"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.arn["ec2"]}:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = local.network_calls
    }
  }

  # The one part that AWS makes, without a tag: the group that comes with the VPC.
  statement {
    sid       = "TagDefaultGroup"
    actions   = ["ec2:CreateTags"]
    resources = ["${local.arn["ec2"]}:security-group/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }

    condition {
      test     = "Null"
      variable = "aws:ResourceTag/Environment"
      values   = ["true"]
    }
  }

  statement {
    sid = "ChangeOwn"
    actions = concat([for call in local.network_calls : "ec2:${call}"], [
      "ec2:AssociateRouteTable", "ec2:AttachInternetGateway", "ec2:CreateRoute", "ec2:CreateTags", "ec2:DeleteFlowLogs",
      "ec2:DeleteInternetGateway", "ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
      "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
      "ec2:DetachInternetGateway", "ec2:DisassociateAddress", "ec2:DisassociateRouteTable",
      "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
      "ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
      "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    ])
    resources = ["${local.arn["ec2"]}:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid       = "NamesMade"
    actions   = ["servicediscovery:CreatePrivateDnsNamespace", "servicediscovery:TagResource"]
    resources = ["*"] # AWS knows no resource for these

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
    sid       = "ServicesMade"
    actions   = ["servicediscovery:CreateService"]
    resources = ["${local.arn["servicediscovery"]}:*"]

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
    sid = "NamesChanged"
    actions = [
      "servicediscovery:CreateService", "servicediscovery:DeleteNamespace", "servicediscovery:DeleteService",
      "servicediscovery:UpdatePrivateDnsNamespace", "servicediscovery:UpdateService",
    ]
    resources = ["${local.arn["servicediscovery"]}:*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  # Cloud Map makes a private zone in the caller's name, and an interface endpoint is joined to one of AWS's. Route 53 knows
  # VPCs by their ids alone: here nothing tells one environment's from another's.
  statement {
    sid       = "ZonesOfInternalNames"
    actions   = ["route53:CreateHostedZone", "route53:ListHostedZonesByName"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid       = "ZonesOfEndpoints"
    actions   = ["route53:AssociateVPCWithHostedZone"]
    resources = ["arn:${local.partition}:route53:::hostedzone/*"]
  }
}

data "aws_iam_policy_document" "deploy_entrance" {
  # checkov:skip=CKV_AWS_356: the statements with * hold actions for which AWS knows no resource, or that are bound by tag

  for_each = var.environments

  statement {
    sid       = "Look"
    actions   = ["elasticloadbalancing:Describe*", "elasticloadbalancing:SetWebAcl", "route53:ListHostedZones"]
    resources = ["*"] # AWS knows no resource for these
  }

  statement {
    sid       = "LookAtZones"
    actions   = ["route53:GetChange", "route53:GetHostedZone"]
    resources = ["arn:${local.partition}:route53:::change/*", "arn:${local.partition}:route53:::hostedzone/*"]
  }

  statement {
    sid = "LoadBalancer"
    actions = [
      "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer",
      "elasticloadbalancing:CreateRule", "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteListener",
      "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteRule",
      "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListener",
      "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyLoadBalancerAttributes",
      "elasticloadbalancing:ModifyRule", "elasticloadbalancing:ModifyTargetGroup",
      "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RemoveTags",
      "elasticloadbalancing:SetIpAddressType", "elasticloadbalancing:SetRulePriorities",
      "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
    ]
    resources = [
      for kind in [
        "loadbalancer/app/promptory-${each.key}/*", "listener/app/promptory-${each.key}/*",
        "listener-rule/app/promptory-${each.key}/*", "targetgroup/promptory-${each.key}-*/*",
      ] :
      "${local.arn["elasticloadbalancing"]}:${kind}"
    ]
  }

  # A rule that signs people in by a user pool is checked in the caller's name.
  statement {
    sid       = "UserPoolOfSignIn"
    actions   = ["cognito-idp:DescribeUserPoolClient"]
    resources = ["${local.arn["cognito-idp"]}:userpool/*"]
  }

  statement {
    sid = "Firewall"
    actions = [
      "wafv2:AssociateWebACL", "wafv2:CreateWebACL", "wafv2:DeleteLoggingConfiguration", "wafv2:DeleteWebACL",
      "wafv2:DisassociateWebACL", "wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:GetWebACLForResource",
      "wafv2:ListTagsForResource", "wafv2:PutLoggingConfiguration", "wafv2:TagResource", "wafv2:UntagResource", "wafv2:UpdateWebACL",
    ]
    resources = [
      "${local.arn["wafv2"]}:regional/webacl/promptory-${each.key}/*",
      "${local.arn["wafv2"]}:regional/managedruleset/*/*",
      "${local.arn["elasticloadbalancing"]}:loadbalancer/app/promptory-${each.key}/*",
    ]
  }

  statement {
    sid       = "LookAtCertificates"
    actions   = ["acm:DescribeCertificate", "acm:GetCertificate", "acm:ListTagsForCertificate"]
    resources = ["${local.arn["acm"]}:certificate/*"]
  }

  statement {
    sid       = "RequestCertificates"
    actions   = ["acm:RequestCertificate"]
    resources = ["*"] # AWS knows no resource for it

    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/Environment"
      values   = [each.key]
    }
  }

  statement {
    sid       = "TagRequestedCertificates"
    actions   = ["acm:AddTagsToCertificate"]
    resources = ["${local.arn["acm"]}:certificate/*"]

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
    sid       = "OwnCertificates"
    actions   = ["acm:AddTagsToCertificate", "acm:DeleteCertificate"]
    resources = ["${local.arn["acm"]}:certificate/*"]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/Environment"
      values   = [each.key]
    }
  }

  dynamic "statement" {
    for_each = length(var.route53_zone_ids) > 0 ? ["zones"] : []

    content {
      sid       = "Records"
      actions   = ["route53:ChangeResourceRecordSets", "route53:ListResourceRecordSets"]
      resources = [for id in var.route53_zone_ids : "arn:${local.partition}:route53:::hostedzone/${id}"]
    }
  }
}
