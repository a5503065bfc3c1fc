"""Which plan a price of the billing system is."""


def plans_of_prices(source: str) -> str:
    """A query (prices, plan) for `source`, a query of distinct lists of names of prices (`prices`).

    The first name counts that was mapped to a plan, or that is a plan's own code, written as `pro_monthly` or `Pro
    Monthly` too. Lists without such a name are left out.
    """
    return f"""
        SELECT DISTINCT ON (d.prices) d.prices, coalesce(m.plan, p.code) AS plan
        FROM ({source}) AS d
        CROSS JOIN LATERAL unnest(d.prices) WITH ORDINALITY AS named (price, place)
        LEFT JOIN library.plan_prices AS m ON m.price = named.price
        LEFT JOIN library.plans AS p ON p.code = translate(upper(named.price), ' -', '__')
        WHERE coalesce(m.plan, p.code) IS NOT NULL
        ORDER BY d.prices, named.place
    """
