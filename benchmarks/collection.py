"""A generated prompt collection: always the same file for a number of rows, with texts as long as real ones."""

import csv
import itertools
import random
from collections.abc import Iterator
from pathlib import Path

HEADER = ("id", "title", "prompt", "description", "tags", "author")
TAGS_OF_A_PROMPT = 3
_TAGS = 2_000
_AUTHORS = 5_000
_KOREAN_SHARE = 0.15
_PROMPT_CHARACTERS = (200, 800)

_ROLES = (
    *("travel planner", "database engineer", "language teacher", "copy editor", "security reviewer", "novelist"),
    *("data analyst", "nutritionist", "product manager", "historian", "interviewer", "illustrator", "tax adviser"),
)
_THINGS = (
    *("a short report", "an outline", "a weekly plan", "a table of options", "a friendly letter", "a test plan"),
    *("a product page", "a lesson", "a bug report", "three headlines", "a list of risks", "a scene in two acts"),
)
_READERS = ("beginners", "a busy manager", "my team", "students", "our customers", "an expert", "a ten-year-old")
_SENTENCES = (
    "I want you to act as a {role} and write {thing} for {reader}.",
    "Ask me up to {number} questions before you begin, one at a time.",
    "Keep every answer under {number} words and use plain language.",
    "List what you are unsure of, and say which sources a {role} would check.",
    "Think step by step, then give {thing} and nothing else.",
    "- Give {number} examples that {reader} would recognise.",
    "- Compare at least {number} alternatives before you choose one.",
    'Do not repeat the question, and never invent figures; write "unknown" instead.',
    "Finish with {thing}, in the language in which I wrote to you.",
    'When I say "next", continue from where {reader} stopped.',
    "Write for {reader}: no jargon, no sentence of more than {number} words.",
    "If {reader} would object, answer the objection before it is made.",
    "A {role} has {number} minutes for this, so put what matters first.",
)
_KOREAN_SENTENCES = (
    "당신은 경험이 많은 {role}입니다. {number}단계로 나누어 설명해 주세요.",
    "먼저 질문을 {number}개 이내로 한 뒤에 답변을 시작하세요.",
    "결과는 표로 정리하고, 마지막에 요약을 {number}줄로 덧붙여 주세요.",
    "모르는 내용은 지어내지 말고 모른다고 말해 주세요.",
    "- 초보자도 이해할 수 있는 예시를 {number}개 들어 주세요.",
    "앞의 답변과 이어지도록 쓰되 같은 표현을 되풀이하지 마세요.",
    "{number}자 안팎으로 쓰고, 어려운 낱말에는 풀이를 붙여 주세요.",
    "출처가 분명하지 않은 숫자는 쓰지 말고, 필요하면 {number}가지 자료를 요청하세요.",
    "- {number}번째 항목에서는 반대 의견도 함께 다루어 주세요.",
    "독자는 바쁜 사람이므로 결론부터 쓰고 이유는 그다음에 {number}문장으로 쓰세요.",
)


_VARIABLES = (
    "The subject is [TOPIC] and the tone is {tone}.",
    "Here is the text to work on: ${text}",
    "Answer in {{language}}, in at most {{count}} lines.",
    "주제는 [주제]이고 독자는 {독자}입니다.",
)
_VARIABLES_SHARE = 0.35


def write_collection(path: Path, rows: int) -> None:
    """Write `rows` prompts as CSV: own key, title, prompt, description, three tags of a heavy-tailed 2,000, author."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        table.writerows(_prompts(rows))


def _prompts(rows: int) -> Iterator[tuple[str, ...]]:
    chance = random.Random(rows)  # noqa: S311
    tags = [f"tag {number:04d}" for number in range(_TAGS)]
    weights = list(itertools.accumulate(1 / (rank + 10) for rank in range(_TAGS)))
    for number in range(1, rows + 1):
        role, thing = chance.choice(_ROLES), chance.choice(_THINGS)
        chosen: set[str] = set()
        while len(chosen) < TAGS_OF_A_PROMPT:
            chosen.update(chance.choices(tags, cum_weights=weights))
        yield (
            f"prompt-{number:07d}",
            f"{role.capitalize()}: {thing} ({number})",
            _body(chance, number, role, thing),
            f"Helps with {thing} as a {role} would do it.",
            ", ".join(sorted(chosen)),
            f"author{int(_AUTHORS * chance.random() ** 2)}",
        )


def _body(chance: random.Random, number: int, role: str, thing: str) -> str:
    """A text that no other row has, as its number is in it."""
    sentences = list(_KOREAN_SENTENCES if chance.random() < _KOREAN_SHARE else _SENTENCES)
    chance.shuffle(sentences)
    body = f"Case {number}."
    if chance.random() < _VARIABLES_SHARE:
        body += " " + chance.choice(_VARIABLES)
    length = chance.randint(*_PROMPT_CHARACTERS)
    for sentence in itertools.cycle(sentences):
        if len(body) >= length:
            break
        body += ("\n" if sentence.startswith("-") else " ") + sentence.format(
            role=role, thing=thing, reader=chance.choice(_READERS), number=chance.randint(2, 300)
        )
    return body[:length]
