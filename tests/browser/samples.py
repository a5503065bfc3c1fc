"""Collections for the browser to import: mixed languages, a header that needs a mapping, faults, near-duplicates."""

import csv
import io
import json
import zipfile
from pathlib import Path

import ingest

STARTER = Path(ingest.__file__).parent / "starter" / "promptory-starter"

_RECORDS = (
    (
        "회의록을 할 일로",
        "회의록을 붙여 넣을 테니 할 일만 뽑아 주세요. 담당자와 기한이 없으면 비워 두고 표시합니다.",
        "업무,회의",
    ),
    (
        "Second opinion",
        "Read {{text}} as someone who disagrees with it. Name the three weakest claims, and why.",
        "review",
    ),
    ("빈 프롬프트", "", "업무"),
    ("読書メモ", "{{本}}を読んだ後の短いメモを手伝ってください。質問は一つずつお願いします。", "読書"),
    ("Unfinished", "", "review"),
    ("Packing list", "Draw up a packing list for {{days}} days in {{place}}. Ask about the season first.", "travel"),
)
_REVIEWER = """---
name: Commit message critic
description: Finds what a commit message does not say.
tags: [code, review]
---
system:
You read commit messages. Say what a reader in a year would still have to guess.

user:
{{message}}
"""
_RECIPES = """# Kitchen prompts

## 냉장고 파먹기

### Prompt

```
냉장고에 {{재료}}가 남았어요. 30분 안에 만들 수 있는 요리 두 가지를 제안해 주세요.
```

## Scale a recipe

### Prompt

```
Scale this recipe to {{people}} people. Point out what does not scale in proportion: {{recipe}}
```
"""


def table() -> bytes:
    """A CSV with titles under `Headline`, two records without a prompt, and a near copy of a starter prompt."""
    starter = json.loads((STARTER / "korean.json").read_text(encoding="utf-8"))[2]
    near = (
        starter["prompt"].replace("한 번에 질문 하나만", "한 번에 질문은 꼭 하나만").replace("신입 면접", "경력 면접")
    )
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("Headline", "Body", "분류", "Notes"))
    rows.writerows((title, body, tags, "checked") for title, body, tags in _RECORDS)
    rows.writerow(("꼬리질문 면접관", near, "취업", "checked"))
    return text.getvalue().encode()


def archive() -> bytes:
    """A ZIP with a Prompty file, a Markdown collection, and a licence, which is no prompt."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as files:
        files.writestr("agents/commit-critic.prompty", _REVIEWER)
        files.writestr("kitchen-prompts.md", _RECIPES)
        files.writestr("LICENSE", "Creative Commons Zero v1.0 Universal\n")
    return packed.getvalue()


def many() -> bytes:
    """A ZIP of tables that takes some seconds to import."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for book in range(1, 41):
            prompts = (f"Summarise part {n} of {{{{book {book}}}}} in {n % 7 + 2} sentences." for n in range(2500))
            files.writestr(f"book-{book:02}.csv", "prompt\n" + "\n".join(prompts) + "\n")
    return packed.getvalue()
