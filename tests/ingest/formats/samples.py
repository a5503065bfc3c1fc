"""A valid file of each format that a reader knows, as small as it gets."""

import tempfile
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.ingest.formats.workbooks import write_ods, write_xls, write_xlsx

FRONTMATTER = "---\nname: cook\ndescription: Cooks: soup\ntags: [a, b]\n---\n# Cook\n\nYou cook {{what}}.\n"
ROLES = "---\nname: cook\nmodel: {api: chat}\n---\nsystem:\nYou cook.\n\nuser:\n{{question}}\n"
SECTIONS = "# Cook\n\n## Description\n\nCooks.\n\n## Prompt\n\n```\nYou cook soup for me.\n```\n"
LISTING = "# Prompts\n\n" + "".join(f"## Act as cook {n}\n\n> You are cook {n}, and cook for me.\n\n" for n in range(4))
TEXTS = {
    "p.json": '{"Food": [{"title": "Cook", "prompt": "Soup."}], "ko": [["요리사", "수프"]], "n": [1.5e3, -2, null]}',
    "q.json": '[{"messages": [{"role": "user", "content": "Hi"}]}, {"config": {"systemRole": "x"}, "meta": {}}]',
    "p.jsonl": '{"prompt": "a"}\n{"prompt": "b\\u00e9", "tags": ["x"]}\n',
    "p.yaml": "base: &b {by: ann}\nprompts:\n- {<<: *b, act: Cook, prompt: Soup.}\n- !Made\n  prompt: |\n    A\n",
    "p.csv": 'title,prompt,tags\r\nCook,"Soup, \n hot","a,b"\r\n요리사,수프,\r\n',
    "cook/system.md": "# IDENTITY\n\nYou cook.\n",
    "cook/skprompt.txt": "Cook {{$input}}.\n",
    "cook/prompt.md": "You cook {{DISH}}.\n",
    "cook/SKILL.md": FRONTMATTER,
    "cook.agent.md": FRONTMATTER,
    "cook.mdc": FRONTMATTER.replace("tags", "globs: **/*\ntags"),
    "cook.md": FRONTMATTER,
    "cook.prompty": ROLES,
    "cook.prompt": FRONTMATTER,
    "sections.md": SECTIONS,
    "listing.md": LISTING,
    "plain.txt": "You are a cook. Tell me how to make soup, and what goes with it.\n",
}


@cache
def samples() -> dict[str, bytes]:
    """Valid files of every format, by name."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [["title", "prompt"], ["Cook", "Soup."]]
        write_xlsx(folder / "p.xlsx", {"S": rows})
        write_xls(folder / "p.xls", rows)
        write_ods(folder / "p.ods", {"S": rows})
        pq.write_table(pa.table({"prompt": ["a", "b"], "tags": [["x"], []], "seed": [1, 2]}), folder / "p.parquet")
        binary = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return binary | {name: text.encode() for name, text in TEXTS.items()}
