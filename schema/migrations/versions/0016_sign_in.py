"""Sessions that a database keeps, attempts to sign in that it counts, registration, and duties beside the role.

A session is found by the hash of its token, an attempt by a keyed hash of the account or the address it came from. The
dashboard's role can read neither table: it asks functions, each about one token or one attempt.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

TABLES = """
CREATE TABLE library.sign_in_sessions (
    token_hash BYTEA NOT NULL,
    user_id BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sign_in_sessions PRIMARY KEY (token_hash),
    CONSTRAINT ck_sign_in_sessions_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT fk_sign_in_sessions_user_id FOREIGN KEY (user_id) REFERENCES library.users (id) ON DELETE CASCADE
);
CREATE INDEX ix_sign_in_sessions_user_id ON library.sign_in_sessions (user_id);
CREATE INDEX ix_sign_in_sessions_created_at ON library.sign_in_sessions (created_at);
ALTER TABLE library.sign_in_sessions ENABLE ROW LEVEL SECURITY;

CREATE TABLE library.sign_in_attempts (
    subject BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_attempts PRIMARY KEY (subject),
    CONSTRAINT ck_sign_in_attempts_subject CHECK (octet_length(subject) = 32)
);
CREATE INDEX ix_sign_in_attempts_last_at ON library.sign_in_attempts (last_at);
ALTER TABLE library.sign_in_attempts ENABLE ROW LEVEL SECURITY;

CREATE TABLE library.user_duties (
    user_id BIGINT NOT NULL,
    duty VARCHAR(20) NOT NULL,
    granted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_user_duties PRIMARY KEY (user_id, duty),
    CONSTRAINT ck_user_duties_duty CHECK (duty IN ('CURATOR', 'ANALYST')),
    CONSTRAINT fk_user_duties_user_id FOREIGN KEY (user_id) REFERENCES library.users (id) ON DELETE CASCADE
);
ALTER TABLE library.user_duties ENABLE ROW LEVEL SECURITY;
GRANT SELECT (user_id, duty) ON library.user_duties TO promptory_dashboard;
CREATE POLICY themselves ON library.user_duties FOR SELECT TO promptory_dashboard
    USING (user_id = (SELECT library.viewer_id()) OR (SELECT library.viewer_is_admin()));
GRANT SELECT, INSERT, UPDATE, DELETE ON library.user_duties TO promptory_ingest;
CREATE POLICY ingest ON library.user_duties TO promptory_ingest USING (true) WITH CHECK (true);
"""

# A session lives for 12 idle hours, and for 30 days at most. An ended one is remembered until then: where the token
# comes from an identity provider, it could be shown again.
SESSIONS = """
CREATE FUNCTION library.session_user_id(session_hash bytea) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    SELECT s.user_id FROM library.sign_in_sessions AS s
    WHERE
        s.token_hash = session_hash AND s.ended_at IS NULL
        AND s.last_seen_at > now() - INTERVAL '12 hours' AND s.created_at > now() - INTERVAL '30 days';
END;

