"""Search by meaning over pgvector: what is embedded when, who may find it, and how it goes together with words."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from orchestration.cli.main import app
from orchestration.lib import embedding_tables
from orchestration.lib.embedding_tables import Outcome, refresh_embeddings
from schema.embedders import Embedder, EmbedderError, QueryEmbedder, minilm
from schema.embedders.bedrock import Bedrock
from schema.migrations import downgrade, upgrade
from schema.repository.search import SearchPage, Sort, meaning, search_prompts
from schema.repository.search.meaning import fused
from schema.roles import Role
from tests.support.embedders import Topics, point_bedrock_at, silent_server
from tests.support.files import write_jsonl
from tests.support.library import Library
from tests.support.warehouse import run_dbt

INDEX = ("run", "--select", "+search_state")


@pytest.fixture(scope="module")
def offers_vector(maintenance: Engine) -> bool:
    with maintenance.connect() as connection:
        offered = "SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"
        return bool(connection.exec_driver_sql(offered).scalar())


@pytest.fixture
def needs_vector(offers_vector: bool) -> None:
    if not offers_vector:
        pytest.skip("this server does not offer the extension vector")


def embed(library: Library, embedder: Embedder | None) -> Outcome:
    return refresh_embeddings(embedder, library.engine(Role.DBT), library.engine())


def search(library: Library, query: str, viewer: int | None = None, **options: object) -> SearchPage:
    with library.viewer(viewer) as session:
        return search_prompts(session, query, **options)  # type: ignore[arg-type]


def titles(page: SearchPage) -> list[str]:
    return [card.title for card in page.cards]


def write(library: Library, title: str, text: str, **options: object) -> int:
    prompt = library.add_prompt(title, **options)  # type: ignore[arg-type]
    change = "UPDATE library.prompts SET prompt_text = :text, content_hash = sha256(convert_to(:text, 'UTF8'))"
    library.do(f"{change} WHERE id = :id", text=text, id=prompt)
    return prompt


@pytest.fixture
def small(library: Library, needs_vector: None, tmp_path: Path) -> Library:
    """A library of five prompts with its index."""
    write(library, "Kitten names", "Name my kitten.", tags=("home",))
    write(library, "Pet food", "What does a pet eat?")
    write(library, "Portfolio", "Which share to buy with my money?")
    write(library, "Umbrella", "Will a storm come?", tags=("home",))
    write(library, "Secret", "How to comfort a cat.", access="PRO")
    run_dbt(library, tmp_path, *INDEX)
    return library


def test_words_and_meanings_are_one_order_by_hand() -> None:
    # .7 of the words' share of 2 to 6, .3 of the meanings' share of .2 to .8.
    by_words, by_meaning = {1: 6.0, 2: 4.0, 3: 2.0}, {3: 0.8, 4: 0.5, 2: 0.2}
    assert fused(by_words, by_meaning) == {
        1: pytest.approx(0.7),
        2: pytest.approx(0.35),
        3: pytest.approx(0.3),
        4: pytest.approx(0.15),
    }
    assert list(fused({}, {7: 0.9})) == [7]
    assert fused({5: 0.0, 6: 0.0}, {}) == {5: 0, 6: 0}


def test_what_means_the_same_is_found_without_its_words(small: Library) -> None:
    embedder = Topics()
    assert titles(search(small, "weather", embedder=QueryEmbedder(embedder))) == []
    outcome = embed(small, embedder)
    assert (outcome.embedded, outcome.vectors) == (6, 6)  # a PRO prompt is two texts
    queries = QueryEmbedder(embedder)
    assert titles(search(small, "weather", embedder=queries)) == ["Umbrella"]
    found = search(small, "cat name", embedder=queries)
    assert (titles(found), found.total, found.is_total) == (["Kitten names", "Pet food"], 2, True)
    assert titles(search(small, "cat name", embedder=queries, skip=1, take=1)) == ["Pet food"]
    assert titles(search(small, "cat name", embedder=queries, tags=("home",))) == ["Kitten names"]
    assert titles(search(small, "weather", embedder=queries, access="PRO")) == []
    facets = search(small, "weather", embedder=queries, with_facets=True).facets or {}
    assert [(one.value, one.prompts) for one in facets["tag"]] == [("home", 1)]
    # Who says exactly what must be there, or wants another order or script, gets words alone.
    for query in ('"cat name"', "weather -storm", "고양이 cat", "!!!"):
        assert titles(search(small, query, embedder=queries)) == []
    assert titles(search(small, "weather", embedder=queries, sort=Sort.NEW)) == []


def test_a_pro_text_has_no_part_in_what_others_find(small: Library) -> None:
    embedder = Topics()
    embed(small, embedder)
    pro = small.add_user("pro@example.com", tier="PRO")
    queries = QueryEmbedder(embedder)
    assert set(titles(search(small, "pet", pro, embedder=queries))) == {"Pet food", "Kitten names", "Secret"}
    assert set(titles(search(small, "pet", embedder=queries))) == {"Pet food", "Kitten names"}
    with small.viewer(None) as session:
        seen = session.connection().exec_driver_sql("SELECT DISTINCT audience FROM analytics.search_embeddings")
        assert set(seen.scalars()) == {"free", "card"}
    for role in (Role.ANALYST, Role.INGEST):
        with pytest.raises(Exception, match="permission denied"):
            small.rows("SELECT * FROM analytics.search_embeddings", role)


def test_only_what_changed_is_embedded_and_what_went_is_forgotten(small: Library, tmp_path: Path) -> None:
    embed(small, Topics())
    again = Topics()
    assert (embed(small, again).embedded, again.embedded) == (0, [])
    small.do("UPDATE library.prompts SET prompt_text = 'rain', content_hash = sha256('r') WHERE title = 'Portfolio'")
    small.do("UPDATE library.prompts SET access = 'FREE' WHERE title = 'Secret'")
    small.do("DELETE FROM library.prompts WHERE title = 'Pet food'")
    run_dbt(small, tmp_path, *INDEX)
    assert embed(small, again) == Outcome(2, 4)
    assert again.embedded == ["Portfolio\n\nrain", "Secret\n\nHow to comfort a cat."]
    queries = QueryEmbedder(again)
    assert set(titles(search(small, "weather", embedder=queries))) == {"Portfolio", "Umbrella"}


def test_a_text_that_became_pro_after_it_was_indexed_is_not_embedded_for_everybody(small: Library) -> None:
    small.do("UPDATE library.prompts SET access = 'PRO', prompt_text = 'my cat' WHERE title = 'Umbrella'")
    embedder = Topics()
    assert embed(small, embedder).embedded == 5
    assert not any("Umbrella" in text for text in embedder.embedded)


def test_a_run_that_broke_down_is_gone_on_with_and_seen_when_it_is_done(
    small: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_tables, "TEXTS_AT_A_TIME", 2)
    with pytest.raises(EmbedderError, match="broke down"):
        embed(small, Topics(breaks_after=4))
    embedder = Topics()
    queries = QueryEmbedder(embedder)
    assert titles(search(small, "weather", embedder=queries)) == []
    assert embed(small, embedder) == Outcome(2, 6)
    assert titles(search(small, "weather", embedder=queries)) == ["Umbrella"]


def test_another_models_vectors_are_never_compared(small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding_tables, "TEXTS_AT_A_TIME", 2)
    old, new = Topics("old"), Topics("new", dimension=5, breaks_after=2)
    embed(small, old)
    with pytest.raises(EmbedderError):
        embed(small, new)
    assert titles(search(small, "weather", embedder=QueryEmbedder(old))) == ["Umbrella"]
    assert titles(search(small, "weather", embedder=QueryEmbedder(new))) == []
    new.breaks_after = 1_000
    assert embed(small, new) == Outcome(4, 6)
    assert titles(search(small, "weather", embedder=QueryEmbedder(new))) == ["Umbrella"]
    assert titles(search(small, "weather", embedder=QueryEmbedder(old))) == []
    assert titles(search(small, "weather", embedder=QueryEmbedder(Topics("new", dimension=4)))) == []
    indexes = small.rows("SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%hnsw%'")
    assert ["vector(5)" in definition for (definition,) in indexes] == [True]


def test_pages_beyond_the_hundred_hold_each_prompt_once(
    library: Library, needs_vector: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meaning, "FUSED", 10)
    for number in range(30):
        write(library, f"cat {number}" if number % 2 else f"cat kitten {number}", f"words {'more ' * number}")
    for number in range(5):
        write(library, f"pet {number}", f"other words {number}")
    run_dbt(library, tmp_path, *INDEX)
    embedder = Topics()
    embed(library, embedder)
    pages = [search(library, "cat", embedder=QueryEmbedder(embedder), skip=skip, take=7) for skip in range(0, 42, 7)]
    found = [title for page in pages for title in titles(page)]
    assert len(found) == len(set(found))
    assert {title for title in found if "cat" in title} == {
        f"cat {number}" if number % 2 else f"cat kitten {number}" for number in range(30)
    }
    assert all(page.total >= 30 for page in pages[:4])


def test_the_nearest_are_found_through_the_index(small: Library, tmp_path: Path) -> None:
    """As many texts as make walking through the index cheaper than looking at all."""
    embedder = Topics()
    embed(small, embedder)
    small.do("""
        INSERT INTO analytics.search_embeddings
        SELECT 'topics', 1000000 + n, 'free', 0, cast(ARRAY[random(), random(), random()] AS vector(3))
        FROM generate_series(1, 5000) AS n
    """)
    small.do("ANALYZE analytics.search_embeddings")
    with small.viewer(None) as session:
        plan: list[str] = list(
            session.connection()
            .exec_driver_sql("""
            EXPLAIN SELECT prompt_id FROM analytics.search_embeddings WHERE model = 'topics'
            ORDER BY cast(embedding AS vector(3)) <#> cast('[1,0,0]' AS vector(3)) LIMIT 100
        """)
            .scalars()
        )
    assert any("search_embeddings_of_" in line for line in plan)


def test_a_broken_embedder_leaves_search_to_words(small: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    bedrock = Bedrock("cohere.embed-multilingual-v3", None)
    monkeypatch.setattr(bedrock, "embed_documents", Topics(dimension=1_024).embed_documents)
    embed(small, bedrock)
    with silent_server() as address:
        point_bedrock_at(monkeypatch, address)
        assert titles(search(small, "storm", embedder=QueryEmbedder(bedrock))) == ["Umbrella"]


def test_what_is_missing_is_said_in_words(library: Library, offers_vector: bool, tmp_path: Path) -> None:
    assert "No embedder is configured" in embed(library, None).sentence
    write(library, "Umbrella", "Will a storm come?")
    run_dbt(library, tmp_path, *INDEX)
    outcome = refresh_embeddings(Topics(), library.engine(Role.DBT), set_up=library.engine(Role.DBT))
    expected = "may not create it: have an administrator run" if offers_vector else "does not offer the extension"
    assert expected in outcome.sentence
    assert titles(search(library, "storm", embedder=QueryEmbedder(Topics()))) == ["Umbrella"]


def test_a_downgrade_takes_the_vectors_away(small: Library) -> None:
    embed(small, Topics())
    downgrade(small.engine(), "0010")
    assert small.value("SELECT to_regclass('analytics.search_embeddings')") is None
    upgrade(small.engine())


@pytest.mark.skipif(find_spec(minilm.PACKAGE) is None, reason="the weights of MiniLM are not installed")
def test_minilm_is_measured_by_the_product_itself(configured: Library, needs_vector: None, tmp_path: Path) -> None:
    documents = [("a", "Ways to make my feline happy"), ("b", "Buying shares"), ("c", "Umbrellas for a storm")]
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n", encoding="utf-8")
    write_jsonl(tmp_path / "corpus.jsonl", [{"_id": key, "title": "", "text": text} for key, text in documents])
    write_jsonl(tmp_path / "queries.jsonl", [{"_id": "q", "text": "cat toys"}])
    for embedder, expected in (("minilm", 1.0), ("none", 0.0)):
        done = CliRunner().invoke(
            app, ["evaluate", "search", "--beir", str(tmp_path), "--embedder", embedder, "--json"]
        )
        figures = json.loads(done.stdout)
        assert figures["promptory"]["ndcg@10"] == expected
        assert (figures["embedder"] or "none").startswith("all-MiniLM" if embedder == "minilm" else "none")
