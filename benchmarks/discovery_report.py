"""What is told of a large library: a table for people, figures for programs."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks import corpus

Times = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was measured of a library of one size; times of searches by kind, in milliseconds."""

    prompts: int
    build_s: float
    size_mb: float
    changed: int
    refresh_s: float
    systems: dict[str, Times]
    clients: int
    together: Times
    full_text_s: float
    tantivy: dict[str, float]
    fit_s: float
    fit_peak_mb: float
    for_you_ms: list[float]


def _quantiles(times: Sequence[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(times), 2), "p95": round(sorted(times)[int(len(times) * 0.95)], 2)}


def print_tables(found: Discovery) -> None:
    """Searches by kind and system, and the other figures."""
    print(f"\n{found.prompts:,} prompts: p50 / p95 of a search in milliseconds")
    columns = {**found.systems, f"Promptory, {found.clients} clients": found.together}
    print(f"{'':<22}" + "".join(f"{name:>24}" for name in columns))
    for kind in found.together:
        cells = [_quantiles(times[kind]) if kind in times else None for times in columns.values()]
        print(f"{kind:<22}" + "".join(f"{_cell(cell):>24}" for cell in cells))
    likes = found.prompts * corpus.LIKES_OF_A_PROMPT
    rows = [
        ("index", f"{found.build_s:.0f} s, {found.size_mb:.0f} MB"),
        ("full text's index", f"{found.full_text_s:.0f} s"),
        ("tantivy's index", f"{found.tantivy['build_s']:.0f} s, {found.tantivy['size_mb']:.0f} MB"),
        (f"refresh of {found.changed:,}", f"{found.refresh_s:.1f} s, {found.refresh_s / found.build_s:.1%} of a build"),
        (
            f"fit of {likes:,} likes",
            f"{found.fit_s:.0f} s, {found.fit_peak_mb:.0f} MB",
        ),
        ("for you", f"{_cell(_quantiles(found.for_you_ms))} ms"),
    ]
    for name, figure in rows:
        print(f"{name:<32}{figure}")


def _cell(quantiles: dict[str, float] | None) -> str:
    return f"{quantiles['p50']:.1f} / {quantiles['p95']:.1f}" if quantiles else "-"


def figures_of(found: Discovery) -> dict[str, Any]:
    """The figures as JSON has them."""
    tantivy = found.systems["tantivy"]
    return {
        "search_ms": {name: _of_kinds(times) for name, times in found.systems.items()},
        f"search_ms_{found.clients}_clients": _of_kinds(found.together),
        "ratio_to_tantivy_p95": {
            kind: round(_quantiles(found.systems["Promptory"][kind])["p95"] / _quantiles(tantivy[kind])["p95"], 2)
            for kind in tantivy
        },
        "index": {"build_s": round(found.build_s, 1), "size_mb": round(found.size_mb)},
        f"refresh_{found.changed}": {
            "s": round(found.refresh_s, 1),
            "share_of_build": round(found.refresh_s / found.build_s, 4),
        },
        "fit": {"s": round(found.fit_s, 1), "peak_mb": round(found.fit_peak_mb)},
        "for_you_ms": _quantiles(found.for_you_ms),
    }


def _of_kinds(times: Times) -> dict[str, dict[str, float]]:
    return {kind: _quantiles(of_kind) for kind, of_kind in times.items()}
