"""Typed models of the library database; the tables and enumerations the product's owner asked for, and their kin."""

from schema.models.activity import ActivityDay, ActivityEvent, EventType
from schema.models.base import LIBRARY, Base
from schema.models.billing import (
    BillingCustomer,
    BillingEvent,
    BillingEventKind,
    BillingInterval,
    Plan,
    PlanPrice,
    Refund,
    Subscription,
    SubscriptionStatus,
)
from schema.models.imports import BatchKind, BatchStatus, ImportBatch, ImportChange, ImportRejection
from schema.models.people import Tier, User, UserRole
from schema.models.prompts import (
    AgentType,
    Collection,
    Decision,
    HiddenPrompt,
    NearDuplicate,
    Prompt,
    PromptSignature,
    PromptSource,
    PromptTag,
    PromptVersion,
    Tag,
    UserPromptLike,
)

__all__ = [
    "LIBRARY",
    "ActivityDay",
    "ActivityEvent",
    "AgentType",
    "Base",
    "BatchKind",
    "BatchStatus",
    "BillingCustomer",
    "BillingEvent",
    "BillingEventKind",
    "BillingInterval",
    "Collection",
    "Decision",
    "EventType",
    "HiddenPrompt",
    "ImportBatch",
    "ImportChange",
    "ImportRejection",
    "NearDuplicate",
    "Plan",
    "PlanPrice",
    "Prompt",
    "PromptSignature",
    "PromptSource",
    "PromptTag",
    "PromptVersion",
    "Refund",
    "Subscription",
    "SubscriptionStatus",
    "Tag",
    "Tier",
    "User",
    "UserPromptLike",
    "UserRole",
]
