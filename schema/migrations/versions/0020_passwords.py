"""People change their passwords: whoever is signed in their own, and what administers anybody's; sessions end with it."""

from alembic import op

revision = "0020"
down_revision = "0019"

FUNCTIONS = """
CREATE FUNCTION library.end_sessions(owner_id bigint, kept bytea DEFAULT NULL) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    UPDATE library.sign_in_sessions AS s SET ended_at = now()
    WHERE s.user_id = owner_id AND s.ended_at IS NULL AND s.token_hash IS DISTINCT FROM kept;
END;
REVOKE ALL ON FUNCTION library.end_sessions(bigint, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.end_sessions(bigint, bytea) TO promptory_ingest;

CREATE FUNCTION library.change_password(session_hash bytea, new_password_hash text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE owner_id bigint := library.session_user_id(session_hash);
BEGIN
    UPDATE library.users AS u SET password_hash = new_password_hash WHERE u.id = owner_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM library.end_sessions(owner_id, session_hash);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION library.change_password(bytea, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION library.change_password(bytea, text) TO promptory_dashboard;
"""


def upgrade() -> None:
    """Add the functions."""
    op.execute(FUNCTIONS)


def downgrade() -> None:
    """Take them away. Passwords stay as they were changed."""
    op.execute("DROP FUNCTION library.change_password(bytea, text)")
    op.execute("DROP FUNCTION library.end_sessions(bigint, bytea)")
