"""The five database roles. Each part of the product connects as one of them, and only that one."""

from enum import StrEnum


class Role(StrEnum):
    """Names of the database roles; the migrations create them and grant each what it needs."""

    OWNER = "promptory_owner"
    INGEST = "promptory_ingest"
    DBT = "promptory_dbt"
    DASHBOARD = "promptory_dashboard"
    ANALYST = "promptory_analyst"
