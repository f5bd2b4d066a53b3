"""What a branch takes over of what is known about the story, and what it leaves behind."""

from dataclasses import replace

import pytest

from storage import (
    BranchFork,
    BranchRecord,
    EntryKind,
    MarkKind,
    NewEntry,
    NewFact,
    NewFinding,
    NewMark,
    NewThread,
    RevisionRecord,
    StoryOrigin,
    ThreadKind,
    ThreadState,
    VoiceOrigin,
)
from tests.storage.conftest import Scribe


@pytest.fixture
def chapters(scribe: Scribe) -> dict[int, RevisionRecord]:
    """Three chapters of three segments, each with what was seen for it."""
    found = {}
    for number in (1, 2, 3):
        revision = found[number] = scribe.begin(number)
        for position in range(3):
            commit = scribe.commit_of(revision, position, f"Said in {number}.{position}. ")
            scribe.write(
                replace(
                    commit,
                    context=[{"brief": f"{number}.{position}"}],
                    completes_chapter=position == 2,
                )
            )
    return found


def fork(scribe: Scribe, chapter: int, position: int | None = None) -> BranchRecord:
    new = BranchFork(scribe.novel.id, "what if", scribe.branch_id, chapter, position)
    with scribe.store.writing() as work:
        return work.branches.fork(new)


def add_fact(
    scribe: Scribe, revision: RevisionRecord | None, passage: str, **values: object
) -> None:
    new = NewFact(
        scribe.branch_id,
        "a",
        "trade",
        "keeper",
        passage,
        StoryOrigin.TEXT,
        valid_from_chapter=0 if revision is None else revision.chapter_number,
        source_chapter=None if revision is None else revision.chapter_number,
        source_revision_id=None if revision is None else revision.id,
        source_passage=passage,
    )
    with scribe.store.writing() as work:
        work.facts.add(replace(new, **values))


def facts(scribe: Scribe, branch: BranchRecord) -> list[str]:
    with scribe.store.reading() as work:
        return [fact.text for fact in work.facts.of_branch(branch.id)]


