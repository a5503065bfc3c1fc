"""The order of the merge."""

from sqlalchemy import text

from ingest.batch import Batch
from ingest.merge import identify, prompts, sources, staged, tags, translations, vanished
from ingest.merge.collection import COLLECTION, LICENCE, RESOLVED
from ingest.staging import Staging
from schema.models import Tier

_IDENTIFY = (
    staged.STAGED,
    staged.STAGED_STATISTICS,
    identify.PARTS,
    identify.OCCURRENCES,
    identify.KNOWN_RECORDS,
    staged.STATISTICS,
)
_MERGE = (
    prompts.CHANGED_IN_PLACE,
    prompts.NEW_BODIES,
    staged.STATISTICS,
    prompts.OLD_VERSIONS,
    prompts.UPDATED_PROMPTS,
    tags.TAGS_BEFORE,
    tags.DROPPED_TAGS,
    prompts.CONTRIBUTORS,
    prompts.NEW_PROMPTS,
    prompts.PROMPTS_OF_RECORDS,
    staged.STATISTICS,
    prompts.REVIVED,
    sources.NEW_SOURCES,
    sources.KNOWN_SOURCES,
    sources.HEIRS,
    sources.STAGED_HEIRS,
    prompts.HEIRS_OLD_VERSIONS,
    prompts.HEIRS_PROMPTS,
    tags.HEIRS_TAGS_BEFORE,
    tags.HEIRS_TAGS,
    tags.NEW_TAGS,
    tags.NEW_TAGGED,
    tags.TAGGED,
    translations.TRANSLATIONS,
    translations.NEW_TRANSLATIONS,
    vanished.SEEN_AGAIN,
)


def merge(
    batch: Batch,
    staging: Staging,
    *,
    collection: str,
    access: Tier,
    licence: str | None,
    resolves: tuple[int, ...],
    prune: bool,
    force: bool,
) -> None:
    """Decide what becomes of each record that was staged for `collection`, and do it.

    `access` is for new prompts whose records name none, `licence` for the collection. Records that correct the
    rejections `resolves` are no newer version of it: none vanishes for them. `prune` archives the prompts all of whose
    records vanished, up to MAX_PRUNED of the collection unless `force`.

    Raises:
        RefusedError: more prompts would be archived than that.
    """
    own = {"batch_id": batch.id, "licence": licence}
    collection_id = batch.connection.scalar(text(COLLECTION), own | {"name": collection})
    parameters = {
        **own,
        "collection_id": collection_id,
        "default_access": access,
        "untitled": prompts.UNTITLED,
        "files": [file.path for file in batch.files],
        "origins": [source.origin for source in staging.read],
        "places": [source.place for source in staging.read],
        "of_folders": any(not source.named for source in staging.read),
    }
    if licence:
        batch.run(LICENCE, **parameters)
    for statement in _IDENTIFY:
        batch.run(statement, **parameters)
    if batch.connection.scalar(text(staged.IS_LARGE)):
        # The statistics of the library are of before this load: by them it would be joined row by row.
        batch.run("SET LOCAL enable_nestloop = off")
    if not resolves:
        batch.vanished = batch.run(vanished.VANISHED, **parameters)
    for statement in _MERGE:
        batch.run(statement, **parameters)
    if resolves:
        batch.run(RESOLVED, **parameters, resolves=list(resolves))
    if prune:
        vanished.prune(batch, parameters, force=force)
    staging.settle(staged.DECIDED)
