"""Prompts that go with a prompt, or are like it."""

from sqlalchemy import BigInteger, Double, Subquery, column, literal, select, text, union_all
from sqlalchemy.orm import Session

from schema.repository.cards import PromptCard, check_page, select_cards, to_card
from schema.repository.tables import prompt_cards, prompt_neighbours
from schema.repository.warehouse import reading_marts

PROMPTS_OF_A_TAG = 200


def similar_prompts(session: Session, prompt_id: int, *, take: int = 5) -> list[PromptCard]:
    """The `take` prompts nearest to one: first those that the same people like, then those of like content; ties by id.

    Everybody gets the same ones, as neither way looks at a text; the texts come along where the viewer may read them.

    Raises:
        WarehouseNotBuiltError: the marts do not exist yet.
    """
    check_page(0, take)
    near = prompt_neighbours.c
    by_likes = (
        select(near.neighbour_id.label("prompt_id"), literal(1).label("way"), near.weight.label("score"))
        .where(near.prompt_id == prompt_id)
        .order_by(near.weight.desc(), near.neighbour_id)
        # Archived ones are left out only below.
        .limit(take * 2)
        .subquery()
    )
    content = _alike_by_content(prompt_id)
    both = union_all(select(by_likes), select(content.c.prompt_id, literal(2), content.c.score)).subquery()
    found = select(both).distinct(both.c.prompt_id).order_by(both.c.prompt_id, both.c.way).subquery()
    statement = (
        select_cards()
        .join(found, found.c.prompt_id == prompt_cards.c.id)
        .order_by(found.c.way, found.c.score.desc(), found.c.prompt_id)
        .limit(take)
    )
    with reading_marts():
        return [to_card(row) for row in session.execute(statement)]


# Jaccard's share of the tags, and that of the title's words; of each tag only the newest prompts are looked at.
_ALIKE_BY_CONTENT = """
WITH own AS (
    SELECT t.tag_id FROM library.prompt_tags AS t WHERE t.prompt_id = :prompt_id
), tagged AS (
    SELECT near.prompt_id, cast(count(*) AS double precision) AS shared
    FROM own
    CROSS JOIN LATERAL (
        SELECT t.prompt_id FROM library.prompt_tags AS t
        WHERE t.tag_id = own.tag_id AND t.prompt_id <> :prompt_id
        ORDER BY t.prompt_id DESC LIMIT :prompts_of_a_tag
    ) AS near
    GROUP BY near.prompt_id
)
SELECT
    tagged.prompt_id,
    tagged.shared / (
        (SELECT count(*) FROM own)
        + (SELECT count(*) FROM library.prompt_tags AS t WHERE t.prompt_id = tagged.prompt_id) - tagged.shared
    ) + words.alike AS score
FROM tagged
INNER JOIN library.prompt_cards AS its ON its.id = :prompt_id
INNER JOIN library.prompt_cards AS other ON other.id = tagged.prompt_id
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE w.titles = 2) / cast(count(*) AS double precision) AS alike
    FROM (
        SELECT word, count(DISTINCT title) AS titles
        FROM (VALUES (1, its.title), (2, other.title)) AS both_titles (title, words)
        CROSS JOIN LATERAL regexp_split_to_table(lower(words), '\\s+') AS word
        GROUP BY word
    ) AS w
) AS words
"""


def _alike_by_content(prompt_id: int) -> Subquery:
    """How alike prompts are by what everybody may see of them: prompt_id, score (0 to 2)."""
    return (
        text(_ALIKE_BY_CONTENT)
        .bindparams(prompt_id=prompt_id, prompts_of_a_tag=PROMPTS_OF_A_TAG)
        .columns(column("prompt_id", BigInteger), column("score", Double))
        .subquery()
    )
