"""What can be wrong with a file, and with one record in it."""

from schema.errors import PromptoryError


class UnreadableFileError(PromptoryError):
    """A file as a whole cannot be read; nothing of it is imported."""


class RecordError(Exception):
    """One record is not acceptable; the others go on. Its message is the reason that the curator reads."""