def test_what_was_seen_goes_with_the_segments(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    branch = fork(scribe, 2, 1)
    with scribe.store.reading() as work:
        cut = work.chapters.last(branch.id)
        assert cut is not None
        assert cut.revision.id != chapters[2].id
        seen = [work.segments.context(cut.revision.id, position) for position in range(3)]
        assert seen == [[{"brief": "2.0"}], [{"brief": "2.1"}], None]
        assert work.segments.context(chapters[2].id, 2) == [{"brief": "2.2"}]


def test_facts_of_the_shared_text_are_taken(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    for number in (1, 2, 3):
        add_fact(scribe, chapters[number], f"Said in {number}.0.")
    add_fact(scribe, None, "The author's.", origin=StoryOrigin.AUTHOR, valid_from_chapter=9)
    add_fact(scribe, chapters[3], "Long ago.", valid_from_chapter=0)
    branch = fork(scribe, 2)
    assert facts(scribe, branch) == ["Said in 1.0.", "Said in 2.0.", "The author's."]
    with scribe.store.reading() as work:
        assert len(work.facts.of_branch(scribe.branch_id)) == 5
        copies = {each.key for each in work.facts.of_branch(branch.id)}
        assert copies <= {each.key for each in work.facts.of_branch(scribe.branch_id)}


def test_facts_of_a_cut_chapter_are_taken_as_far_as_it_goes(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    for passage in ("Said in\n\n2.0. Said", "Said in 2.1.", "Said in 2.2."):
        add_fact(scribe, chapters[2], passage)
    branch = fork(scribe, 2, 1)
    assert facts(scribe, branch) == ["Said in\n\n2.0. Said", "Said in 2.1."]
    with scribe.store.reading() as work:
        cut = work.chapters.last(branch.id)
        assert cut is not None
        assert len(work.facts.of_revision(branch.id, cut.revision.id)) == 2


def test_only_current_facts_are_taken_and_later_ends_are_open_again(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    add_fact(scribe, chapters[1], "Said in 1.0.", valid_until_chapter=2, valid_until_paragraph=1)
    add_fact(scribe, chapters[1], "Said in 1.1.", valid_until_chapter=3, valid_until_paragraph=1)
    with scribe.store.writing() as work:
        first = work.facts.of_branch(scribe.branch_id)[0]
        work.facts.revise(first.id, replace(first, value="diver"))
    branch = fork(scribe, 2)
    with scribe.store.reading() as work:
        found = work.facts.of_branch(branch.id)
        assert [(each.value, each.valid_until_chapter) for each in found] == [
            ("keeper", None),
            ("diver", 2),
        ]
        assert len(work.facts.history(branch.id, first.key)) == 1


def test_entries_are_taken_when_they_are_named_or_planned(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    new = NewEntry(scribe.branch_id, "", EntryKind.PLACE, StoryOrigin.TEXT, first_paragraph=2)
    with scribe.store.writing() as work:
        for name, chapter, origin in (
            ("Early", 2, StoryOrigin.TEXT),
            ("Late", 3, StoryOrigin.TEXT),
            ("Planned", 3, StoryOrigin.PLAN),
            ("Author's", None, StoryOrigin.AUTHOR),
        ):
            work.entries.add(replace(new, name=name, first_chapter=chapter, origin=origin))
    branch = fork(scribe, 2)
    with scribe.store.reading() as work:
        assert [
            (each.name, each.first_chapter, each.first_paragraph)
            for each in work.entries.of_branch(branch.id)
        ] == [("Early", 2, 2), ("Planned", None, None), ("Author's", None, None)]


def test_a_thread_that_is_kept_later_is_open_again(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    new = NewThread(
        scribe.branch_id,
        ThreadKind.QUESTION,
        "Who?",
        StoryOrigin.TEXT,
        1,
        opened_revision_id=chapters[1].id,
        due_chapter=3,
        state=ThreadState.PAID,
    )
    with scribe.store.writing() as work:
        for number in (2, 3):
            work.threads.add(
                replace(
                    new,
                    closed_chapter=number,
                    closed_revision_id=chapters[number].id,
                    closed_passage=f"Said in {number}.0.",
                )
            )
        late = {"opened_chapter": 3, "opened_revision_id": chapters[3].id}
        work.threads.add(replace(new, **late))
    branch = fork(scribe, 2, 0)
    with scribe.store.reading() as work:
        cut = work.chapters.last(branch.id)
        assert cut is not None
        assert [
            (each.state, each.closed_chapter, each.closed_revision_id, each.closed_passage)
            for each in work.threads.of_branch(branch.id)
        ] == [
            (ThreadState.PAID, 2, cut.revision.id, "Said in 2.0."),
            (ThreadState.OPEN, None, None, ""),
        ]
        assert len(work.threads.of_branch(scribe.branch_id)) == 3


def test_findings_are_taken_when_both_passages_are(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    def finding(chapter: int, passage: str, other: int | None, other_passage: str) -> NewFinding:
        return NewFinding(
            scribe.branch_id,
            "contradiction",
            passage,
            chapter,
            1,
            chapters[chapter].id,
            passage,
            other,
            None if other is None else 1,
            None if other is None else chapters[other].id,
            other_passage,
        )

    with scribe.store.writing() as work:
        work.findings.add(
            [
                finding(2, "Said in 2.0.", 1, "Said in 1.0."),
                finding(2, "Said in 2.2.", 1, "Said in 1.0."),
                finding(1, "Said in 1.0.", 3, "Said in 3.0."),
                finding(3, "Said in 3.0.", None, ""),
                finding(1, "Said in 1.1.", None, ""),
            ]
        )
    branch = fork(scribe, 2, 1)
    with scribe.store.reading() as work:
        found = work.findings.standing(branch.id)
        assert [each.passage for each in found] == ["Said in 1.1.", "Said in 2.0."]


def test_the_voice_and_the_locks_are_taken(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    with scribe.store.writing() as work:
        for tense in ("past", "present"):
            work.voices.add(scribe.branch_id, {"tense": tense}, VoiceOrigin.AUTHOR)
        for number, text in ((1, "Said in 1.2."), (2, "Said in 2.0."), (2, "Said in 2.2."),
                             (3, "Said in 3.0.")):  # fmt: skip
            work.passage_locks.add(scribe.branch_id, number, text)
        released = work.passage_locks.add(scribe.branch_id, 1, "Said in 1.0.")
        work.passage_locks.release(scribe.branch_id, released.id)
    branch = fork(scribe, 2, 1)
    with scribe.store.reading() as work:
        voice = work.voices.current(branch.id)
        assert voice is not None
        assert (voice.version, voice.sheet) == (1, {"tense": "present"})
        locked = work.passage_locks.of_branch(branch.id)
        assert [each.text for each in locked] == ["Said in 1.2.", "Said in 2.0."]


def test_the_marks_that_stand_in_the_shared_text_are_taken(
    scribe: Scribe, chapters: dict[int, RevisionRecord]
) -> None:
    with scribe.store.writing() as work:
        for number, offset in ((1, 900), (2, 0), (2, 900), (3, 0)):
            work.author_marks.add(
                NewMark(
                    scribe.novel.id, scribe.branch_id, number, MarkKind.NOTE, f"{number}.{offset}",
                    {"offset": offset},
                )
            )  # fmt: skip
        done = work.author_marks.add(
            NewMark(scribe.novel.id, scribe.branch_id, 1, MarkKind.MARK, "", {"offset": 1})
        )
        work.author_marks.settle(scribe.branch_id, done.id)
    branch = fork(scribe, 2, 1)
    with scribe.store.reading() as work:
        assert [each.body for each in work.author_marks.of_branch(branch.id)] == ["1.900", "2.0"]
        assert len(work.author_marks.of_branch(scribe.branch_id)) == 4
