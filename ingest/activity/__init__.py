"""Load application activity into the ledger, and derive likes from it.

An event names its person by the application's own id (`user_id`) and its prompt by the library's id (`prompt_id`)
or by where it came from (`prompt_key`: `collection/key`). Of a search, the prompt is the one that was opened from it.

`blocks` reads files many records at once, `records` a record that is not plainly right, `reading` gives both to whoever
keeps them: `staging` copies them into one table, `merge` decides in SQL what becomes of them, and `load` runs it all.
The event lake (`ingest.lake`) keeps them another way, by the same rules.
"""

from ingest.activity.load import load_activity, retry_activity
from ingest.activity.months import keep_months

__all__ = ["keep_months", "load_activity", "retry_activity"]
