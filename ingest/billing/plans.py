"""The plans that the library knows, and what the billing system calls them."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Engine, text

from ingest.batch import wait_for_turn
from ingest.billing.derive import OF_PRICE, derive
from ingest.billing.status import STATUS_OF_PEOPLE
from schema.database import connect
from schema.errors import PromptoryError

MAX_PRICE_CHARACTERS = 200

PLANS = """
SELECT
    p.code, p.name, p.tier, p.amount, p.currency, p.billing_interval,
    coalesce(array_agg(m.price ORDER BY m.price COLLATE "C") FILTER (WHERE m.price IS NOT NULL), '{}') AS prices
FROM library.plans AS p
LEFT JOIN library.plan_prices AS m ON m.plan = p.code
GROUP BY p.code
ORDER BY p.tier, p.amount, p.code
"""

MAP = """
INSERT INTO library.plan_prices AS m (price, plan) VALUES (:price, :plan)
ON CONFLICT (price) DO UPDATE SET plan = excluded.plan WHERE m.plan <> excluded.plan
"""


@dataclass(frozen=True, slots=True)
class KnownPlan:
    """A plan with its list price, and the names of the billing system's prices that were mapped to it."""

    code: str
    name: str
    tier: str
    amount: Decimal
    currency: str
    billing_interval: str | None
    prices: list[str]


def known_plans(engine: Engine) -> list[KnownPlan]:
    """Every plan, the cheapest first."""
    with connect(engine) as connection:
        return [KnownPlan(**row) for row in connection.execute(text(PLANS)).mappings()]


def map_price(engine: Engine, price: str, plan: str) -> str:
    """Let a price (id, lookup key, nickname, product) stand for a plan, also in what was loaded before.

    Returns the plan's code.

    Raises:
        PromptoryError: the plan is not known, or the price is no name of one.
    """
    price, code = price.strip(), plan.strip().upper()
    if not 0 < len(price) <= MAX_PRICE_CHARACTERS or "\0" in price:
        raise PromptoryError(f"Give the price as Stripe names it, in 1 to {MAX_PRICE_CHARACTERS} characters.")
    with connect(engine) as connection:
        wait_for_turn(connection)
        codes = list(connection.scalars(text("SELECT code FROM library.plans ORDER BY code")))
        if code not in codes:
            raise PromptoryError(f"There is no plan '{plan.strip()}'; there are {', '.join(codes)}.")
        if connection.execute(text(MAP), {"price": price, "plan": code}).rowcount:
            derive(connection, OF_PRICE, price=price)
            connection.execute(text(STATUS_OF_PEOPLE))
    return code
