"""Billing histories: trials, plans, changes of plan, failed payments, people who leave and come back."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from random import Random

from ingest.simulator.people import People, user_id
from ingest.simulator.simulation import MS_A_SECOND, Simulation
from schema.models import BillingInterval, SubscriptionStatus

COLUMNS = (
    *("subscription_id", "user_id", "plan", "status", "started_at", "current_period_end", "canceled_at", "ended_at"),
    *("amount", "currency", "billing_interval"),
)
SUBSCRIBERS = 0.30
STARTS_WITH_A_TRIAL = 0.8
TRIAL = timedelta(days=14)
CONVERTS = 0.55
RECOVERS = 0.7
GIVES_UP_AFTER = timedelta(days=14)
COMES_BACK = 0.35
PAYS_IN_WON = 0.6


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan costs, and how often."""

    code: str
    interval: BillingInterval
    dollars: str
    won: str

    @property
    def months(self) -> int:
        """Months from one renewal to the next."""
        return 12 if self.interval is BillingInterval.YEAR else 1


MONTHLY = Plan("PRO_MONTHLY", BillingInterval.MONTH, "12.00", "15000")
YEARLY = Plan("PRO_YEARLY", BillingInterval.YEAR, "120.00", "150000")
MAX_MONTHLY = Plan("PRO_MAX_MONTHLY", BillingInterval.MONTH, "24.00", "30000")
MAX_YEARLY = Plan("PRO_MAX_YEARLY", BillingInterval.YEAR, "240.00", "300000")

FIRST_PLANS = {MONTHLY: 0.60, YEARLY: 0.20, MAX_MONTHLY: 0.14, MAX_YEARLY: 0.06}
CHANGES = {
    MONTHLY: {YEARLY: 0.45, MAX_MONTHLY: 0.45, MAX_YEARLY: 0.10},
    YEARLY: {MAX_YEARLY: 0.60, MONTHLY: 0.40},
    MAX_MONTHLY: {MONTHLY: 0.60, MAX_YEARLY: 0.40},
    MAX_YEARLY: {YEARLY: 0.60, MAX_MONTHLY: 0.40},
}


class Fate(Enum):
    """What comes of a period that was paid for; the changes are of plan."""

    RENEWS = auto()
    LEAVES = auto()
    FAILS = auto()
    CHANGES_AT_RENEWAL = auto()
    CHANGES_BETWEEN = auto()


FATES = {
    BillingInterval.MONTH: {
        Fate.LEAVES: 0.07,
        Fate.FAILS: 0.04,
        Fate.CHANGES_AT_RENEWAL: 0.06,
        Fate.CHANGES_BETWEEN: 0.04,
    },
    BillingInterval.YEAR: {
        Fate.LEAVES: 0.25,
        Fate.FAILS: 0.05,
        Fate.CHANGES_AT_RENEWAL: 0.15,
        Fate.CHANGES_BETWEEN: 0.15,
    },
}


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a person's subscription did not change, and the renewal that follows its end or today."""

    subscription_id: str
    person: int
    plan: Plan
    in_won: bool
    status: SubscriptionStatus
    started_at: datetime
    current_period_end: datetime
    canceled_at: datetime | None = None
    ended_at: datetime | None = None

    def record(self) -> dict[str, str]:
        """As billing exports it."""
        return {
            "subscription_id": self.subscription_id,
            "user_id": user_id(self.person),
            "plan": self.plan.code,
            "status": self.status,
            "started_at": _written(self.started_at),
            "current_period_end": _written(self.current_period_end),
            "canceled_at": _written(self.canceled_at),
            "ended_at": _written(self.ended_at),
            "amount": self.plan.won if self.in_won else self.plan.dollars,
            "currency": "KRW" if self.in_won else "USD",
            "billing_interval": self.plan.interval,
        }


