"""A simulated application: accounts, activity and billing as the files that a real one would drop.

Seeded and deterministic: the same arguments write the same bytes. People sign up, come back less and less or become
regulars, have tastes (tags and a language), search, try, pay, change plan, leave and return; popularity is
heavy-tailed and drifts; days have a weekly and an hourly rhythm; crawlers crawl; some events come late or twice.
"""

from ingest.simulator.prompts import COLLECTION, STARTER, SimulatedPrompt, starter_prompts
from ingest.simulator.run import Written, simulate
from ingest.simulator.simulation import Format, Simulation

__all__ = [
    "COLLECTION",
    "STARTER",
    "Format",
    "SimulatedPrompt",
    "Simulation",
    "Written",
    "simulate",
    "starter_prompts",
]
