"""Faults that a user can understand and mend. Everything else is a defect and keeps its traceback."""


class PromptoryError(Exception):
    """An expected fault. Its message is one sentence for the user that says what to do."""


class SettingsError(PromptoryError):
    """A setting is missing, malformed or unsafe."""


class DatabaseError(PromptoryError):
    """The database is away, refuses us, or is not set up yet."""
