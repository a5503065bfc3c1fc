"""The simulated application: the same every time, and nothing in it that ingest refuses."""

import hashlib
import json
from collections import Counter
from datetime import date
from pathlib import Path

from ingest.simulator import SimulatedPrompt, Simulation, simulate

PROMPTS = [
    SimulatedPrompt(f"c/{n}", f"title {n}", (f"tag{n % 5}",), "ko" if n % 2 else "en", n % 4 == 0) for n in range(40)
]


def digest(folder: Path) -> dict[str, str]:
    """Every file's name and hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_arguments_write_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        simulate(Simulation(PROMPTS, date(2026, 3, 1), days=3, people=50, visits_a_day=40, seed=seed), tmp_path / name)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")


def test_popularity_is_heavy_tailed_and_weekends_are_quiet(tmp_path: Path) -> None:
    simulate(Simulation(PROMPTS, date(2026, 3, 1), days=28, people=200, visits_a_day=200), tmp_path)
    views: Counter[str] = Counter()
    by_weekday: Counter[int] = Counter()
    for path in (tmp_path / "activity").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            assert event["occurred_at"].startswith(path.stem)
            if event["event_type"] == "view":
                views[event["prompt_key"]] += 1
                by_weekday[date.fromisoformat(path.stem).weekday()] += 1
    top_fifth = sum(count for _, count in views.most_common(8))
    assert top_fifth > 0.4 * views.total()
    assert max(by_weekday[5], by_weekday[6]) < 0.85 * min(by_weekday[day] for day in range(4))
