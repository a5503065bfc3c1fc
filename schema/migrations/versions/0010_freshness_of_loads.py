"""dbt sees when files of each kind were last loaded, for the freshness of its sources; not which files, or by whom."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Let dbt read the moments of loads; the policy that shows it their rows is there already."""
    op.execute("GRANT SELECT (kind, status, finished_at) ON library.import_batches TO promptory_dbt")


def downgrade() -> None:
    """Take the right away."""
    op.execute("REVOKE SELECT (kind, status, finished_at) ON library.import_batches FROM promptory_dbt")