def histories(simulation: Simulation, people: People) -> Iterator[Span]:
    """Everybody's spans as billing knows them when the last day is over; a person's never overlap."""
    random = Random(f"billing {simulation.seed}")
    for person, (signed_up, korean) in enumerate(
        zip(people.signed_up.tolist(), people.is_korean.tolist(), strict=True)
    ):
        if random.random() < SUBSCRIBERS:
            moment = datetime.fromtimestamp(signed_up // MS_A_SECOND, UTC) + _days(random.expovariate(1 / 12))
            subscriber = _Subscriber(simulation, person, korean and random.random() < PAYS_IN_WON, random)
            yield from subscriber.history(moment)


class _Subscriber:
    """One person's way through billing."""

    def __init__(self, simulation: Simulation, person: int, in_won: bool, random: Random) -> None:
        self.end, self.person, self.in_won, self.random = simulation.end, person, in_won, random
        self.name = f"sub_{simulation.seed}_{person:05d}"

    def history(self, moment: datetime) -> Iterator[Span]:
        """The spans that began before the end, from the first subscription, begun at `moment`, to the last."""
        number, trial = 1, self.random.random() < STARTS_WITH_A_TRIAL
        while moment < self.end:
            left = moment
            for span in self._subscription(f"{self.name}_{number}", moment, trial=trial):
                if span.started_at < self.end:
                    yield self._as_known(span)
                left = span.ended_at or self.end
            if self.random.random() > COMES_BACK:
                return
            number, trial = number + 1, False
            moment = left + _days(3 + self.random.expovariate(1 / 25))

    def _as_known(self, span: Span) -> Span:
        """Without what lies ahead: an end, or the wish to leave."""
        canceled_at = span.canceled_at if span.canceled_at and span.canceled_at < self.end else None
        if span.ended_at is not None and span.ended_at < self.end:
            return replace(span, canceled_at=canceled_at)
        return replace(span, canceled_at=canceled_at, ended_at=None)

    def _subscription(self, subscription_id: str, moment: datetime, *, trial: bool) -> Iterator[Span]:
        (plan,) = self.random.choices(list(FIRST_PLANS), list(FIRST_PLANS.values()))
        first = Span(subscription_id, self.person, plan, self.in_won, SubscriptionStatus.ACTIVE, moment, moment)
        if trial:
            ends = moment + TRIAL
            tried = replace(first, status=SubscriptionStatus.TRIALING, current_period_end=ends, ended_at=ends)
            if self.random.random() > CONVERTS:
                yield replace(tried, canceled_at=ends - _days(self.random.uniform(0.5, 12)))
                return
            yield tried
            first = replace(first, started_at=ends)
        yield from self._paid(first)

    def _paid(self, span: Span) -> Iterator[Span]:
        """From the first payment until the person leaves or the simulation ends."""
        random, anchor, period = self.random, span.started_at, 0
        while (begins := _later(anchor, period * span.plan.months)) < self.end:
            renewal = _later(anchor, (period + 1) * span.plan.months)
            span, period = replace(span, current_period_end=renewal), period + 1
            fate = self._fate(span.plan)
            if fate is Fate.LEAVES:
                yield replace(span, canceled_at=renewal - _days(random.uniform(0.5, 12)), ended_at=renewal)
                return
            if fate is Fate.FAILS:
                yield replace(span, ended_at=renewal)
                recovers = random.random() < RECOVERS
                ends = renewal + (_days(random.uniform(1, 12)) if recovers else GIVES_UP_AFTER)
                following = _later(anchor, (period + 1) * span.plan.months)
                unpaid = replace(span, status=SubscriptionStatus.PAST_DUE, started_at=renewal, ended_at=ends)
                yield replace(unpaid, current_period_end=following, canceled_at=None if recovers else ends)
                if not recovers:
                    return
                span = replace(span, started_at=ends)
            elif fate is not Fate.RENEWS:
                since = max(begins, span.started_at)
                within = since + (renewal - since) * random.uniform(0.15, 0.85)
                at = renewal if fate is Fate.CHANGES_AT_RENEWAL else within
                yield replace(span, ended_at=at)
                plans = CHANGES[span.plan]
                (plan,) = random.choices(list(plans), list(plans.values()))
                if plan.interval is not span.plan.interval:
                    anchor, period = at, 0
                span = replace(span, plan=plan, started_at=at)
        yield span

    def _fate(self, plan: Plan) -> Fate:
        chances = FATES[plan.interval]
        (fate,) = self.random.choices([*chances, Fate.RENEWS], [*chances.values(), 1 - sum(chances.values())])
        return fate


def _later(anchor: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day where the month is shorter; the time of day stays."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return anchor.replace(year=year, month=month + 1, day=min(anchor.day, monthrange(year, month + 1)[1]))


def _days(number: float) -> timedelta:
    return timedelta(days=number)


def _written(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
