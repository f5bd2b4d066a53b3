"""Snapshots: found by their keys, and forgotten when nobody goes on from them."""

from typing import TYPE_CHECKING

import pytest

from storage import NewRevision, NewSegment, RevisionOrigin
from storage.repositories import snapshots
from storage.store import Store

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe


def keys_of(store: Store, scribe: "Scribe") -> list[str]:
    with store.reading() as work:
        return [segment.key for _, segment in work.segments.of_branch(scribe.branch_id)]


def stored(store: Store, keys: list[str]) -> list[str]:
    """Those of `keys` that have a snapshot, in the same order."""
    with store.reading() as work:
        found = work.snapshots.summaries(keys)
    return [key for key in keys if key in found]


def test_a_summary_is_the_snapshot_without_its_bytes(store: Store, scribe: "Scribe") -> None:
    scribe.chapter(1, ["It was dark. "])
    (key,) = keys_of(store, scribe)
    with store.reading() as work:
        summary, whole = work.snapshots.summaries([key])[key], work.snapshots.get(key)
        assert work.snapshots.summaries([]) == {}
        assert work.snapshots.summaries([key, key, "f" * 64]) == {key: summary}
    assert whole is not None
    for name in ("key", "parent_key", "num_bytes", "data_sha256", "model_fingerprint"):
        assert getattr(summary, name) == getattr(whole, name)
    for name in ("adapter_fingerprint", "dtype", "device", "created_at"):
        assert getattr(summary, name) == getattr(whole, name)
    assert summary.num_bytes == 13


def test_a_discarded_snapshot_is_gone_and_can_be_kept_again(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    commit = scribe.commit_of(revision, 0, "It was dark. ")
    scribe.write(commit)
    assert commit.snapshot is not None
    key = commit.snapshot.key
    with store.writing() as work:
        work.snapshots.discard(key)
        work.snapshots.discard("f" * 64)
        assert work.snapshots.get(key) is None
        work.snapshots.keep(commit.snapshot)
    with store.reading() as work:
        found = work.snapshots.get(key)
    assert found is not None
    assert found.data == commit.snapshot.data


@pytest.mark.parametrize("keys_a_query", [1, 2, 500])
def test_thinning_out_spares_what_an_open_chapter_goes_on_from(
    store: Store, scribe: "Scribe", monkeypatch: pytest.MonkeyPatch, keys_a_query: int
) -> None:
    monkeypatch.setattr(snapshots, "KEYS_A_QUERY", keys_a_query)
    scribe.chapter(1, ["1.0 ", "1.1 "])
    scribe.chapter(2, ["2.0 ", "2.1 "], completes=False)
    keys = keys_of(store, scribe)
    with store.writing() as work:
        assert work.snapshots.thin_out([]) == 0
        assert work.snapshots.thin_out([*keys, "f" * 64]) == 3
    assert stored(store, keys) == keys[3:]
    with store.writing() as work:
        chapter = work.chapters.last(scribe.branch_id)
        assert chapter is not None
        work.complete_chapter(scribe.completion(chapter.revision.id))
        assert work.snapshots.thin_out(keys) == 1
    assert stored(store, keys) == []
    assert keys_of(store, scribe) == keys


def test_thinning_out_spares_what_a_draft_beside_the_text_goes_on_from(
    store: Store, scribe: "Scribe"
) -> None:
    scribe.chapter(1, ["1.0 ", "1.1 "])
    keys = keys_of(store, scribe)
    with store.writing() as work:
        _, first = next(work.segments.of_branch(scribe.branch_id))
        kept = NewSegment(
            revision_id="",
            position=0,
            text=first.text,
            words=first.words,
            tokens=first.tokens,
            parent_key=first.parent_key,
            key=first.key,
        )
        draft = NewRevision(1, "Draft", RevisionOrigin.GENERATED, words=first.words)
        work.chapters.add_revision(scribe.novel.id, draft, [kept])
        assert work.snapshots.thin_out(keys) == 1
    assert stored(store, keys) == keys[:1]
