"""Commands on plans: which there are, and which prices of the billing system stand for them."""

from dataclasses import asdict
from typing import Annotated

import typer

from ingest import known_plans, map_price
from orchestration.cli.console import out, print_json, print_table, ready_database
from schema.database import engine_for
from schema.roles import Role

plans = typer.Typer(no_args_is_help=True, help="The plans, and the billing system's prices that stand for them.")


@plans.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of a table.")] = False,
) -> None:
    """List the plans with their list prices and the names that were mapped to them."""
    ready_database()
    known = known_plans(engine_for(Role.INGEST))
    if as_json:
        print_json({"plans": [asdict(plan) for plan in known]})
        return
    columns = {
        "plan": [plan.code for plan in known],
        "tier": [plan.tier for plan in known],
        "price": [f"{plan.amount} {plan.currency}" for plan in known],
        "each": [(plan.billing_interval or "").lower() for plan in known],
        "prices mapped to it": ["\n".join(plan.prices) for plan in known],
    }
    print_table("Plans", columns, frozenset({"price"}))
    out.print("promptory plans map PRICE PLAN", highlight=False)


@plans.command("map")
def map_(
    price: Annotated[str, typer.Argument(help="A price's id, lookup key or nickname, or a product's id or name.")],
    plan: Annotated[str, typer.Argument(help="The plan's code, as `promptory plans list` shows it.")],
) -> None:
    """Let PRICE stand for PLAN, also in the subscriptions that are loaded already."""
    ready_database()
    code = map_price(engine_for(Role.INGEST), price, plan)
    out.print(f"'{price.strip()}' stands for {code}.", highlight=False, markup=False)
