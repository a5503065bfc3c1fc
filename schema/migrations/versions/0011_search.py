"""What a text is found by, and who may find what: functions that the index and the queries share."""

from alembic import op

revision = "0011"
down_revision = "0010"

# PostgreSQL's parser takes none of these scripts apart: they are found by pairs of letters.
# Thai, Lao, Burmese, Khmer, Hangul, Kana, Han.
WITHOUT_SPACES = (
    r"\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
EMOJI = r"\u2600-\u27bf\U0001f000-\U0001faff"
PUNCTUATION = (
    r"\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\xbf\xd7\xf7\u02b0-\u036f\u2000-\u206f\u20a0-\u25ff\u3000-\u3004\u3008-\u3020"
    r"\u3030-\u303f\ufe00-\ufe6f"
)
# What a text is cut to: PostgreSQL's text vectors hold a megabyte.
MAX_CHARACTERS = 200_000

# By language of a text, as far as PostgreSQL has stemmers; English for all others, as its words are everywhere.
STEMMERS = {
    "ar": "arabic",
    "hy": "armenian",
    "eu": "basque",
    "ca": "catalan",
    "da": "danish",
    "nl": "dutch",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "el": "greek",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "ga": "irish",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "es": "spanish",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

INDEX = (
    *("search_embeddings", "search_embedding_state"),
    *("search_state", "search_words", "search_recent_postings", "search_postings", "search_documents"),
    "search_generations",
)

_CASES = "\n".join(f"    WHEN '{code}' THEN 'pg_catalog.{name}'::regconfig" for code, name in STEMMERS.items())

FUNCTIONS = rf"""
CREATE FUNCTION library.search_folded(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT regexp_replace(
        CASE
            WHEN f.folded ~ '[a-z][+#]|\.net' THEN regexp_replace(regexp_replace(regexp_replace(
                f.folded, '\m([a-z])\+\+', '\1plusplus', 'g'), '\m([a-z])#', '\1sharp', 'g'), '\.net\M', ' dotnet', 'g')
            ELSE f.folded
        END,
        '[{PUNCTUATION}]+', ' ', 'g'
    )
    FROM (
        SELECT lower(
            CASE WHEN octet_length(c.cut) = length(c.cut) THEN c.cut ELSE normalize(c.cut, NFKC) END
        ) AS folded
        FROM (SELECT left(content, {MAX_CHARACTERS}) AS cut) AS c
    ) AS f;
END;

CREATE FUNCTION library.search_stemmer(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE language
{_CASES}
    ELSE 'pg_catalog.english'::regconfig
END;

CREATE FUNCTION library.search_words(content text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT unnest(tsvector_to_array(to_tsvector(
        'pg_catalog.simple'::regconfig,
        regexp_replace(library.search_folded(content), '[{WITHOUT_SPACES}]+', ' ', 'g')
    )));
END;

CREATE FUNCTION library.search_unaccented(word text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN octet_length(word) = length(word) THEN word
    ELSE normalize(regexp_replace(normalize(word, NFD), '[\u0300-\u036f]', '', 'g'), NFC)
END;

CREATE FUNCTION library.search_terms(content text, language text)
RETURNS TABLE (term text, occurrences integer)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH text_of AS MATERIALIZED (SELECT library.search_folded(content) AS folded)
    SELECT
        CASE
            WHEN library.search_stemmer(language) = 'pg_catalog.english'::regconfig THEN ''
            ELSE language || ':'
        END || library.search_unaccented(word.lexeme),
        cardinality(word.positions)
    FROM text_of
    CROSS JOIN LATERAL unnest(to_tsvector(
        library.search_stemmer(language), regexp_replace(text_of.folded, '[{WITHOUT_SPACES}]+', ' ', 'g')
    )) AS word
    UNION ALL
    SELECT gram.term, count(*)::integer
    FROM text_of
    CROSS JOIN LATERAL (
        SELECT substr(run.letters[1], place, 2) AS term
        FROM regexp_matches(text_of.folded, '[{WITHOUT_SPACES}]+', 'g') AS run (letters)
        CROSS JOIN LATERAL generate_series(1, greatest(length(run.letters[1]) - 1, 1)) AS place
        UNION ALL
        SELECT emoji.letters[1] FROM regexp_matches(text_of.folded, '[{EMOJI}]', 'g') AS emoji (letters)
    ) AS gram
    GROUP BY gram.term;
END;

CREATE FUNCTION library.viewer_audiences() RETURNS text[] LANGUAGE sql STABLE
RETURN CASE WHEN library.viewer_reads_pro() THEN ARRAY['free', 'pro'] ELSE ARRAY['free', 'card'] END;
"""


def upgrade() -> None:
    """Create the functions."""
    op.get_bind().exec_driver_sql(FUNCTIONS)


def downgrade() -> None:
    """Drop them, and the index, whose policies call them; the next refresh after an upgrade makes it anew."""
    op.execute("SET LOCAL ROLE promptory_dbt")
    for table in INDEX:
        op.execute(f"DROP TABLE IF EXISTS analytics.{table}")
    op.execute("SET LOCAL ROLE promptory_owner")
    op.execute("DROP FUNCTION library.viewer_audiences()")
    op.execute("DROP FUNCTION library.search_terms(text, text)")
    op.execute("DROP FUNCTION library.search_unaccented(text)")
    op.execute("DROP FUNCTION library.search_words(text)")
    op.execute("DROP FUNCTION library.search_stemmer(text)")
    op.execute("DROP FUNCTION library.search_folded(text)")
