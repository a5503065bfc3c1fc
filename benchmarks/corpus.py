"""A library as large as wanted: prompts of words as frequent as Zipf's law says, a fifth of them Korean, and likes.

It is written past the product's own import, as the superuser, without triggers: only what is found in it is measured.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psycopg import connect
from sqlalchemy import URL

from benchmarks.server import libpq

WORDS_OF_A_TITLE = 6
WORDS_OF_A_TEXT = (30, 120)
TAGS, TAGS_OF_A_PROMPT = 500, 3
COLLECTIONS, CREATORS = 50, 2_000
LIKES_OF_A_PROMPT = 10
LIKES_OF_A_PERSON = 50
GROUPS_OF_TASTE = 200
FIRST_MOMENT = np.datetime64("2024-01-01T00:00:00")

Pairs = NDArray[np.int64]

_ENGLISH = [consonant + vowel for consonant in "bcdfghjklmnprstvwz" for vowel in "aeiou"]
_KOREAN = list(
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후기니디리미비시이지치키티피히"
)

_BEFORE = f"""
SET session_replication_role = replica;
INSERT INTO library.users (name) SELECT 'Person ' || n FROM generate_series(1, {{people}}) AS n;
INSERT INTO library.tags (name) SELECT 'tag-' || n FROM generate_series(1, {TAGS}) AS n;
INSERT INTO library.collections (name) SELECT 'collection-' || n FROM generate_series(1, {COLLECTIONS}) AS n;
INSERT INTO library.import_batches (kind, status, files) VALUES ('PROMPTS', 'SUCCEEDED', '[]');
"""
_PROMPTS = """
COPY library.prompts (title, prompt_text, language, access, agent_type, created_by, created_at, content_hash) FROM STDIN
"""
_AFTER = f"""
INSERT INTO library.prompt_sources (
    prompt_id, collection_id, source_key, occurrence, is_primary, title, contributors, tags, details, content_hash,
    record_hash, file, row_number, first_batch_id, last_batch_id, origin
)
SELECT
    id, 1 + abs(hashint8(id)) % {COLLECTIONS}, id, 1, true, title, '{{}}', '{{}}', '{{}}', content_hash,
    content_hash, 'generated', id, 1, 1, 'generated'
FROM library.prompts;
ANALYZE;
"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, and the probability of each with all before it."""

    words: NDArray[np.object_]
    cumulative: NDArray[np.float64]

    def draw(self, random: np.random.Generator, size: int) -> list[str]:
        """So many words, the first of the vocabulary most often."""
        return list(self.words[np.searchsorted(self.cumulative, random.random(size))])


def english(random: np.random.Generator) -> Vocabulary:
    """Sixty thousand words of Latin letters."""
    return _vocabulary(random, _ENGLISH, 60_000)


def korean(random: np.random.Generator) -> Vocabulary:
    """Twenty thousand words of Hangul."""
    return _vocabulary(random, _KOREAN, 20_000)


def _vocabulary(random: np.random.Generator, syllables: list[str], size: int) -> Vocabulary:
    words: dict[str, None] = {}
    while len(words) < size:
        words["".join(random.choice(syllables, random.integers(2, 5)))] = None
    return Vocabulary(np.array(list(words), dtype=object), _zipf(size))


def _zipf(size: int) -> NDArray[np.float64]:
    frequencies = 1 / np.arange(1, size + 1)
    cumulative: NDArray[np.float64] = np.cumsum(frequencies / frequencies.sum())
    return cumulative


def fill(url: URL, prompts: int, *, with_likes: bool = True) -> None:
    """Write that many prompts, with tags, creators, collections and likes, into an empty library."""
    random = np.random.default_rng(prompts)
    people = prompts * LIKES_OF_A_PROMPT // LIKES_OF_A_PERSON if with_likes else 0
    with connect(libpq(url)) as connection, connection.cursor() as cursor:
        cursor.execute(_BEFORE.format(people=max(people, CREATORS)).encode())
        with cursor.copy(_PROMPTS) as copy:
            for row in _prompts(random, prompts):
                copy.write_row(row)
        with cursor.copy("COPY library.prompt_tags (prompt_id, tag_id) FROM STDIN") as copy:
            _write_pairs(copy.write, _tags(random, prompts))
        if with_likes:
            with cursor.copy("COPY library.user_prompt_likes (user_id, prompt_id) FROM STDIN") as copy:
                _write_pairs(copy.write, _likes(random, prompts, people))
        cursor.execute(_AFTER.encode())


def _prompts(random: np.random.Generator, prompts: int) -> Iterator[tuple[object, ...]]:
    vocabularies = {"en": english(random), "ko": korean(random)}
    lengths = random.integers(*WORDS_OF_A_TEXT, prompts)
    creators = random.integers(1, CREATORS + 1, prompts)
    for number, length, creator in zip(range(prompts), lengths.tolist(), creators.tolist(), strict=True):
        language = "ko" if number % 5 == 0 else "en"
        words = vocabularies[language].draw(random, WORDS_OF_A_TITLE + length)
        title, text = " ".join(words[:WORDS_OF_A_TITLE]), " ".join(words[WORDS_OF_A_TITLE:])
        digest = hashlib.sha256(f"{number} {text}".encode()).hexdigest()
        access, agent_type = "PRO" if number % 10 == 3 else "FREE", "IMAGE" if number % 7 == 0 else "LLM"
        created_at = f"{FIRST_MOMENT + np.timedelta64(number, 's')}Z"
        yield title, text, language, access, agent_type, creator, created_at, rf"\x{digest}"


def _tags(random: np.random.Generator, prompts: int) -> Pairs:
    """A prompt and one of its tags a row; which tags, by Zipf."""
    tags = 1 + np.searchsorted(_zipf(TAGS), random.random(prompts * TAGS_OF_A_PROMPT))
    return _unique(np.repeat(np.arange(1, prompts + 1), TAGS_OF_A_PROMPT), tags)


def _likes(random: np.random.Generator, prompts: int, people: int) -> Pairs:
    """A person and a prompt that they like a row: four in five of their own taste, the others by popularity."""
    person = np.repeat(np.arange(1, people + 1), LIKES_OF_A_PERSON)
    popular = np.searchsorted(_zipf(prompts), random.random(len(person)))
    own = popular - popular % GROUPS_OF_TASTE + person % GROUPS_OF_TASTE
    liked = np.where(random.random(len(person)) < 0.8, np.minimum(own, prompts - 1), popular)
    return _unique(person, 1 + liked * 7_919 % prompts)


def _unique(first: NDArray[np.int64], second: NDArray[np.int64]) -> Pairs:
    pairs: Pairs = np.unique(np.stack([first, second], axis=1), axis=0)
    return pairs


def _write_pairs(write: Callable[[str], None], pairs: Pairs) -> None:
    for block in np.array_split(pairs, max(len(pairs) // 100_000, 1)):
        write("".join(f"{first}\t{second}\n" for first, second in block.tolist()))
