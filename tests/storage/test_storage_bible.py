"""The bible and the threads: versions that never change, and what of them counts when."""

from collections.abc import Callable
from dataclasses import asdict, replace

import pytest

from storage import (
    ChangeKind,
    EntryKind,
    FactState,
    HeadMoved,
    NewChange,
    NewEntry,
    NewFact,
    NewThread,
    NovelRecord,
    Pointers,
    RecordNotFound,
    StoryOrigin,
    ThreadKind,
    ThreadState,
)
from storage.store import Store
from tests.storage.conftest import Scribe
from tests.storage.raw import connection_to


def entry_in(branch_id: str, name: str = "Łucja", **values: object) -> NewEntry:
    return replace(
        NewEntry(branch_id, name, EntryKind.CHARACTER, StoryOrigin.TEXT, first_chapter=1),
        **values,
    )


def fact_in(branch_id: str, key: str, chapter: int = 0, **values: object) -> NewFact:
    text = f"She is a keeper from chapter {chapter} on."
    new = NewFact(branch_id, key, "trade", "keeper", text, StoryOrigin.TEXT, chapter)
    return replace(new, **values)


def thread_in(branch_id: str, chapter: int = 1, **values: object) -> NewThread:
    new = NewThread(branch_id, ThreadKind.SETUP, "The lamp.", StoryOrigin.TEXT, chapter)
    return replace(new, **values)


def test_an_entry_comes_back_as_it_went_in(store: Store, novel: NovelRecord) -> None:
    new = entry_in(novel.active_branch_id, aliases=("Lu", "the girl"), description="‘Dry.’")
    with store.writing() as work:
        added = work.entries.add(new)
    with store.reading() as work:
        assert work.entries.of_branch(novel.active_branch_id) == [added]
        assert work.entries.get(novel.active_branch_id, added.id) == added
    assert {**asdict(added), "aliases": new.aliases} == {
        **asdict(new),
        "id": added.id,
        "key": added.key,
        "is_current": True,
        "created_at": added.created_at,
    }
    assert list(added.aliases) == ["Lu", "the girl"]


