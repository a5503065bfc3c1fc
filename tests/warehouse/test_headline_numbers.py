"""Every headline number of the marts is what pandas counts in the raw files; docs/metrics.md shows them."""

from datetime import date
from pathlib import Path

from ingest import ImportOptions, import_prompts, load_activity, load_subscriptions, load_users
from ingest.simulator import COLLECTION, STARTER, Simulation, simulate, starter_prompts
from tests.support.library import Library
from tests.support.warehouse import ONLY_MODELS, run_dbt
from tests.warehouse.headline_numbers import RawFiles

SIMULATION = Simulation(list(starter_prompts()), date(2026, 6, 28), days=60, users=500, events_a_day=1500)
PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"

MARTS = {
    "views, all time": "SELECT sum(views) FROM analytics.prompt_rankings WHERE ranking_window = 'all'",
    "viewers, 30 days, most viewed prompt": """
        SELECT unique_viewers FROM analytics.prompt_rankings AS r
        INNER JOIN library.prompt_sources AS k ON k.prompt_id = r.prompt_id AND k.is_primary
        WHERE ranking_window = '30d' ORDER BY views DESC, k.source_key LIMIT 1
    """,
    "likes that stand": "SELECT sum(likes) FROM analytics.prompt_rankings WHERE ranking_window = 'all'",
    **{
        f"{period} active people": f"""
            SELECT {period}_active FROM analytics.active_people_daily
            WHERE activity_date = '2026-06-28' AND segment = 'all'
        """
        for period in ("daily", "weekly", "monthly")
    },
    **{
        name: f"""
            SELECT sum({column}) FROM analytics.search_quality_daily
            WHERE activity_date > '2026-06-21' AND language = 'all'
        """
        for name, column in (
            ("searches, 7 days", "searches"),
            ("searches without a result, 7 days", "zero_result_searches"),
            ("searches with a click, 7 days", "clicked_searches"),
        )
    },
    "views of the most viewed tag, last day": """
        SELECT max(views) FROM analytics.tag_popularity WHERE activity_date = '2026-06-28'
    """,
    "people who pay": "SELECT paying_people FROM analytics.mrr_daily WHERE metric_date = '2026-06-28'",
    "monthly recurring revenue": "SELECT mrr FROM analytics.mrr_daily WHERE metric_date = '2026-06-28'",
}


def test_headline_numbers_are_those_of_the_raw_files(library: Library, tmp_path: Path) -> None:
    simulate(SIMULATION, tmp_path)
    import_prompts(library.ingest, [STARTER], ImportOptions(collection=COLLECTION))
    load_users(library.ingest, [tmp_path / "users" / "users.jsonl"])
    load_subscriptions(library.ingest, [tmp_path / "subscriptions" / "subscriptions.csv"])
    load_activity(library.ingest, [tmp_path / "activity"])
    run_dbt(library, tmp_path / "target", "build", *ONLY_MODELS)
    prompts = {prompt.key: prompt for prompt in starter_prompts()}
    counted = RawFiles(tmp_path, prompts, SIMULATION.last_day).numbers()
    marts = {name: float(library.value(query)) for name, query in MARTS.items()}
    assert marts == counted
    page = PAGE.read_text(encoding="utf-8")
    lines = [f"| {name} | {value:,.10g} |" for name, value in marts.items()]
    missing = [line for line in lines if line not in page]
    assert not missing, "docs/metrics.md lacks these lines:\n" + "\n".join(missing)
