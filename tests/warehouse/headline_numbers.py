"""The headline numbers of a simulated application, from its raw files with pandas: independent of ingest and dbt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pandas as pd

from ingest.simulator import SimulatedPrompt

DAY = pd.Timedelta(days=1)
BOT_VIEWS_A_DAY, BOT_VIEWS_A_MINUTE = 200, 20


@dataclass(frozen=True)
class RawFiles:
    """What a simulation of the days up to `last_day` wrote, and the prompts that it was about, by key."""

    folder: Path
    prompts: Mapping[str, SimulatedPrompt]
    last_day: date

    def events(self) -> pd.DataFrame:
        """Each event once, without what bots and prompts' own creators do; `viewer` is a person, else a visit."""
        files = sorted((self.folder / "activity").iterdir())
        events = pd.concat([pd.read_json(path, lines=True, dtype=False) for path in files])
        events = events.drop_duplicates("event_id")
        events["at"] = pd.to_datetime(events["occurred_at"], format="ISO8601", utc=True)
        events["day"] = events["at"].dt.floor("D")
        person, visit = "u" + events["user_id"].astype("string"), "s" + events["session_id"].astype("string")
        events["viewer"] = person.fillna(visit)
        views = events[events["event_type"] == "view"]
        a_day = views.groupby(["viewer", "day"]).size()
        a_minute = views.groupby(["viewer", "day", views["at"].dt.floor("min")]).size().groupby(level=[0, 1]).max()
        bots = a_day.index[(a_day > BOT_VIEWS_A_DAY) | (a_minute.reindex(a_day.index) > BOT_VIEWS_A_MINUTE)]
        return events[~pd.MultiIndex.from_frame(events[["viewer", "day"]]).isin(bots)]

    def numbers(self) -> dict[str, float]:
        """The headline numbers by name; money in US dollars."""
        events = self.events()
        creators = {key: f"contributor:{prompt.author}".lower() for key, prompt in self.prompts.items()}
        own = events["user_id"].str.lower() == events["prompt_key"].map(creators)
        used = events[events["prompt_key"].notna() & ~own]
        views = used[used["event_type"] == "view"]
        month = views[views["at"] > events["at"].max() - 30 * DAY]
        top = month["prompt_key"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        last = pd.Timestamp(self.last_day, tz="UTC")
        people = events[events["user_id"].notna()]
        searches = events[(events["event_type"] == "search") & (events["day"] > last - 7 * DAY)]
        clicks = searches[searches["prompt_key"].notna()]
        return {
            "views, all time": len(views),
            "viewers, 30 days, most viewed prompt": month[month["prompt_key"] == top.index[0]]["viewer"].nunique(),
            "likes that stand": float(self._likes(used)),
            "daily active people": people[people["day"] == last]["user_id"].nunique(),
            "weekly active people": people[people["day"] > last - 7 * DAY]["user_id"].nunique(),
            "monthly active people": people[people["day"] > last - 30 * DAY]["user_id"].nunique(),
            "searches, 7 days": len(searches),
            "searches without a result, 7 days": int((searches["result_count"] == 0).sum()),
            "searches with a click, 7 days": len(clicks),
            "views of the most viewed tag, last day": self._top_tag(views[views["day"] == last]),
        } | self._billing(last + DAY)

    @staticmethod
    def _likes(used: pd.DataFrame) -> int:
        words = used[used["event_type"].isin(["like", "unlike"])].sort_values(["at", "event_id"])
        return int((words.groupby(["user_id", "prompt_key"])["event_type"].last() == "like").sum())

    def _top_tag(self, views: pd.DataFrame) -> float:
        tags = views["prompt_key"].map(lambda key: self.prompts[key].tags).explode()
        return float(tags.value_counts().max())

    def _billing(self, moment: pd.Timestamp) -> dict[str, float]:
        """Who pays at a moment, and what they pay in a month, each person's sum rounded to the cent."""
        spans = pd.read_csv(self.folder / "subscriptions" / "subscriptions.csv", dtype=str)
        start, end = (pd.to_datetime(spans[name], utc=True) for name in ("started_at", "ended_at"))
        paid = spans[(start < moment) & (end.isna() | (end >= moment)) & spans["status"].isin(["ACTIVE", "PAST_DUE"])]
        rates = pd.read_csv(Path(__file__).parents[2] / "dbt_project" / "seeds" / "currency_rates.csv", dtype=str)
        rates = rates[pd.to_datetime(rates["valid_from"], utc=True) <= moment - timedelta(days=1)]
        usd = rates.sort_values("valid_from").groupby("currency")["usd_per_unit"].last()
        months = paid["billing_interval"].map({"MONTH": "1", "YEAR": "12"})
        prices = zip(paid["amount"], months, paid["currency"].map(usd), strict=True)
        sums = [Decimal(amount) / Decimal(divisor) * Decimal(rate) for amount, divisor, rate in prices]
        mrr = sum(one.quantize(Decimal("0.01"), ROUND_HALF_UP) for one in sums)
        return {"people who pay": len(paid), "monthly recurring revenue": float(mrr)}
