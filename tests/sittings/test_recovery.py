"""Recovered text: it is found, shown, and becomes what the person says; nothing is overwritten."""

from pathlib import Path

import pytest

from novelgen.errors import NotFoundError, UsageError
from novelgen.generation.editing import TextKeptAside
from novelgen.sittings.holding import ChapterHeld
from novelgen.sittings.journal_reading import read_journal
from novelgen.sittings.places import discarded_folder
from novelgen.sittings.recovered_text import move_unreadable, recovered_texts
from novelgen.sittings.recovery import keep_aside, take_up, throw_away, write_out
from novelgen.sittings.sitting import Sitting
from storage.records import RevisionOrigin, RevisionState
from storage.store import open_store
from tests.sittings.conftest import OPENING, Room


def test_what_was_left_unsaved_is_found(room: Room) -> None:
    recovered = room.left_behind(" A lamp", " burned.")
    assert (recovered.chapter, recovered.branch_id) == (1, room.place.branch_id)
    assert recovered.text == f"{OPENING} A lamp burned."
    assert recovered.begun.revision_id == room.seen().revision.id
    assert recovered.is_current and recovered.can_take_up and recovered.can_keep_aside
    assert not recovered.torn and recovered.when.tzinfo is not None
    assert room.seen().text == OPENING
    assert recovered_texts(room.paths, room.desk.store, None) == [recovered]


def test_one_with_a_torn_end_says_so(room: Room) -> None:
    room.left_behind(" A lamp", " burned.")
    data = room.journal.read_bytes()
    room.journal.write_bytes(data[:-3])
    (recovered,) = room.recovered()
    assert recovered.torn and recovered.text == f"{OPENING} A lamp"


