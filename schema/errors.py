"""Faults that a user can understand and mend. Everything else is a defect and keeps its traceback."""


class PromptoryError(Exception):
    """An expected fault. Its message is one sentence for the user that says what to do."""


class SettingsError(PromptoryError):
    """A setting is missing, malformed or unsafe."""


class DatabaseError(PromptoryError):
    """The database is away, refuses us, or is not set up yet."""


class NewerSchemaError(DatabaseError):
    """A newer release migrated the database: this one knows no way from its revision, up or down."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"The schema is at revision {revision}, which a newer release made; it is left as it is.")
