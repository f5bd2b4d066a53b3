"""A real database of each old schema is upgraded, and nothing that was written is lost.

`tests/assets/schema-0001.db` holds three novels of the scripted engine: a finished one, one with a
second branch, and one that stopped in the middle of its second chapter. `schema-0002.db` holds
novels of the same names: of the finished one two chapters were edited and a name was renamed, of
the branched one a chapter was drafted anew and that was undone, and of the last one a chapter was
drafted by a detached run and waits in the inbox. `schema-0003.db` holds "The Keeper", with two
chapters edited, a name renamed, a bible with facts and a finding, a locked passage and a voice, and
"Salt" with a second branch. `schema-0004.db` holds "The Keeper", finished, and "Salt", imported,
with a note by its author.
"""

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from storage import (
    BranchFork,
    ChangeKind,
    ChapterCompletion,
    MarkKind,
    NewMark,
    NovelRecord,
    RevisionState,
    RunPurpose,
    SchemaOutdated,
)
from storage.fleet_records import JobKind, NewJob, TaskKind
from storage.run_records import PauseRequest
from storage.schema import current_revision, head_revision, upgrade_schema
from storage.store import Store, open_store
from tests.conftest import REPOSITORY, CommandLine

ASSET = REPOSITORY / "tests" / "assets" / "schema-0001.db"
SECOND = REPOSITORY / "tests" / "assets" / "schema-0002.db"
THIRD = REPOSITORY / "tests" / "assets" / "schema-0003.db"
FOURTH = REPOSITORY / "tests" / "assets" / "schema-0004.db"
MODEL = "4c6fbc852d2a3b7349fcf33554ef6cf27d8109fddd3bc83f62f870bc013cba78"
ADAPTER = "20ed2a0e6c785fb108c4310334e2980bd23f8b23488a084567e63c0ce0de4023"
GENESIS = "cefd3fdd5393114ed1c390f962ea37b075a634428ba99bbf8dac81bb3d29ef73"
WORDS_IN_SEGMENTS = {"The Keeper": 1498, "Salt": 1669, "Unfinished": 1544}
FLEET = {"fleet_jobs", "fleet_tasks", "fleet_workers", "fleet_state"}
OPEN_WORDS = 124
"""Of the carry that the open chapter of "Unfinished" ends with; the other chapters have none."""

Rows = Mapping[str, list[dict[str, object]]]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(ASSET, tmp_path / "old.db"))


@pytest.fixture
def old_url(old: Path) -> str:
    return f"sqlite:///{old}"


@pytest.fixture
def upgraded(old_url: str) -> Iterator[Store]:
    upgrade_schema(old_url)
    with open_store(old_url) as store:
        yield store


