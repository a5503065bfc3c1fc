"""The merge of staged prompts into the library, statement by statement.

`read_prompts` holds the records as they were read; `staged_prompts` is what the merge needs to know of the acceptable
ones, in short rows, as it writes them several times. Every statement works on all of them. `outcome` is null until a
record's fate is known:

- a record known before (same collection, key, occurrence) with the same body is unchanged, or updated if anything
  else about it differs and it is its prompt's primary source;
- one whose body changed updates its prompt in place if every source of the prompt changed to that same body, else it
  moves to another prompt;
- any other goes to the prompt with its body: an existing one (duplicate) or a new one (inserted).

`run` holds the order of the statements, and each other module those of one matter. Where a statement does not say
otherwise, `s` is a staged record, `r` the record as it was read, `k` a source that the library knows, `p` a prompt.
"""

from ingest.merge.run import merge

__all__ = ["merge"]
