"""A prompt that a person writes, held to what an imported one is held to."""

from collections.abc import Sequence

from ingest.errors import RecordError
from ingest.fields import PromptRecord, to_prompt
from schema.errors import PromptoryError
from schema.models import AgentType


def compose_prompt(
    *, title: str, prompt_text: str, description: str | None, tags: Sequence[str], agent_type: AgentType
) -> PromptRecord:
    """The prompt as an import would read it: normalised, with its variables and its language.

    Raises:
        PromptoryError: title or text is empty, or not acceptable; the message says why.
    """
    if not title.strip() or not prompt_text.strip():
        raise PromptoryError("A prompt needs a title and a text.")
    fields = {
        "title": title,
        "prompt": prompt_text,
        "description": description,
        "tags": list(tags),
        "type": agent_type.value,
    }
    try:
        return to_prompt(fields)
    except RecordError as error:
        raise PromptoryError(f"This prompt {error}.") from None
