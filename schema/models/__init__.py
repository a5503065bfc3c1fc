"""Typed models of the library database; the tables and enumerations the product's owner asked for, and their kin."""

from schema.models.activity import ActivityDay, ActivityEvent, EventType, RecentUses
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
from schema.models.impressions import Action, Impression, ImpressionClick, RecommendationNight, ShownList, Surface
from schema.models.people import Duty, Tier, User, UserDuty, UserRole
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
from schema.models.sessions import SignInAttempt, SignInSession
from schema.models.views import SavedView

__all__ = [
    "LIBRARY",
    "Action",
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
    "Duty",
    "EventType",
    "HiddenPrompt",
    "ImportBatch",
    "ImportChange",
    "ImportRejection",
    "Impression",
    "ImpressionClick",
    "NearDuplicate",
    "Plan",
    "PlanPrice",
    "Prompt",
    "PromptSignature",
    "PromptSource",
    "PromptTag",
    "PromptVersion",
    "RecentUses",
    "RecommendationNight",
    "Refund",
    "SavedView",
    "ShownList",
    "SignInAttempt",
    "SignInSession",
    "Subscription",
    "SubscriptionStatus",
    "Surface",
    "Tag",
    "Tier",
    "User",
    "UserDuty",
    "UserPromptLike",
    "UserRole",
]
