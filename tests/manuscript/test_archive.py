"""A novel in JSON and back: all that was written and known of it, also as a copy beside itself."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from novelgen.errors import UsageError
from novelgen.generation.author_marks import add_mark, marks_of
from novelgen.generation.branching import branch_after
from novelgen.generation.editing import undo_change
from novelgen.generation.restoring import restore_novel
from novelgen.manuscript.archive.export import write_archive
from novelgen.manuscript.archive.reading import Archive, read_archive
from novelgen.manuscript.tree import read_manuscript
from storage.fleet_records import JobKind, NewJob, NewWorker, TaskKind, TaskState
from storage.mark_records import MarkKind
from storage.records import NovelRecord
from storage.store import Store, open_store
from tests.generation.conftest import Desk, Desks


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A novel with edits, a branch, a comment and something to undo; tests leave it as it is."""
    desks = Desks(tmp_path_factory.mktemp("lived-in"))
    yield _lived_in(desks.desk())
    desks.close()


def _lived_in(desk: Desk) -> Desk:
    desk.write()
    desk.edit(1, "Ann found the letter.\n\n* * *\n\nIt was *hers*.")
    add_mark(desk.store, desk.fresh(), 1, 0, 3, kind=MarkKind.COMMENT, body="Who is Ann?")
    branch_after(desk.store, desk.fresh(), 1, "other ending")
    desk.edit(2, "Another second chapter, by hand.")
    return desk


def archive_of(store: Store, novel: NovelRecord, *, is_whole: bool = True) -> bytes:
    file = io.BytesIO()
    with store.reading() as work:
        manuscript = read_manuscript(work, work.novels.summary(novel.id))
        write_archive(manuscript, file, work if is_whole else None)
    return file.getvalue()


def read(tmp_path: Path, raw: bytes) -> Archive:
    path = tmp_path / "novel.json"
    path.write_bytes(raw)
    return read_archive(path)


def everything(store: Store, novel_id: str) -> list[tuple[str, dict[str, Any]]]:
    with store.reading() as work:
        return list(work.archive.rows(novel_id))


def test_another_database_has_the_same_novel(lived_in: Desk, tmp_path: Path) -> None:
    raw = archive_of(lived_in.store, lived_in.fresh())
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        novel = restore_novel(other, read(tmp_path, raw))
        assert novel == lived_in.fresh()
        assert everything(other, novel.id) == everything(lived_in.store, novel.id)
        assert archive_of(other, novel) == raw


def test_beside_itself_it_is_a_copy(lived_in: Desk, tmp_path: Path) -> None:
    novel = lived_in.fresh()
    before = everything(lived_in.store, novel.id)
    copy = restore_novel(lived_in.store, read(tmp_path, archive_of(lived_in.store, novel)))
    assert copy.id != novel.id
    assert everything(lived_in.store, novel.id) == before
    after = everything(lived_in.store, copy.id)
    assert [table for table, _ in after] == [table for table, _ in before]
    with lived_in.store.reading() as work:
        marks = marks_of(work, copy.active_branch_id)
        names = [branch.name for branch in work.branches.of_novel(copy.id)]
        texts = [
            work.texts.of_revision(chapter.revision.id)
            for chapter in work.chapters.of_branch(copy.active_branch_id)
        ]
    assert texts == lived_in.chapters()
    assert sorted(names) == ["main", "other ending"]
    assert [mark.record.body for mark in marks] == ["Who is Ann?"]
    changed = undo_change(lived_in.store, copy)
    assert changed.change.before.chapters  # and the original is as it was
    assert everything(lived_in.store, novel.id) == before


def test_chapters_edited_in_the_file_are_told(lived_in: Desk, tmp_path: Path) -> None:
    def edit(document: Any) -> None:
        document["chapters"][0]["paragraphs"][0] += " And more."

    raw = _edited(archive_of(lived_in.store, lived_in.fresh()), edit)
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with pytest.raises(UsageError, match="chapter 1 is another") as told:
            restore_novel(other, read(tmp_path, raw))
        assert "--text-only" in told.value.remedy
        with other.reading() as work:
            assert work.novels.summaries() == []


def test_the_chapters_alone_are_a_manuscript(lived_in: Desk, tmp_path: Path) -> None:
    archive = read(tmp_path, archive_of(lived_in.store, lived_in.fresh(), is_whole=False))
    assert not archive.is_whole
    manuscript = archive.manuscript()
    assert [chapter.text for chapter in manuscript.chapters] == lived_in.chapters()
    assert manuscript.title == "The Keeper"


def _edited(raw: bytes, change: Any) -> bytes:
    document = json.loads(raw)
    change(document)
    return json.dumps(document).encode()


def _drop_revisions(document: Any) -> None:
    document["rows"] = [row for row in document["rows"] if row[0] != "revisions"]


def _twice(document: Any) -> None:
    document["rows"] = [row for row in document["rows"] for _ in range(2)]


