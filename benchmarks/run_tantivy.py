"""Index prompts and search them with tantivy, and print seconds, size and times in milliseconds as JSON.

It runs as a program in a virtual environment of its own, and imports nothing of ours.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import tantivy

PAGE = 10


def main(corpus: Path, queries: Path) -> None:
    """Words stemmed as English; the score is BM25."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True)
    builder.add_text_field("title", tokenizer_name="en_stem")
    builder.add_text_field("body", tokenizer_name="en_stem")
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        index = tantivy.Index(builder.build(), path=folder)
        writer = index.writer()
        with corpus.open(encoding="utf-8") as file:
            for line in file:
                number, title, body = json.loads(line)
                writer.add_document(tantivy.Document(id=number, title=title, body=body))
        writer.commit()
        writer.wait_merging_threads()
        built = time.perf_counter() - began
        index.reload()
        searcher = index.searcher()
        times = {
            kind: [_search(index, searcher, words) for words in asked]
            for kind, asked in json.loads(queries.read_text(encoding="utf-8")).items()
        }
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
    print(json.dumps({"build_s": built, "size_mb": size / 1e6, "times": times}))


def _search(index: tantivy.Index, searcher: tantivy.Searcher, words: str) -> float:
    for _ in range(2):
        began = time.perf_counter()
        found = searcher.search(index.parse_query(words, ["title", "body"]), PAGE)
        for _score, address in found.hits:
            searcher.doc(address)
        took = time.perf_counter() - began
    return took * 1000


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