def test_a_revised_entry_keeps_its_key_and_its_history(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        first = work.entries.add(entry_in(branch_id))
        second = work.entries.revise(first.id, replace(first, name="Lucia"))
        assert (second.key, second.is_current, second.name) == (first.key, True, "Lucia")
        with pytest.raises(HeadMoved, match=f"entry of the bible {first.id} was changed"):
            work.entries.revise(first.id, replace(first, name="Late"))
    with store.reading() as work:
        assert work.entries.of_branch(branch_id) == [second]
        assert work.entries.current(branch_id, first.key) == second
        assert work.entries.history(branch_id, first.key) == [
            second,
            replace(first, is_current=False),
        ]


def test_entries_are_found_by_name_and_by_place(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        anna = work.entries.add(entry_in(branch_id, "Anna", aliases=("Nan",)))
        late = work.entries.add(entry_in(branch_id, "Otto", first_chapter=9))
        planned = work.entries.add(entry_in(branch_id, "Ida", first_chapter=None))
        hidden = work.entries.add(entry_in(branch_id, "Monday", is_hidden=True))
    with store.reading() as work:
        assert work.entries.of_branch(branch_id) == [anna, late, planned]
        assert work.entries.of_branch(branch_id, through_chapter=8) == [anna, planned]
        everything = work.entries.of_branch(branch_id, with_hidden=True)
        assert everything == [anna, late, planned, hidden]
        assert work.entries.named(branch_id, "Nan") == [anna]
        assert work.entries.named(branch_id, "Monday") == [hidden]
        assert work.entries.named(branch_id, "Na") == []


def test_records_of_one_branch_are_none_of_another(
    store: Store, novel: NovelRecord, add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other").active_branch_id
    with store.writing() as work:
        entry = work.entries.add(entry_in(novel.active_branch_id))
        fact = work.facts.add(fact_in(novel.active_branch_id, entry.key))
        thread = work.threads.add(thread_in(novel.active_branch_id))
        for repository, found in (
            (work.entries, entry), (work.facts, fact), (work.threads, thread),
        ):  # fmt: skip
            assert repository.of_branch(other) == []
            with pytest.raises(RecordNotFound, match="with the number"):
                repository.get(other, found.id)
            with pytest.raises(RecordNotFound, match="with the number"):
                repository.revise(found.id, replace(found, branch_id=other))


def test_a_fact_holds_from_a_place_to_a_place(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        always = work.facts.add(fact_in(branch_id, "a"))
        later = work.facts.add(fact_in(branch_id, "a", 3, valid_from_paragraph=4))
        ended = work.facts.add(
            fact_in(branch_id, "b", 1, valid_until_chapter=3, valid_until_paragraph=2)
        )
        from_then = work.facts.add(fact_in(branch_id, "b", 1, valid_until_chapter=4))
    with store.reading() as work:
        assert work.facts.valid_at(branch_id, 0) == [always]
        assert work.facts.valid_at(branch_id, 1) == [always, ended, from_then]
        assert work.facts.valid_at(branch_id, 3, 1) == [always, ended, from_then]
        assert work.facts.valid_at(branch_id, 3, 2) == [always, from_then]
        assert work.facts.valid_at(branch_id, 3, 4) == [always, from_then, later]
        assert work.facts.valid_at(branch_id, 4) == [always, later]
        assert work.facts.valid_at(branch_id, 9, entry_keys=["b"]) == []
        assert work.facts.valid_at(branch_id, 2, entry_keys=["a"]) == [always]
        assert work.facts.of_branch(branch_id, after_chapter=0, through_chapter=2) == [
            ended,
            from_then,
        ]


def test_a_retracted_fact_counts_no_more_and_is_kept(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        fact = work.facts.add(fact_in(branch_id, "a"))
        gone = work.facts.revise(fact.id, replace(fact, state=FactState.RETRACTED))
    with store.reading() as work:
        assert work.facts.of_branch(branch_id) == []
        assert work.facts.retracted(branch_id) == [gone]
        assert [each.state for each in work.facts.history(branch_id, fact.key)] == [
            FactState.RETRACTED,
            FactState.ACTIVE,
        ]


def test_what_was_read_counts_while_it_is_the_text(scribe: Scribe) -> None:
    branch_id, store = scribe.branch_id, scribe.store
    old = scribe.chapter(1, ["Ada mends nets. "])
    with store.writing() as work:
        source = {"source_chapter": 1, "source_revision_id": old.id}
        read = work.facts.add(fact_in(branch_id, "a", 1, **source))
        author = StoryOrigin.AUTHOR
        told = work.facts.add(fact_in(branch_id, "a", 1, origin=author, **source))
        opened = work.threads.add(thread_in(branch_id, opened_revision_id=old.id))
        assert work.facts.of_branch(branch_id) == [read, told]
        assert work.threads.of_branch(branch_id) == [opened]
    new = scribe.begin(1)
    with store.writing() as work:
        assert work.facts.of_branch(branch_id) == [told]
        assert work.facts.of_revision(branch_id, old.id) == [read, told]
        assert work.facts.of_revision(branch_id, new.id) == []
        assert work.threads.of_branch(branch_id) == []
        assert work.threads.of_revision(branch_id, old.id) == [opened]
        work.chapters.point_at(branch_id, 1, old.id)
        assert work.facts.of_branch(branch_id) == [read, told]
        assert work.threads.of_branch(branch_id) == [opened]


def test_threads_are_listed_by_place_and_state(store: Store, novel: NovelRecord) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        later = work.threads.add(thread_in(branch_id, 5, due_chapter=9))
        first = work.threads.add(thread_in(branch_id, 2))
        paid = replace(first, state=ThreadState.PAID, closed_chapter=4, closed_passage="It burns.")
        first = work.threads.revise(first.id, paid)
    with store.reading() as work:
        assert work.threads.of_branch(branch_id) == [first, later]
        assert work.threads.of_branch(branch_id, through_chapter=4) == [first]
        assert work.threads.of_branch(branch_id, state=ThreadState.OPEN) == [later]
    assert (first.closed_chapter, later.due_chapter) == (4, 9)


def test_a_change_moves_versions_and_undo_moves_them_back(scribe: Scribe) -> None:
    branch_id, store = scribe.branch_id, scribe.store
    old_text = scribe.chapter(1, ["Anna. "])
    with store.writing() as work:
        entry = work.entries.add(entry_in(branch_id, "Anna"))
        fact = work.facts.add(fact_in(branch_id, entry.key))
        renamed = work.entries.revise(entry.id, replace(entry, name="Berta"), is_current=False)
        assert work.entries.of_branch(branch_id) == [entry]
        added = work.facts.revise(fact.id, replace(fact, text="Berta keeps."), is_current=False)
        new_text = work.chapters.begin_chapter(branch_id, 1, "", old_text.origin).revision
        work.chapters.point_at(branch_id, 1, old_text.id)
        change = work.changes.make(
            NewChange(
                scribe.novel.id,
                branch_id,
                ChangeKind.RENAME,
                "Anna renamed to Berta",
                Pointers({1: old_text.id}, entries=(entry.id,), facts=(fact.id,)),
                Pointers({1: new_text.id}, entries=(renamed.id,), facts=(added.id,)),
            )
        )
    with store.writing() as work:
        assert work.changes.of_branch(branch_id) == [change]
        assert [each.name for each in work.entries.of_branch(branch_id)] == ["Berta"]
        assert [each.text for each in work.facts.of_branch(branch_id)] == ["Berta keeps."]
        work.changes.undo(branch_id)
        assert work.entries.of_branch(branch_id) == [entry]
        assert work.facts.of_branch(branch_id) == [fact]
        work.changes.redo(branch_id)
        assert [each.id for each in work.entries.of_branch(branch_id)] == [renamed.id]


def test_what_was_revised_since_a_change_outlives_its_undoing(scribe: Scribe) -> None:
    branch_id, novel_id = scribe.branch_id, scribe.novel.id
    with scribe.store.writing() as work:
        kept, moved = (work.entries.add(entry_in(branch_id, name)) for name in ("Anna", "Otto"))
        news = [
            work.entries.revise(each.id, replace(each, name=f"New {each.name}"), is_current=False)
            for each in (kept, moved)
        ]
        before = Pointers(entries=(kept.id, moved.id))
        after = Pointers(entries=tuple(each.id for each in news))
        work.changes.make(NewChange(novel_id, branch_id, ChangeKind.BIBLE, "x", before, after))
        own = work.entries.revise(news[0].id, replace(news[0], name="Her own name"))
        work.changes.undo(branch_id)
        assert [each.name for each in work.entries.of_branch(branch_id)] == [
            "Otto",
            "Her own name",
        ]
        work.changes.redo(branch_id)
        assert work.entries.of_branch(branch_id) == [replace(news[1], is_current=True), own]


def test_a_change_names_versions_of_its_own_branch(
    scribe: Scribe, add_novel: Callable[..., NovelRecord]
) -> None:
    other = add_novel("Other").active_branch_id
    with scribe.store.writing() as work:
        entry = work.entries.add(entry_in(other))
        change = NewChange(
            scribe.novel.id,
            scribe.branch_id,
            ChangeKind.BIBLE,
            "x",
            Pointers(entries=(entry.id,)),
            Pointers(),
        )
        with pytest.raises(RecordNotFound, match="not of its branch"):
            work.changes.make(change)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE bible_entries SET name = 'x'", "versions of an entry never change"),
        ("DELETE FROM bible_entries", "versions of an entry are never deleted"),
        ("UPDATE bible_facts SET value = 'x'", "versions of a fact never change"),
        ("DELETE FROM bible_facts", "versions of a fact are never deleted"),
        ("UPDATE threads SET state = 'paid'", "versions of a thread never change"),
        ("DELETE FROM threads", "versions of a thread are never deleted"),
        ("UPDATE bible_facts SET is_current = true WHERE id > 0", "uq_bible_facts|UNIQUE"),
    ],
)
def test_the_database_refuses_to_change_a_version(
    store: Store, novel: NovelRecord, url: str, statement: str, words: str
) -> None:
    branch_id = novel.active_branch_id
    with store.writing() as work:
        work.entries.add(entry_in(branch_id))
        fact = work.facts.add(fact_in(branch_id, "a"))
        work.facts.revise(fact.id, fact)
        work.threads.add(thread_in(branch_id))
    with pytest.raises(Exception, match=words), connection_to(url) as connection:
        connection.exec_driver_sql(statement)
