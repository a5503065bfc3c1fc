"""How fast the dashboard's pages are over a large library: their scripts, for one and for thirty, and on the screen.

The dashboard runs as `promptory demo` starts it, beside PostgreSQL, the clients and the browser on the same machine. A
script's time is what its browser sees, from the request until the message that the script has finished: once in a new
session, and once more in the same. Thirty people each read for some seconds before they open their next page; then
thirty clients do so without reading.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL

from benchmarks.large_library import Size, large_library, say
from benchmarks.page_client import p95, page_session
from benchmarks.paint import Paint, painted
from benchmarks.visits import PageUse, Visit, signed_in, uses_of_pages
from orchestration.serve import dashboard_server, running
from schema.logs import configure_logs
from schema.settings import Settings
from tests.browser.browser import CHROMIUM, chromium
from tests.support.servers import free_port

RUNS, PAINTS = 40, 20
TOGETHER, VISITS_EACH = 30, 12
READS_S = (2.0, 8.0)
"""The least and the most that somebody reads a page."""

Times = dict[str, list[float]]


async def alone(site: str, uses: Sequence[PageUse], runs: int) -> Times:
    """Times of scripts by page, one client at a time: each visit opened in a new session, and run again in it."""
    times: Times = {}
    for use in uses:
        say(f"{use.page.name}: its script")
        # A server that has just started has neither connections nor caches yet.
        await _opened(site, use.visits(1)[0])
        times[use.page.name] = [time for visit in use.visits(runs) for time in await _opened(site, visit)]
    return times


async def _opened(site: str, visit: Visit) -> list[float]:
    async with page_session(site, visit.token) as session:
        return [await session.run(visit.page.address, visit.query) for _ in range(2)]


async def together(site: str, uses: Sequence[PageUse], reads_s: tuple[float, float]) -> list[float]:
    """Times of scripts of so many people at once, each in a session of their own, from page to page of theirs."""
    say(f"{TOGETHER} people, each reading {reads_s[0]:.0f} to {reads_s[1]:.0f} s")
    walks = []
    for number in range(TOGETHER):
        chance, use = random.Random(number), uses[number % len(uses)]  # noqa: S311 (no secret)
        token = use.tokens[number % len(use.tokens)]
        pages = chance.choices([use for use in uses if token in use.tokens], k=VISITS_EACH)
        walk = [Visit(token, use.page, chance.choice(use.queries)) for use in pages]
        walks.append(_walk(site, walk, [chance.uniform(*reads_s) for _ in walk]))
    return [time for times in await asyncio.gather(*walks) for time in times]


async def _walk(site: str, walk: Sequence[Visit], reads_s: Sequence[float]) -> list[float]:
    times = []
    async with page_session(site, walk[0].token) as session:
        for visit, seconds in zip(walk, reads_s, strict=True):
            await asyncio.sleep(seconds)
            times.append(await session.run(visit.page.address, visit.query))
    return times


def on_screen(site: str, uses: Sequence[PageUse], paints: int) -> dict[str, list[Paint]]:
    """Times until a page is on the screen of a browser, by page; one window at a time."""
    found = {}
    with chromium() as browser:
        for use in uses:
            say(f"{use.page.name}: on the screen")
            found[use.page.name] = [painted(browser, site, visit) for visit in use.visits(paints)]
    return found


def measured(home: Path, url: URL, options: argparse.Namespace) -> None:
    """Start the dashboard over a library and measure it; print tables, and as the last line the figures as JSON."""
    settings = Settings(home=home, dashboard_port=free_port())
    site = f"http://127.0.0.1:{settings.dashboard_port}"
    address = url.render_as_string(hide_password=False)
    environment = {"PROMPTORY_HOME": str(home), "PROMPTORY_DATABASE_URL": address}
    with running([dashboard_server(settings, dict(os.environ) | environment)]):
        uses = asyncio.run(uses_of_pages(site, url, signed_in(url)))
        scripts = asyncio.run(alone(site, uses, options.runs))
        reading = asyncio.run(together(site, uses, READS_S))
        at_once = asyncio.run(together(site, uses, (0, 0)))
        screens = on_screen(site, uses, options.paints)
    _print(scripts, screens)
    crowds = {f"{TOGETHER} people who read": reading, f"{TOGETHER} clients without a pause": at_once}
    for name, times in crowds.items():
        print(f"{name:<32}{statistics.median(times):>8.0f}{p95(times):>8.0f}")
    figures = {
        "pages": {
            name: {
                "script_p95_ms": round(p95(times)),
                "paint_p95_ms": round(p95(paint.heading for paint in screens[name])),
            }
            for name, times in scripts.items()
        },
        f"script_p95_ms_{TOGETHER}_users": round(p95(reading)),
        f"script_p95_ms_{TOGETHER}_clients_without_a_pause": round(p95(at_once)),
    }
    print(json.dumps(figures))


def _print(scripts: Times, screens: dict[str, list[Paint]]) -> None:
    print(f"{'milliseconds':<32}{'script':>16}{'first paint':>16}{'heading':>16}")
    print(f"{'':<32}" + f"{'p50':>8}{'p95':>8}" * 3)
    for name, times in scripts.items():
        paints = screens[name]
        columns = (times, [paint.first for paint in paints], [paint.heading for paint in paints])
        print(f"{name:<32}" + "".join(f"{statistics.median(of):>8.0f}{p95(of):>8.0f}" for of in columns))


def main() -> None:
    """Run the benchmark."""
    options = _options()
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine; install it to measure what is on the screen.")
    configure_logs(Settings())
    size = Size(options.prompts, options.events, options.users)
    with tempfile.TemporaryDirectory(prefix="promptory-bench-") as name:
        home = Path(options.home or name).resolve()
        with large_library(home, size) as url:
            measured(home, url, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Scripts and paints of the dashboard's pages over a large library.")
    parser.add_argument("--prompts", type=int, default=200_000, help="prompts of the library")
    parser.add_argument("--events", type=int, default=5_000_000, help="events of half a year, about")
    parser.add_argument("--users", type=int, default=20_000, help="people with an account")
    parser.add_argument("--runs", type=int, default=RUNS, help="visits of a page, two runs of its script each")
    parser.add_argument("--paints", type=int, default=PAINTS, help="windows in which a page is opened")
    parser.add_argument("--home", help="folder in which the library stays, to measure it again")
    return parser.parse_args()


if __name__ == "__main__":
    main()
