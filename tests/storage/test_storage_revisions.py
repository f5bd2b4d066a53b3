"""Revisions: whole or in segments, drafts beside the text, and words that are counted once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import exc, text

from storage import (
    HeadMoved,
    NewRevision,
    NewSegment,
    NovelRecord,
    RecordNotFound,
    RevisionOrigin,
    RevisionRecord,
    RevisionState,
    StorageFailure,
)
from storage.store import Store
from tests.storage.conftest import FIRST_KEY, next_key

if TYPE_CHECKING:
    from tests.storage.conftest import Scribe

PROSE = "It was dark.\r\n\n‘Łódź’ \u2028夜🌃 e\u0301 "


def edited(number: int = 1, prose: str = PROSE, **values: object) -> NewRevision:
    """A revision of a person: whole and complete."""
    new = NewRevision(
        chapter_number=number,
        title="By hand",
        origin=RevisionOrigin.EDITED,
        state=RevisionState.COMPLETE,
        text=prose,
        words=len(prose.split()),
        provenance={"because": "I say so"},
    )
    return replace(new, **values)  # type: ignore[arg-type]


def draft(number: int = 1, **values: object) -> NewRevision:
    """A revision to write: open and empty."""
    new = NewRevision(number, "Draft", RevisionOrigin.GENERATED, genesis_key=FIRST_KEY)
    return replace(new, **values)  # type: ignore[arg-type]


def add(store: Store, scribe: "Scribe", new: NewRevision, *segments: NewSegment) -> RevisionRecord:
    with store.writing() as work:
        return work.chapters.add_revision(scribe.novel.id, new, segments)


def kept(position: int, prose: str, parent_key: str, carry: str = "") -> NewSegment:
    return NewSegment(
        revision_id="",
        position=position,
        text=prose,
        words=len(prose.split()),
        tokens=len(prose),
        parent_key=parent_key,
        key=next_key(parent_key, prose),
        carry=carry,
        carry_words=len(carry.split()),
    )


def words(store: Store, revision: RevisionRecord) -> tuple[int, int]:
    """The words of a revision, and those of them that are in no segment."""
    with store.reading() as work:
        read = work.chapters.revision(revision.id)
    return read.words, read.open_words


def test_a_text_stored_whole_comes_back_exactly(store: Store, scribe: "Scribe") -> None:
    first = scribe.chapter(1, ["It was dark."])
    new = edited(parent_id=first.id)
    added = add(store, scribe, new)
    with store.reading() as work:
        assert work.texts.of_revision(added.id) == PROSE
        assert work.chapters.revision(added.id) == added
        assert work.chapters.revision_numbered(scribe.novel.id, 1, 2) == added
        assert list(work.segments.of_revision(added.id)) == []
        assert work.segments.keys_of_revision(added.id) == []
    assert (added.number, added.parent_id, added.state) == (2, first.id, RevisionState.COMPLETE)
    assert (added.words, added.open_words, added.num_segments) == (new.words, 0, 0)
    assert (added.genesis_key, added.provenance) == (None, {"because": "I say so"})
    assert added.completed_at == added.created_at


def test_no_chapter_points_at_an_added_revision(store: Store, scribe: "Scribe") -> None:
    first = scribe.chapter(1, ["It was dark."])
    added = add(store, scribe, edited())
    elsewhere = add(store, scribe, edited(2))
    with store.reading() as work:
        assert [each.revision.id for each in work.chapters.of_branch(scribe.branch_id)] == [
            first.id
        ]
        assert work.chapters.totals(scribe.branch_id).words == 3
    with store.writing() as work:
        work.chapters.point_at(scribe.branch_id, 1, added.id)
        work.chapters.point_at(scribe.branch_id, 2, elsewhere.id)
    with store.reading() as work:
        assert work.chapters.totals(scribe.branch_id).words == added.words * 2
        assert list(work.texts.of_branch(scribe.branch_id)) == [(1, PROSE), (2, PROSE)]


def test_the_text_of_a_revision_in_segments(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == ""
    first = scribe.commit_of(revision, 0, "It was dark. ")
    scribe.write(first)
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == "It was dark. and then"
    second = scribe.commit_of(revision, 1, "and then: light.")
    second = replace(second, segment=replace(second.segment, carry=""), completes_chapter=True)
    scribe.write(second)
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == "It was dark. and then: light."
        assert work.segments.texts_of_revision(revision.id) == ["It was dark. ", "and then: light."]
        assert work.segments.keys_of_revision(revision.id) == [
            (FIRST_KEY, first.segment.key),
            (first.segment.key, second.segment.key),
        ]


def test_an_opening_is_the_text_until_a_segment_holds_it(store: Store, scribe: "Scribe") -> None:
    revision = add(store, scribe, draft(opening="Once upon a time ", words=4))
    assert words(store, revision) == (4, 4)
    with store.writing() as work:
        assert work.texts.of_revision(revision.id) == "Once upon a time "
        work.chapters.point_at(scribe.branch_id, 1, revision.id)
        assert work.chapters.totals(scribe.branch_id).words == 4
    commit = scribe.commit_of(revision, 0, "Once upon a time it was dark. ")
    scribe.write(replace(commit, segment=replace(commit.segment, carry_words=2)))
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == "Once upon a time it was dark. and then"
    assert words(store, revision) == (9, 2)


def test_the_tail_is_the_fewest_last_chapters(store: Store, scribe: "Scribe") -> None:
    scribe.chapter(1, ["11"])  # with its carry: "11and then"
    whole, opened = add(store, scribe, edited(2, "2222")), add(store, scribe, draft(3, opening="3"))
    with store.writing() as work:
        work.chapters.point_at(scribe.branch_id, 2, whole.id)
        work.chapters.point_at(scribe.branch_id, 3, opened.id)
    everything = ["11and then", "2222", "3"]
    with store.reading() as work:
        tails = {
            min_chars: work.texts.tail(scribe.branch_id, min_chars, 4)
            for min_chars in (0, 1, 2, 5, 6, 99)
        }
        earlier = [work.texts.tail(scribe.branch_id, 5, number) for number in (1, 2, 3)]
    assert tails == {
        0: [],
        1: ["3"],
        2: ["2222", "3"],
        5: ["2222", "3"],
        6: everything,
        99: everything,
    }
    assert earlier == [[], everything[:1], everything[:2]]


def test_a_branch_is_read_between_two_chapters(store: Store, scribe: "Scribe") -> None:
    for number in (1, 2, 3):
        added = add(store, scribe, edited(number, f"{number}."))
        with store.writing() as work:
            work.chapters.point_at(scribe.branch_id, number, added.id)
    with store.reading() as work:
        read = work.texts.of_branch
        assert list(read(scribe.branch_id)) == [(1, "1."), (2, "2."), (3, "3.")]
        assert list(read(scribe.branch_id, after_chapter=1)) == [(2, "2."), (3, "3.")]
        assert list(read(scribe.branch_id, after_chapter=1, through_chapter=2)) == [(2, "2.")]
        assert list(read(scribe.branch_id, after_chapter=3)) == []


def test_a_partial_revision_takes_no_more(store: Store, scribe: "Scribe") -> None:
    partial = add(store, scribe, edited(state=RevisionState.PARTIAL))
    with store.writing() as work:
        work.chapters.point_at(scribe.branch_id, 1, partial.id)
    commit = scribe.commit_of(partial, 0, "More.")
    with store.writing() as work, pytest.raises(HeadMoved, match="takes no more text"):
        work.commit_segment(commit)
    with store.writing() as work, pytest.raises(HeadMoved, match="takes no more text"):
        work.complete_chapter(scribe.completion(partial.id))
    with store.reading() as work:
        assert work.texts.of_revision(partial.id) == PROSE
        assert work.chapters.revision(partial.id) == partial


def test_open_words_are_counted_once_through_commits(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    assert words(store, revision) == (0, 0)
    counted = []
    for position, (prose, carry) in enumerate(
        [("It was dark. ", "and then"), ("and then", "came the light"), ("came the light", "")]
    ):
        commit = scribe.commit_of(revision, position, prose)
        segment = replace(commit.segment, carry=carry, carry_words=len(carry.split()))
        scribe.write(replace(commit, segment=segment, completes_chapter=not carry))
        counted.append(words(store, revision))
    assert counted == [(5, 2), (8, 3), (8, 0)]
    with store.reading() as work:
        assert work.runs.get(scribe.run.id).words == 8
        assert len(work.texts.of_revision(revision.id).split()) == 8 - 1  # no space between two


def test_a_draft_grows_beside_the_text_that_stands(store: Store, scribe: "Scribe") -> None:
    stands = scribe.chapter(1, ["It was dark."])
    revision = add(store, scribe, draft(parent_id=stands.id))
    scribe.key = FIRST_KEY
    commit = scribe.commit_of(revision, 0, "It was light.")
    with store.writing() as work, pytest.raises(HeadMoved, match="was changed while"):
        work.commit_segment(commit)  # the chapter points at another revision
    commit = replace(commit, stands_revision_id=stands.id, completes_chapter=True)
    scribe.write(commit)
    with store.reading() as work:
        chapter = work.chapters.get(scribe.branch_id, 1)
        assert chapter is not None
        assert chapter.revision.id == stands.id
        assert work.chapters.totals(scribe.branch_id).words == 3
        assert work.chapters.revision(revision.id).state is RevisionState.COMPLETE
        assert work.texts.of_revision(revision.id) == "It was light.and then"


def test_a_draft_of_a_text_that_went_is_refused(store: Store, scribe: "Scribe") -> None:
    stands = scribe.chapter(1, ["It was dark."])
    revision, other = add(store, scribe, draft()), add(store, scribe, edited())
    with store.writing() as work:
        work.chapters.point_at(scribe.branch_id, 1, other.id)
    scribe.key = FIRST_KEY
    commit = replace(scribe.commit_of(revision, 0, "It was light."), stands_revision_id=stands.id)
    with store.writing() as work, pytest.raises(HeadMoved, match="was changed while"):
        work.commit_segment(commit)
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == ""
        assert work.runs.get(scribe.run.id).words == 3


def test_a_revision_may_begin_with_kept_segments(store: Store, scribe: "Scribe") -> None:
    first = kept(0, "It was dark. ", FIRST_KEY)
    second = kept(1, "Nobody came. ", first.key, carry="Then")
    revision = add(store, scribe, draft(words=6), first, second)
    assert (revision.words, revision.open_words, revision.num_segments) == (6, 1, 2)
    assert revision.tokens == 26
    with store.writing() as work:
        assert work.texts.of_revision(revision.id) == "It was dark. Nobody came. Then"
        assert [each.run_id for each in work.segments.of_revision(revision.id)] == [None, None]
        work.chapters.point_at(scribe.branch_id, 1, revision.id)
    scribe.key = second.key
    commit = scribe.commit_of(revision, 2, "Then: light.")
    segment = replace(commit.segment, carry="")
    scribe.write(replace(commit, segment=segment, completes_chapter=True))
    assert words(store, revision) == (7, 0)
    with store.reading() as work:
        assert work.texts.of_revision(revision.id) == "It was dark. Nobody came. Then: light."


def test_a_commit_keeps_what_the_run_tells_of_it(store: Store, scribe: "Scribe") -> None:
    revision = scribe.begin(1)
    commit = scribe.commit_of(revision, 0, "It was dark. ")
    event = {"kind": "SegmentCommitted", "data": {"words": 3}}
    scribe.write(replace(commit, event=event))
    late = replace(scribe.commit_of(revision, 5, "Never."), event=event)
    with store.writing() as work, pytest.raises(HeadMoved):
        work.commit_segment(late)
    with store.reading() as work:
        events = work.runs.events(scribe.run.id)
        segment = work.segments.last_of_revision(revision.id)
        run = work.runs.get(scribe.run.id)
    assert segment is not None
    assert [(each.kind, each.data) for each in events] == [("SegmentCommitted", {"words": 3})]
    assert events[0].created_at == segment.created_at
    assert run.heartbeats == 1


@pytest.mark.parametrize(
    ("new", "positions", "message"),
    [
        (edited(text=None), (), "needs its text, whole"),
        (edited(text=None, state=RevisionState.PARTIAL), (), "needs its text, whole"),
        (edited(), (0,), "needs its text, whole"),
        (draft(text="It was dark."), (), "no whole text yet"),
        (draft(), (1,), "not in order from 0"),
        (draft(), (0, 2), "not in order from 0"),
        (draft(words=2), (0,), "leave out those of its segments"),
    ],
)
def test_a_text_is_whole_or_in_segments(
    store: Store, scribe: "Scribe", new: NewRevision, positions: tuple[int, ...], message: str
) -> None:
    segments = [kept(position, "It was dark.", FIRST_KEY) for position in positions]
    with store.writing() as work, pytest.raises(StorageFailure, match=message):
        work.chapters.add_revision(scribe.novel.id, new, segments)
    with store.reading() as work:
        assert work.chapters.revisions(scribe.novel.id, 1) == []


def test_a_revision_of_what_does_not_exist(
    store: Store, scribe: "Scribe", add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other")
    revision = add(store, scribe, edited())
    with store.writing() as work:
        for look in (
            lambda: work.chapters.add_revision("nope", edited()),
            lambda: work.chapters.add_revision(scribe.novel.id, edited(parent_id="nope")),
            lambda: work.chapters.revision("nope"),
            lambda: work.chapters.revision_numbered(scribe.novel.id, 1, 2),
            lambda: work.chapters.revision_numbered(other.id, 1, 1),
            lambda: work.chapters.point_at(other.active_branch_id, 1, revision.id),
            lambda: work.texts.of_revision("nope"),
        ):
            with pytest.raises(RecordNotFound):
                look()


def test_a_cut_is_remembered_for_the_engine_that_made_it(store: Store, scribe: "Scribe") -> None:
    revision = add(store, scribe, edited())
    with store.writing() as work:
        assert work.texts.cut_ends(revision.id, "a" * 64) is None
        work.texts.keep_cut(revision.id, "a" * 64, (5, 12))
        work.texts.keep_cut(revision.id, "b" * 64, ())
        work.texts.keep_cut(revision.id, "a" * 64, (5, 12))
    with store.reading() as work:
        assert work.texts.cut_ends(revision.id, "a" * 64) == (5, 12)
        assert work.texts.cut_ends(revision.id, "b" * 64) == ()
        assert work.texts.cut_ends(revision.id, "c" * 64) is None


REFUSED: Mapping[str, str] = {
    "UPDATE revision_texts SET text = 'other'": "texts never change",
    "DELETE FROM revision_texts": "texts are never deleted",
    "UPDATE revision_cuts SET ends = '[]'": "cuts never change",
    "UPDATE run_events SET kind = 'other'": "events never change",
    "UPDATE revisions SET title = ''": "partial revisions never change",
    "UPDATE revisions SET state = 'open'": "partial revisions never change",
    "INSERT INTO segments SELECT 99, p.id, 0, s.text, s.words, s.tokens, s.parent_key, s.key,"
    " s.carry, s.provenance, s.elapsed_seconds, s.run_id, s.created_at"
    " FROM segments s, revisions p WHERE p.state = 'partial'": "partial revisions take no segments",
}


@pytest.mark.parametrize("statement", REFUSED)
def test_no_program_changes_what_a_person_wrote(
    store: Store, scribe: "Scribe", statement: str
) -> None:
    partial = add(store, scribe, edited(state=RevisionState.PARTIAL))
    scribe.chapter(2, ["It was dark."], completes=False)
    with store.writing() as work:
        work.texts.keep_cut(partial.id, FIRST_KEY, (5, 12))
        work.runs.tell(scribe.run.id, "Told", {"n": 1})
    with (
        pytest.raises(exc.DBAPIError, match=REFUSED[statement]),
        store._writer.begin() as connection,
    ):
        connection.execute(text(statement))
    with store.reading() as work:
        assert work.chapters.revision(partial.id) == partial
        assert work.texts.of_revision(partial.id) == PROSE
        assert work.texts.cut_ends(partial.id, FIRST_KEY) == (5, 12)
        assert [each.kind for each in work.runs.events(scribe.run.id)] == ["Told"]
        assert work.segments.last_of_revision(partial.id) is None
