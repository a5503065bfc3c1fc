"""AWS Budgets: subscribers are told, and budgets have tags."""

import json
from collections import defaultdict
from typing import Any

from moto.budgets.models import budgets_backends
from moto.budgets.responses import BudgetsResponse

from tests.infra.emulator.closing import answers, extends

_tags: dict[str, dict[str, str]] = defaultdict(dict)


@answers(BudgetsResponse)
def describe_subscribers_for_notification(request: Any) -> str:
    """AWS lists who is told of a notification; Terraform reads it after each budget."""
    budgets = budgets_backends[request.current_account][request.partition].budgets
    budget = budgets[request._get_param("AccountId")][request._get_param("BudgetName")]
    asked = request._get_param("Notification")
    found = [notice.subscribers for notice in budget.notifications if _same(notice.details, asked)]
    return json.dumps({"Subscribers": found[0] if found else []})


@extends(BudgetsResponse)
def create_budget(request: Any, original: Any) -> Any:
    """AWS takes tags with the budget."""
    account, name = request._get_param("AccountId"), request._get_param("Budget")["BudgetName"]
    answer = original(request)
    tags = request._get_param("ResourceTags") or []
    _tags[f"arn:aws:budgets::{account}:budget/{name}"] = {tag["Key"]: tag["Value"] for tag in tags}
    return answer


@answers(BudgetsResponse)
def list_tags_for_resource(request: Any) -> str:
    """AWS lists the tags of a budget."""
    tags = _tags[request._get_param("ResourceARN")]
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def _same(notification: dict[str, Any], asked: dict[str, Any]) -> bool:
    # AWS adds a type and a state of its own to what was asked for.
    names = ("NotificationType", "ComparisonOperator", "Threshold")
    return all(notification.get(name) == asked.get(name) for name in names)