def test_what_the_chapter_says_already_is_taken_away(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    room.edit(recovered.text)
    assert room.recovered() == [] and not room.journal.exists()


def test_what_was_only_begun_is_taken_away_though_the_chapter_changed(room: Room) -> None:
    with room.sit() as sitting:
        sitting.typed(0, 0, "X")
        sitting.typed(0, 1, "")
        as_it_is = room.journal.read_bytes()
    room.journal.write_bytes(as_it_is)
    room.edit("Another text.")
    assert room.recovered() == []


def test_it_is_taken_up_and_saved(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    with take_up(room.desk.store, room.paths, recovered) as sitting:
        assert sitting.is_changed and sitting.buffer == recovered.text
        assert room.recovered() == [] and room.journal.exists()
        sitting.typed(0, 0, "So. ")
        assert read_journal(room.journal).text == sitting.buffer
        sitting.save()
    assert room.seen().text == f"So. {OPENING} A lamp burned."
    assert room.recovered() == []


def test_one_that_is_taken_up_and_left_again_is_recovered_again(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    take_up(room.desk.store, room.paths, recovered).close()
    (again,) = room.recovered()
    assert (again.text, again.begun) == (recovered.text, recovered.begun)


def test_after_the_chapter_changed_it_is_kept_beside_it(room: Room) -> None:
    recovered = room.left_behind(" Mine.")
    room.edit("Somebody else was here.")
    (recovered,) = room.recovered()
    assert not recovered.is_current and recovered.can_take_up
    with take_up(room.desk.store, room.paths, recovered) as sitting:
        with pytest.raises(TextKeptAside):
            sitting.save()
        assert sitting.is_changed
    assert room.seen().text == "Somebody else was here."


def test_a_text_that_was_begun_before_the_chapter_was_there(room: Room) -> None:
    with room.sit(2) as sitting:
        sitting.typed(0, 0, "Mine.")
    room.desk.edit(2, "Somebody else was here.")
    (recovered,) = room.recovered()
    assert (recovered.chapter, recovered.is_current) == (2, False)
    with take_up(room.desk.store, room.paths, recovered) as sitting, pytest.raises(TextKeptAside):
        sitting.save()
    assert room.desk.text(2) == "Somebody else was here."


def test_it_is_kept_as_a_revision_beside_the_chapter(room: Room) -> None:
    with room.sit() as sitting:
        end = len(OPENING)
        sitting.typed(end, end, " A lamp burned.", by_machine=True)
    (recovered,) = room.recovered()
    assert recovered.machine == ((end, end + 15),)
    begun = room.seen().revision
    room.edit("Another text.")
    revision = keep_aside(room.desk.store, room.paths, recovered)
    assert (revision.origin, revision.state) == (RevisionOrigin.EDITED, RevisionState.COMPLETE)
    assert (revision.parent_id, revision.number) == (begun.id, 3)
    assert room.seen().text == "Another text." and room.recovered() == []
    with room.desk.store.reading() as work:
        chapter = work.chapters.get(room.place.branch_id, 1)
        assert chapter is not None
        assert work.texts.of_revision(revision.id) == recovered.text
    room.edit(recovered.text)


def test_it_is_thrown_away_and_still_there_for_a_while(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    throw_away(room.paths, recovered)
    assert room.recovered() == []
    (kept,) = discarded_folder(room.paths).iterdir()
    assert read_journal(kept).text == recovered.text


def test_it_is_written_to_a_file(room: Room, tmp_path: Path) -> None:
    recovered = room.left_behind(" A lamp burned.")
    target = tmp_path / "out.txt"
    assert write_out(recovered, target) == target
    assert target.read_text() == f"{OPENING} A lamp burned.\n"
    with pytest.raises(UsageError, match="exists"):
        write_out(recovered, target)
    assert len(room.recovered()) == 1


def test_a_novel_that_is_gone_leaves_text_that_can_be_written_out(
    room: Room, tmp_path: Path
) -> None:
    room.left_behind(" A lamp burned.")
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as other:
        (recovered,) = recovered_texts(room.paths, other, None)
        assert not (recovered.can_take_up or recovered.can_keep_aside or recovered.is_current)
        with pytest.raises(UsageError, match="begun from is gone"):
            take_up(other, room.paths, recovered)
        with pytest.raises(UsageError, match="is gone"):
            keep_aside(other, room.paths, recovered)
        write_out(recovered, tmp_path / "out.txt")
        throw_away(room.paths, recovered)
        assert recovered_texts(room.paths, other, None) == []


def test_a_second_window_that_was_slower_is_told(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    sitting = take_up(room.desk.store, room.paths, recovered)
    for act in (keep_aside, take_up):
        with pytest.raises(ChapterHeld):
            act(room.desk.store, room.paths, recovered)
    sitting.typed(0, 0, "More. ")
    sitting.close()
    with pytest.raises(NotFoundError, match="not there any more"):
        throw_away(room.paths, recovered)
    (newer,) = room.recovered()
    assert newer.text.startswith("More. ")


def test_opening_the_chapter_does_not_touch_what_was_left(room: Room) -> None:
    first = room.left_behind(" First.")
    with room.sit() as sitting:
        assert sitting.buffer == OPENING
        sitting.typed(0, 0, "Second. ")
    newer, older = room.recovered()
    assert (newer.text, older.text) == (f"Second. {OPENING}", first.text)
    with take_up(room.desk.store, room.paths, older) as sitting:
        sitting.save()
    (left,) = room.recovered()
    assert left.text == newer.text and not left.is_current


def test_what_was_typed_since_a_save_that_the_journal_did_not_hear_of(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sitting, "_settle", lambda *_: None)
    with room.sit() as sitting:
        sitting.typed(0, 0, "Saved. ")
        sitting.save()
        sitting.typed(0, 0, "Since. ")
    (recovered,) = room.recovered()
    assert recovered.text == f"Since. Saved. {OPENING}"
    assert recovered.is_current and recovered.begun.revision_id == room.seen().revision.id
    monkeypatch.undo()
    with take_up(room.desk.store, room.paths, recovered) as sitting:
        sitting.save()
    assert room.seen().text == recovered.text


def test_one_that_cannot_be_read_is_put_aside_and_told_once(room: Room) -> None:
    room.left_behind(" A lamp burned.")
    data = b"?" + room.journal.read_bytes()[1:]
    room.journal.write_bytes(data)
    assert room.recovered() == [] and room.journal.exists()
    (moved,) = move_unreadable(room.paths, room.place.novel_id)
    assert moved.read_bytes() == data and not room.journal.exists()
    assert move_unreadable(room.paths, None) == []


def test_files_that_are_no_journals_are_passed_over(room: Room) -> None:
    recovered = room.left_behind(" A lamp burned.")
    folder = room.journal.parent
    for name in (f"{room.place.novel_id}-notes.journal", f"{room.journal.name}.0a.new"):
        (folder / name).write_text("something else")
    assert room.recovered() == [recovered] and move_unreadable(room.paths, None) == []
    room.sit().close()
    assert not list(folder.glob("*.new"))
