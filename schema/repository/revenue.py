"""Reading the subscription marts by month and cohort, and the people behind them, each in one query.

Amounts are in US dollars. Who is behind a movement only analysts may read.
"""

from datetime import date

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from schema.repository.marts import frame_of, mart_of

MOVEMENTS = ("new", "expansion", "reactivation", "contraction", "churn", "exchange")
"""What changes MRR; `analytics.subscription_movements` calls them so, and columns of MRR by them."""

_months = mart_of(
    "mrr_monthly",
    *("metric_month", "is_complete", "opening_mrr", *(f"{movement}_mrr" for movement in MOVEMENTS), "mrr"),
    *("opening_people", "churned_people", "lost_people", "paying_people", "logo_churn_rate"),
    *("gross_revenue_retention", "net_revenue_retention"),
)
_movements = mart_of(
    "subscription_movements",
    *("user_id", "movement_date", "movement", "plan_before", "plan", "mrr_before", "mrr_change", "mrr"),
    *("first_paid_on", "days_since_first_paid"),
)
_cohorts = mart_of(
    "subscription_retention_monthly",
    *("cohort_month", "months_since", "cohort_people", "paying_people", "people_retention", "cohort_mrr", "mrr"),
    "revenue_retention",
)
_trials = mart_of("trial_conversion_weekly", "cohort_week", "trials", "matured_trials", "converted_trials")
_locks = mart_of(
    "paywall_funnel_weekly", "cohort_week", "people", "tried_within_30_days", "paid_within_30_days", "is_complete"
)


def revenue_months(session: Session, first_month: date) -> pd.DataFrame:
    """Rows of `analytics.mrr_monthly` from `first_month` on, the oldest first."""
    month = _months.c.metric_month
    return frame_of(session, select(_months).where(month >= first_month).order_by(month))


def people_behind(session: Session, movement: str, first_day: date, last_day: date, *, take: int = 500) -> pd.DataFrame:
    """The movements of one kind from `first_day` to `last_day`, both included, the largest first, then the newest."""
    moved = _movements.c
    statement = (
        select(
            *(moved.user_id, moved.movement_date, moved.plan_before, moved.plan, moved.mrr_before, moved.mrr_change),
            *(moved.mrr, moved.first_paid_on, moved.days_since_first_paid),
        )
        .where(moved.movement == movement, moved.movement_date.between(first_day, last_day))
        .order_by(func.abs(moved.mrr_change).desc(), moved.movement_date.desc(), moved.user_id)
        .limit(take)
    )
    return frame_of(session, statement)


def retention_cohorts(session: Session, first_month: date) -> pd.DataFrame:
    """The retention triangle of the cohorts from `first_month` on, by cohort and month since."""
    cohorts = _cohorts.c
    statement = (
        select(_cohorts).where(cohorts.cohort_month >= first_month).order_by(cohorts.cohort_month, cohorts.months_since)
    )
    return frame_of(session, statement)


def trial_sums(session: Session, first_week: date) -> pd.DataFrame:
    """One row: trials that began in the weeks from `first_week` on, those that matured, those that were paid for."""
    trials = _trials.c
    statement = select(
        *(func.coalesce(func.sum(one), 0).label(one.name) for one in (trials.trials, trials.matured_trials)),
        func.coalesce(func.sum(trials.converted_trials), 0).label("converted_trials"),
    ).where(trials.cohort_week >= first_week)
    return frame_of(session, statement)


def lock_sums(session: Session, first_week: date) -> pd.DataFrame:
    """One row: people who met their first lock in the weeks from `first_week` on that are over, tried, and paid."""
    locks = _locks.c
    counts = (locks.people, locks.tried_within_30_days, locks.paid_within_30_days)
    statement = select(*(func.coalesce(func.sum(one), 0).label(one.name) for one in counts)).where(
        locks.cohort_week >= first_week, locks.is_complete
    )
    return frame_of(session, statement)