def rows_of(path: Path) -> Rows:
    """Every row of every table, as the database holds it."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    tables = [name for (name,) in connection.execute(names)]
    rows = {
        table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
        for table in tables
    }
    connection.close()
    return rows


def triggers_of(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    found = dict(
        connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    )
    connection.close()
    return found


def novels(store: Store) -> dict[str, NovelRecord]:
    with store.reading() as work:
        return {each.novel.title: each.novel for each in work.novels.summaries()}


def test_an_old_database_is_refused_and_left_alone(old: Path, old_url: str) -> None:
    before = old.read_bytes()
    with pytest.raises(SchemaOutdated, match=r"old\.db was made by an older.*0001") as error:
        open_store(old_url)
    assert "novelgen db upgrade" in error.value.remedy
    assert old.read_bytes() == before
    assert current_revision(old_url) == "0001"


def test_what_was_written_stays_to_the_byte(old: Path, old_url: str) -> None:
    before = rows_of(old)
    assert upgrade_schema(old_url) == head_revision()
    after = rows_of(old)
    assert {table for table in before if before[table]} == {
        "alembic_version", "branches", "chapters", "memory_snapshots", "novels", "planned_beats",
        "planned_chapters", "plans", "revisions", "runs", "segments",
    }  # fmt: skip
    for table in before.keys() - {"alembic_version"}:
        assert len(after[table]) == len(before[table])
        for old_row, new_row in zip(before[table], after[table], strict=True):
            expected = dict(old_row)
            if table == "revisions" and old_row["state"] == "open":
                expected["words"] = int(str(old_row["words"])) + OPEN_WORDS
            assert expected.items() <= new_row.items()
    for table in after.keys() - before.keys():
        assert after[table] == []


def test_the_old_guards_stay_and_new_ones_come(old: Path, old_url: str) -> None:
    before = triggers_of(old)
    upgrade_schema(old_url)
    after = triggers_of(old)
    assert len(before) == 8
    assert before.items() <= after.items()
    assert "revision_texts_never_change" in after.keys() - before.keys()
    connection = sqlite3.connect(old)
    with pytest.raises(sqlite3.IntegrityError, match="complete revisions never change"):
        connection.execute("UPDATE revisions SET title = ''")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def test_every_novel_knows_what_its_memory_was_read_with(upgraded: Store) -> None:
    found = novels(upgraded)
    assert found.keys() == WORDS_IN_SEGMENTS.keys()
    for novel in found.values():
        assert (novel.model_fingerprint, novel.adapter_fingerprint) == (MODEL, ADAPTER)


def test_every_revision_knows_the_first_key_of_its_chain(upgraded: Store) -> None:
    seen = 0
    for novel in novels(upgraded).values():
        with upgraded.reading() as work:
            for number in (1, 2, 3):
                for revision in work.chapters.revisions(novel.id, number):
                    seen += 1
                    assert revision.genesis_key == GENESIS
                    assert (revision.opening, revision.provenance) == ("", {})
            first = work.segments.of_branch(novel.active_branch_id)
            assert next(first)[1].parent_key == GENESIS
    assert seen == 10


def test_open_chapters_count_the_words_of_their_carry(upgraded: Store) -> None:
    for title, novel in novels(upgraded).items():
        with upgraded.reading() as work:
            chapters = work.chapters.of_branch(novel.active_branch_id)
            totals = work.novels.summary(novel.id).totals
            texts = dict(work.texts.of_branch(novel.active_branch_id))
        for chapter in chapters:
            revision = chapter.revision
            is_open = revision.state is RevisionState.OPEN
            assert revision.open_words == (OPEN_WORDS if is_open else 0)
            assert is_open == ((title, chapter.number) == ("Unfinished", 2))
            counted = [
                item for item in texts[chapter.number].split() if any(map(str.isalnum, item))
            ]
            assert revision.words == len(counted)
        open_words = OPEN_WORDS if title == "Unfinished" else 0
        assert totals.words == WORDS_IN_SEGMENTS[title] + open_words


def test_old_runs_have_the_values_of_an_attended_one(upgraded: Store) -> None:
    with upgraded.reading() as work:
        runs = work.runs.all()
        assert all(work.runs.events(run.id) == [] for run in runs)
    assert len(runs) == 5
    for run in runs:
        assert (run.branch_id, run.purpose, run.heartbeats) == (None, RunPurpose.WRITE, 0)
        assert run.is_unattended is False


def test_an_upgraded_database_goes_on(upgraded: Store) -> None:
    novel = novels(upgraded)["Unfinished"]
    with upgraded.writing() as work:
        plan = work.plans.current(novel.active_branch_id)
        assert plan is not None
        assert plan.identity == plan.id
        chapter = work.chapters.last(novel.active_branch_id)
        assert chapter is not None
        closed = work.complete_chapter(
            ChapterCompletion(
                novel.id, novel.active_branch_id, novel.run_epoch, chapter.revision.id
            )
        )
    assert closed.words == chapter.revision.words


def test_the_command_line_names_the_upgrade_and_goes_on_after_it(
    old_url: str, tmp_path: Path, novelgen: CommandLine
) -> None:
    database = ("--db", old_url)
    refused = novelgen("list", *database, expect=4)
    assert "novelgen db upgrade" in refused.stderr
    novelgen("db", "upgrade", *database)
    listed = novelgen("list", *database).stdout
    assert [title for title in WORDS_IN_SEGMENTS if title in listed] == list(WORDS_IN_SEGMENTS)
    book = tmp_path / "keeper.md"
    novelgen("export", "The Keeper", "--output", str(book), *database)
    with open_store(old_url) as store, store.reading() as work:
        novel = work.novels.find("The Keeper")
        texts = dict(work.texts.of_branch(novel.active_branch_id))
    exported = book.read_text()
    assert len(texts) == 3
    for text in texts.values():
        for paragraph in text.split("\n\n"):
            assert paragraph.strip() in exported


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return Path(shutil.copy(SECOND, tmp_path / "second.db"))


def test_what_was_written_in_the_second_schema_stays_to_the_byte(second: Path) -> None:
    before = rows_of(second)
    assert before["alembic_version"] == [{"version_num": "0002"}]
    assert upgrade_schema(f"sqlite:///{second}") == head_revision()
    after = rows_of(second)
    assert {table for table in before if not before[table]} == set()
    for table in before.keys() - {"alembic_version"}:
        assert after[table] == before[table]
    assert after.keys() - before.keys() == {
        "contexts", "summaries", "bible_entries", "bible_facts", "threads", "findings",
        "voice_sheets", "passage_locks", "author_marks",
    } | FLEET  # fmt: skip
    for table in after.keys() - before.keys():
        assert after[table] == []


def test_the_guards_of_the_second_schema_stay(second: Path) -> None:
    before = triggers_of(second)
    upgrade_schema(f"sqlite:///{second}")
    after = triggers_of(second)
    assert len(before) == 14
    assert before.items() <= after.items()
    assert "bible_facts_never_change" in after.keys() - before.keys()


def test_changes_of_the_second_schema_are_undone_and_made_again(second: Path) -> None:
    url = f"sqlite:///{second}"
    upgrade_schema(url)
    with open_store(url) as store, store.writing() as work:
        branch_id = work.novels.find("The Keeper").active_branch_id
        renamed = work.texts.of_branch(branch_id)
        assert all(("Agathe" in text) == (number != 2) for number, text in renamed)
        change = work.changes.undo(branch_id)
        assert (change.kind, change.after.entries) == (ChangeKind.RENAME, ())
        assert not any("Agathe" in text for _, text in work.texts.of_branch(branch_id))
        work.changes.redo(branch_id)
        assert "Agathe" in dict(work.texts.of_branch(branch_id))[3]


def test_a_novel_of_the_second_schema_can_be_branched(second: Path) -> None:
    url = f"sqlite:///{second}"
    upgrade_schema(url)
    with open_store(url) as store, store.writing() as work:
        novel = work.novels.find("Unfinished")
        fork = BranchFork(novel.id, "what if", novel.active_branch_id, 2, 1)
        branch = work.branches.fork(fork)
        cut = work.chapters.last(branch.id)
        assert cut is not None
        assert work.segments.context(cut.revision.id, 0) is None
        assert work.facts.of_branch(branch.id) == []


@pytest.fixture
def third(tmp_path: Path) -> Path:
    return Path(shutil.copy(THIRD, tmp_path / "third.db"))


def test_what_was_written_in_the_third_schema_stays_to_the_byte(third: Path) -> None:
    before, guards = rows_of(third), triggers_of(third)
    assert before["alembic_version"] == [{"version_num": "0003"}]
    assert upgrade_schema(f"sqlite:///{third}") == head_revision()
    after = rows_of(third)
    assert {table for table in before if not before[table]} == {"inbox", "revision_cuts"}
    for table in before.keys() - {"alembic_version"}:
        assert after[table] == before[table]
    assert after.keys() - before.keys() == {"author_marks"} | FLEET
    for table in after.keys() - before.keys():
        assert after[table] == []
    new_guards = triggers_of(third)
    assert guards.items() <= new_guards.items()
    assert new_guards.keys() - guards.keys() == {
        "author_marks_are_never_deleted", "author_marks_stay_where_they_belong",
    }  # fmt: skip


def test_a_novel_of_the_third_schema_takes_marks_and_keeps_what_it_knows(third: Path) -> None:
    url = f"sqlite:///{third}"
    upgrade_schema(url)
    with open_store(url) as store, store.writing() as work:
        novel = work.novels.find("The Keeper")
        branch_id = novel.active_branch_id
        mark = work.author_marks.add(
            NewMark(novel.id, branch_id, 1, MarkKind.NOTE, "why?", {"offset": 0})
        )
        assert work.author_marks.of_branch(branch_id) == [mark]
        assert any("scar" in fact.text for fact in work.facts.of_branch(branch_id))
        assert [lock.chapter for lock in work.passage_locks.of_branch(branch_id)] == [1]
        assert work.changes.undo(branch_id).kind is ChangeKind.BIBLE
        assert work.changes.undo(branch_id).kind is ChangeKind.RENAME


@pytest.fixture
def fourth(tmp_path: Path) -> Path:
    return Path(shutil.copy(FOURTH, tmp_path / "fourth.db"))


def test_what_was_written_in_the_fourth_schema_stays_to_the_byte(fourth: Path) -> None:
    before, guards = rows_of(fourth), triggers_of(fourth)
    assert before["alembic_version"] == [{"version_num": "0004"}]
    assert [row["title"] for row in before["novels"]] == ["The Keeper", "Salt"]
    assert len(before["author_marks"]) == 1
    assert upgrade_schema(f"sqlite:///{fourth}") == head_revision()
    after = rows_of(fourth)
    for table in before.keys() - {"alembic_version"}:
        assert after[table] == before[table]
    assert after.keys() - before.keys() == FLEET
    assert all(after[table] == [] for table in FLEET)
    assert triggers_of(fourth) == guards


def test_a_novel_of_the_fourth_schema_can_be_queued_and_is_otherwise_the_same(
    fourth: Path,
) -> None:
    url = f"sqlite:///{fourth}"
    upgrade_schema(url)
    with open_store(url) as store:
        novel = novels(store)["Salt"]
        with store.writing() as work:
            assert [mark.kind for mark in work.author_marks.of_branch(novel.active_branch_id)] == [
                MarkKind.NOTE
            ]
            assert work.fleet_tasks.all() == work.fleet_workers.present() == []
            assert work.fleet_workers.pause_request() is PauseRequest.NONE
            job = work.fleet_tasks.add_job(NewJob(novel.id, JobKind.WRITE), TaskKind.WRITE)
            assert [task.job_id for task in work.fleet_tasks.of_novel(novel.id)] == [job.id]
            assert work.novels.get(novel.id) == novel