CREATE FUNCTION library.open_session(session_hash bytea, owner_id bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    DELETE FROM library.sign_in_sessions AS s WHERE s.created_at < now() - INTERVAL '31 days';
    INSERT INTO library.sign_in_sessions (token_hash, user_id) VALUES (session_hash, owner_id)
    ON CONFLICT DO NOTHING;
END;

CREATE FUNCTION library.touch_session(session_hash bytea) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    UPDATE library.sign_in_sessions AS s SET last_seen_at = now()
    WHERE
        s.token_hash = session_hash AND library.session_user_id(session_hash) IS NOT NULL
        AND s.last_seen_at < now() - INTERVAL '1 minute';
    SELECT library.session_user_id(session_hash);
END;

CREATE FUNCTION library.end_session(session_hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    UPDATE library.sign_in_sessions AS s SET ended_at = now() WHERE s.token_hash = session_hash AND s.ended_at IS NULL;
END;
"""

# An attempt counts as failed until it has succeeded, so that many at once are counted too.
ATTEMPTS = """
CREATE FUNCTION library.begin_sign_in(account bytea, address bytea) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE seconds integer;
BEGIN
    INSERT INTO library.sign_in_attempts (subject, failures, last_at)
    SELECT s.subject, 0, clock_timestamp() FROM unnest(ARRAY[account, address]) AS s (subject) ORDER BY s.subject
    ON CONFLICT DO NOTHING;
    PERFORM FROM library.sign_in_attempts AS a WHERE a.subject IN (account, address) ORDER BY a.subject FOR UPDATE;
    UPDATE library.sign_in_attempts AS a SET failures = 0
    WHERE a.subject IN (account, address) AND a.last_at < clock_timestamp() - INTERVAL '1 day';
    SELECT ceil(max(extract(epoch FROM a.last_at - clock_timestamp()) + least(2 ^ least(a.failures - f.free, 10), 900)))
    INTO seconds
    FROM library.sign_in_attempts AS a
    CROSS JOIN LATERAL (SELECT CASE WHEN a.subject = account THEN 5 ELSE 50 END AS free) AS f
    WHERE a.subject IN (account, address) AND a.failures >= f.free;
    IF seconds > 0 THEN
        RETURN seconds;
    END IF;
    UPDATE library.sign_in_attempts AS a SET failures = a.failures + 1, last_at = clock_timestamp()
    WHERE a.subject IN (account, address);
    RETURN 0;
END $$;

CREATE FUNCTION library.finish_sign_in(account bytea, address bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    DELETE FROM library.sign_in_attempts AS a WHERE a.subject = account OR a.last_at < now() - INTERVAL '1 day';
    UPDATE library.sign_in_attempts AS a SET failures = greatest(a.failures - 1, 0) WHERE a.subject = address;
END;
"""

PEOPLE = """
CREATE FUNCTION library.register(new_email text, new_name text, new_password_hash text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = ''
BEGIN ATOMIC
    INSERT INTO library.users (email, name, password_hash) VALUES (new_email, new_name, new_password_hash)
    ON CONFLICT DO NOTHING RETURNING id;
END;

CREATE FUNCTION library.set_user_role(changed_user bigint, new_role text, new_duties text[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    IF NOT library.viewer_is_admin() OR changed_user = library.viewer_id() THEN
        RETURN false;
    END IF;
    UPDATE library.users AS u SET role = new_role WHERE u.id = changed_user;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM library.user_duties AS d WHERE d.user_id = changed_user AND d.duty <> ALL (new_duties);
    INSERT INTO library.user_duties (user_id, duty)
    SELECT DISTINCT changed_user, n.duty FROM unnest(new_duties) AS n (duty) ON CONFLICT DO NOTHING;
    RETURN true;
END $$;

CREATE FUNCTION library.viewer_is_curator() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ''
RETURN library.viewer_is_admin() OR EXISTS (
    SELECT FROM library.user_duties AS d WHERE d.user_id = library.viewer_id() AND d.duty = 'CURATOR'
);
"""

ASKED = (
    "session_user_id(bytea)",
    "open_session(bytea, bigint)",
    "touch_session(bytea)",
    "end_session(bytea)",
    "begin_sign_in(bytea, bytea)",
    "finish_sign_in(bytea, bytea)",
    "register(text, text, text)",
    "set_user_role(bigint, text, text[])",
)

POLICIES = """
DROP POLICY curator ON library.import_batches;
CREATE POLICY curator ON library.import_batches FOR SELECT TO promptory_dashboard USING ((SELECT library.{who}()));
DROP POLICY curator ON library.import_rejections;
CREATE POLICY curator ON library.import_rejections FOR SELECT TO promptory_dashboard USING ((SELECT library.{who}()));
DROP POLICY curator ON library.near_duplicates;
CREATE POLICY curator ON library.near_duplicates FOR SELECT TO promptory_dashboard USING ((SELECT library.{who}()));
DROP POLICY reader ON library.prompts;
CREATE POLICY reader ON library.prompts FOR SELECT TO promptory_dashboard USING (
    (
        access = 'FREE'
        OR created_by = (SELECT library.viewer_id())
        OR (SELECT library.viewer_reads_pro())
    )
    AND (archived_at IS NULL OR (SELECT library.{who}()))
);
"""


def upgrade() -> None:
    """Add the tables and what may be asked of them; curators see what only admins saw."""
    op.execute(TABLES + SESSIONS + ATTEMPTS + PEOPLE)
    for function in ASKED:
        op.execute(f"REVOKE ALL ON FUNCTION library.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION library.{function} TO promptory_dashboard")
    op.execute(POLICIES.format(who="viewer_is_curator"))


def downgrade() -> None:
    """Take them away."""
    op.execute(POLICIES.format(who="viewer_is_admin"))
    for function in (*reversed(ASKED), "viewer_is_curator()"):
        op.execute(f"DROP FUNCTION library.{function}")
    for table in ("user_duties", "sign_in_attempts", "sign_in_sessions"):
        op.execute(f"DROP TABLE library.{table}")
