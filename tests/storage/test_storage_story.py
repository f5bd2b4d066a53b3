"""Contexts, summaries, findings, voice sheets and locked passages."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from storage import (
    FindingState,
    HeadMoved,
    NewFinding,
    NewSummary,
    NovelRecord,
    RecordNotFound,
    SummaryKind,
    SummaryOrigin,
    VoiceOrigin,
    source_key_of,
)
from storage.store import Store
from tests.storage.conftest import Scribe
from tests.storage.raw import connection_to, contents

CONTEXT = [{"brief": "‘Łódź’, \ud800 she said.", "parts": {"tail": 12}}, {"brief": "Second."}]


def test_a_segment_is_committed_with_its_context(scribe: Scribe) -> None:
    revision = scribe.begin(1)
    scribe.write(replace(scribe.commit_of(revision, 0, "One. "), context=CONTEXT))
    scribe.write(scribe.commit_of(revision, 1, "Two. "))
    with scribe.store.reading() as work:
        assert work.segments.context(revision.id, 0) == CONTEXT
        assert work.segments.context(revision.id, 1) is None


def test_a_refused_segment_leaves_no_context(scribe: Scribe, url: str) -> None:
    revision = scribe.begin(1)
    commit = replace(scribe.commit_of(revision, 0, "One. "), context=CONTEXT, expected_epoch=99)
    with pytest.raises(HeadMoved):
        scribe.write(commit)
    assert contents(url)["contexts"] == []


def test_a_context_is_kept_small(scribe: Scribe, url: str) -> None:
    revision = scribe.begin(1)
    context = [{"brief": "The lamp was lit, and the keeper slept. " * 200}]
    scribe.write(replace(scribe.commit_of(revision, 0, "One. "), context=context))
    ((_, _, data),) = contents(url)["contexts"]
    assert isinstance(data, bytes)
    assert len(data) < 400


def summary_of(novel: NovelRecord, source: str, text: str, **values: object) -> NewSummary:
    new = NewSummary(novel.id, SummaryKind.CHAPTER, source, text, SummaryOrigin.MODEL)
    return replace(new, **values)


def test_the_newest_summary_of_a_source_stands(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        first = work.summaries.add(summary_of(novel, "r1", "It burns."))
        second = work.summaries.add(summary_of(novel, "r1", "It burns out."))
        other = work.summaries.add(summary_of(novel, "r1", "All.", kind=SummaryKind.BOOK))
    with store.reading() as work:
        assert work.summaries.of_revision(novel.id, "r1") == second
        assert work.summaries.history(novel.id, SummaryKind.CHAPTER, "r1") == [second, first]
        assert work.summaries.of_source(novel.id, SummaryKind.BOOK, "r1") == other
        assert work.summaries.of_revision(novel.id, "r2") is None
        found = work.summaries.of_sources(novel.id, SummaryKind.CHAPTER, ["r1", "r2"])
        assert found == {"r1": second}


def test_no_machine_takes_the_place_of_the_authors_own(store: Store, novel: NovelRecord) -> None:
    with store.writing() as work:
        work.summaries.add(summary_of(novel, "r1", "Machine."))
        own = work.summaries.add(summary_of(novel, "r1", "Own.", origin=SummaryOrigin.AUTHOR))
        assert work.summaries.add(summary_of(novel, "r1", "Machine again.")) == own
        assert work.summaries.of_revision(novel.id, "r1") == own
        asked = work.summaries.add(summary_of(novel, "r1", "Asked for."), over_author=True)
        assert work.summaries.of_revision(novel.id, "r1") == asked
        mended = work.summaries.add(summary_of(novel, "r1", "Mended.", origin=SummaryOrigin.AUTHOR))
        assert work.summaries.of_revision(novel.id, "r1") == mended


def test_chapters_have_the_summaries_of_the_text_that_stands(scribe: Scribe) -> None:
    novel, store = scribe.novel, scribe.store
    revisions = [scribe.chapter(number, [f"{number}. "]) for number in (1, 2, 3)]
    with store.writing() as work:
        added = [work.summaries.add(summary_of(novel, each.id, each.title)) for each in revisions]
        newest = work.summaries.add(summary_of(novel, revisions[1].id, "Two, anew"))
        assert work.summaries.of_chapters(scribe.branch_id) == {
            1: added[0],
            2: newest,
            3: added[2],
        }
        bounded = work.summaries.of_chapters(scribe.branch_id, after_chapter=1, through_chapter=2)
        assert bounded == {2: newest}
    scribe.begin(3)
    with store.reading() as work:
        assert work.summaries.of_chapters(scribe.branch_id).keys() == {1, 2}


def test_a_part_is_known_by_its_revisions_in_order() -> None:
    assert source_key_of(["a", "b"]) == source_key_of(iter(["a", "b"]))
    keys = {source_key_of(ids) for ids in (["a", "b"], ["b", "a"], ["ab"], ["a"], [])}
    assert len(keys) == 5
    assert all(len(key) == 64 for key in keys)


@pytest.fixture
def two_chapters(scribe: Scribe) -> NewFinding:
    """A contradiction between two chapters."""
    one, two = (scribe.chapter(number, [f"{number}. "]) for number in (1, 2))
    return NewFinding(
        scribe.branch_id,
        "contradiction",
        "Her eyes are grey, and were green.",
        chapter=2,
        paragraph=3,
        revision_id=two.id,
        passage="Her grey eyes.",
        other_chapter=1,
        other_paragraph=1,
        other_revision_id=one.id,
        other_passage="Her green eyes.",
    )


def test_findings_are_listed_as_the_passages_stand(
    scribe: Scribe, two_chapters: NewFinding
) -> None:
    loop = replace(
        two_chapters, kind="repeat", paragraph=1, other_chapter=None, other_paragraph=None,
        other_revision_id=None, other_passage="",
    )  # fmt: skip
    with scribe.store.writing() as work:
        work.findings.add([two_chapters, loop, two_chapters])
        work.findings.add([loop])
    with scribe.store.reading() as work:
        found = work.findings.standing(scribe.branch_id)
        assert work.findings.standing(scribe.branch_id, through_chapter=1) == []
        assert work.findings.standing(scribe.branch_id, after_chapter=2) == []
    assert [each.kind for each in found] == ["repeat", "contradiction"]
    assert asdict(two_chapters).items() <= asdict(found[1]).items()


@pytest.mark.parametrize("number", [1, 2])
def test_a_finding_counts_while_both_passages_are_the_text(
    scribe: Scribe, two_chapters: NewFinding, number: int
) -> None:
    with scribe.store.writing() as work:
        work.findings.add([two_chapters])
        old = work.chapters.get(scribe.branch_id, number)
    assert old is not None
    scribe.begin(number)
    with scribe.store.writing() as work:
        assert work.findings.standing(scribe.branch_id) == []
        assert len(work.findings.of_revision(scribe.branch_id, old.revision.id)) == 1
        work.chapters.point_at(scribe.branch_id, number, old.revision.id)
        assert len(work.findings.standing(scribe.branch_id)) == 1


def test_an_intended_finding_does_not_come_again_with_another_revision(
    scribe: Scribe, two_chapters: NewFinding
) -> None:
    branch_id = scribe.branch_id
    with scribe.store.writing() as work:
        work.findings.add([two_chapters])
        (found,) = work.findings.standing(branch_id)
        answered = work.findings.answer(branch_id, found.id, FindingState.INTENDED)
    assert answered == replace(found, state=FindingState.INTENDED)
    revision = scribe.begin(2)
    again = replace(two_chapters, revision_id=revision.id, paragraph=4)
    with scribe.store.writing() as work:
        work.findings.add([again])
        assert work.findings.standing(branch_id) == []
        work.findings.add([replace(again, passage="Grey eyes, again.")])
        (other,) = work.findings.standing(branch_id)
        work.findings.answer(branch_id, other.id, FindingState.GONE)
        assert work.findings.standing(branch_id) == []
        with pytest.raises(RecordNotFound, match="no finding with the number"):
            work.findings.answer("elsewhere", found.id, FindingState.INTENDED)


def test_voice_sheets_count_up_and_the_last_is_current(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        assert work.voices.current(branch_id) is None
        first = work.voices.add(branch_id, {"tense": "past"}, VoiceOrigin.PREMISE)
        second = work.voices.add(branch_id, {"tense": "present"}, VoiceOrigin.AUTHOR)
    with store.reading() as work:
        assert work.voices.current(branch_id) == second
        assert work.voices.versions(branch_id) == [second, first]
        assert work.voices.version(branch_id, 1) == first
        with pytest.raises(RecordNotFound, match="no version 3"):
            work.voices.version(branch_id, 3)
        with pytest.raises(RecordNotFound, match="no branch"):
            work.voices.add("nowhere", {}, VoiceOrigin.AUTHOR)
    assert (first.version, first.sheet, first.origin) == (1, {"tense": "past"}, "premise")


def test_a_locked_passage_is_locked_until_it_is_released(
    store: Store, novel: NovelRecord, add_novel: Callable[..., NovelRecord]
) -> None:
    branch_id, other = novel.active_branch_id, add_novel("Other").active_branch_id
    with store.writing() as work:
        later = work.passage_locks.add(branch_id, 3, "  “So!”\n\nShe left.")
        first = work.passage_locks.add(branch_id, 1, "It burns.")
        assert work.passage_locks.add(branch_id, 3, later.text) == later
        with pytest.raises(RecordNotFound, match="no locked passage"):
            work.passage_locks.release(other, first.id)
    with store.writing() as work:
        assert work.passage_locks.of_branch(branch_id) == [first, later]
        assert work.passage_locks.of_branch(branch_id, 3) == [later]
        assert work.passage_locks.of_branch(other) == []
        released = work.passage_locks.release(branch_id, first.id)
        assert released.released_at is not None
        assert work.passage_locks.of_branch(branch_id) == [later]
        with pytest.raises(RecordNotFound, match="no locked passage"):
            work.passage_locks.release(branch_id, first.id)
        assert work.passage_locks.add(branch_id, 1, "It burns.").id != first.id


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE contexts SET position = 7", "contexts never change"),
        ("DELETE FROM contexts", "contexts are never deleted"),
        ("UPDATE summaries SET text = ''", "summaries never change"),
        ("DELETE FROM summaries", "summaries are never deleted"),
        ("UPDATE voice_sheets SET version = 7", "voice sheets never change"),
        ("DELETE FROM voice_sheets", "voice sheets are never deleted"),
    ],
)
def test_the_database_refuses_to_change_what_never_changes(
    scribe: Scribe, url: str, statement: str, words: str
) -> None:
    revision = scribe.begin(1)
    scribe.write(replace(scribe.commit_of(revision, 0, "One. "), context=CONTEXT))
    with scribe.store.writing() as work:
        work.summaries.add(summary_of(scribe.novel, revision.id, "One."))
        work.voices.add(scribe.branch_id, {}, VoiceOrigin.AUTHOR)
    with pytest.raises(Exception, match=words), connection_to(url) as connection:
        connection.exec_driver_sql(statement)