def _bad_plan(document: Any) -> None:
    for table, row in document["rows"]:
        if table == "plans":
            row["structure"] = {"chapters": "none"}


def _bad_settings(document: Any) -> None:
    document["rows"][0][1]["settings"] = {}


def _bad_time(document: Any) -> None:
    document["rows"][0][1]["created_at"] = "yesterday"


def _bad_state(document: Any) -> None:
    document["rows"][0][1]["status"] = "asleep"


def _other_table(document: Any) -> None:
    document["rows"].append(["alembic_version", {"version_num": "9999"}])


def _other_column(document: Any) -> None:
    document["rows"][0][1]["password"] = "x"


def _other_text(document: Any) -> None:
    for table, row in document["rows"]:
        if table == "revision_texts":
            row["text"] += " More."


def _other_segment(document: Any) -> None:
    rows = document["rows"]
    standing = {row["revision_id"] for table, row in rows if table == "chapters"}
    segments = [row for table, row in rows if table == "segments"]
    row = next(row for row in segments if row["revision_id"] in standing)
    row["text"] = row["text"].upper()


def _another_novels_branch(document: Any) -> None:
    for table, row in document["rows"]:
        if table == "chapters":
            row["branch_id"] = "f" * 12


def _no_active_branch(document: Any) -> None:
    document["rows"][0][1]["active_branch_id"] = "0" * 12


@pytest.mark.parametrize(
    "change",
    [
        _drop_revisions, _twice, _bad_plan, _bad_settings, _bad_time, _bad_state, _other_table,
        _other_column, _no_active_branch, _other_text, _other_segment, _another_novels_branch,
        lambda document: document.update(rows=[]),
        lambda document: document.update(rows="none"),
        lambda document: document.update(rows=[["novels"]]),
    ],
)  # fmt: skip
def test_a_damaged_one_leaves_nothing(lived_in: Desk, tmp_path: Path, change: Any) -> None:
    raw = _edited(archive_of(lived_in.store, lived_in.fresh()), change)
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with pytest.raises(UsageError, match=r"damaged|cannot be imported"):
            restore_novel(other, read(tmp_path, raw))
        with other.reading() as work:
            assert work.novels.summaries() == []


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "cannot be imported"),
        (b"[1, 2]", "it is no novel"),
        (b"{" * 100_000, "cannot be imported"),
        (b"[" * 100_000, "cannot be imported"),
        (b'{"format": "novelgen-novel", "version": 99}', "newer novelgen"),
        (b'{"format": "novelgen-novel", "version": "x"}', "newer novelgen"),
        (b"\xff\xfe\x00", "cannot be imported"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, raw: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read(tmp_path, raw)


@pytest.mark.parametrize(
    "chapters",
    [None, [], [{}], [{"title": "x", "paragraphs": []}], [{"title": 1, "paragraphs": ["a"]}],
     [{"title": "x", "paragraphs": ["a", 1]}], [{"title": "x", "paragraphs": ["..."]}]],
)  # fmt: skip
def test_chapters_that_are_none_are_refused(tmp_path: Path, chapters: object) -> None:
    document = {"format": "novelgen-novel", "version": 1, "chapters": chapters}
    with pytest.raises(UsageError, match="cannot be imported"):
        read(tmp_path, json.dumps(document).encode()).manuscript()


@pytest.mark.parametrize("schema", ["0001", "0003", "9999"])
def test_another_schema_is_named(lived_in: Desk, tmp_path: Path, schema: str) -> None:
    raw = _of_schema(archive_of(lived_in.store, lived_in.fresh()), schema)
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        with pytest.raises(UsageError, match=f"schema {schema}"):
            restore_novel(other, read(tmp_path, raw))
        with other.reading() as work:
            assert work.novels.summaries() == []


def test_a_schema_whose_novels_have_the_same_rows_is_taken(lived_in: Desk, tmp_path: Path) -> None:
    raw = archive_of(lived_in.store, lived_in.fresh())
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        novel = restore_novel(other, read(tmp_path, _of_schema(raw, "0004")))
        assert novel == lived_in.fresh()
        assert archive_of(other, novel) == raw


def test_what_a_fleet_has_to_do_is_no_part_of_a_novel(lived_in: Desk) -> None:
    novel = lived_in.fresh()
    before = archive_of(lived_in.store, novel)
    with lived_in.store.writing() as work:
        worker = work.fleet_workers.enter(NewWorker("one", "desk", 1))
        job = work.fleet_tasks.add_job(NewJob(novel.id, JobKind.WRITE), TaskKind.WRITE)
        work.fleet_tasks.take(worker.id)
    assert archive_of(lived_in.store, novel) == before
    assert b"fleet" not in before
    with lived_in.store.writing() as work:
        (task,) = work.fleet_tasks.of_job(job.id)
        work.fleet_tasks.settle(task.id, worker.id, TaskState.DONE)
        work.fleet_tasks.remove_job(job.id)


def _of_schema(raw: bytes, schema: str) -> bytes:
    return _edited(raw, lambda document: document.update(schema=schema))
