"""What can be wrong with a file, with one record in it, and with what a curator asks for."""

from enum import StrEnum

from schema.errors import PromptoryError


class Remedy(StrEnum):
    """What lets a refused request pass, in the words of the command line; a page has its own."""

    PRUNE_MORE = "If that is meant, import with --force."
    UNDO_MORE = "If that is meant, undo with --force."
    SEPARATE_FIRST = "Take that back first: promptory duplicates --merged."


class RefusedError(PromptoryError):
    """A request that could do harm. `reason` says which, `remedy` what to do."""

    def __init__(self, reason: str, remedy: Remedy) -> None:
        super().__init__(f"{reason} {remedy}")
        self.reason = reason
        self.remedy = remedy


class UnreadableFileError(PromptoryError):
    """A file as a whole cannot be read; nothing of it is imported."""


class RecordError(Exception):
    """One record is not acceptable; the others go on. Its message is the reason that the curator reads."""


class LakeError(PromptoryError):
    """The event lake cannot be used."""


class LakeDayError(LakeError):
    """What lies in the lake of a day cannot be used; the message names the day and the file. Other days can."""
