"""A sitting: what is typed is journalled, saved when the person says so, and never lost between."""

import threading
from collections.abc import Callable

import pytest

from novelgen.errors import UsageError
from novelgen.generation import editing
from novelgen.generation.editing import TextKeptAside
from novelgen.generation.novel_context import RunLimits
from novelgen.manuscript.origins import WordOrigin, words_by_origin
from novelgen.sittings import sitting as sitting_module
from novelgen.sittings.journal_reading import read_journal
from novelgen.sittings.places import discarded_folder
from novelgen.sittings.recovery import take_up
from novelgen.sittings.sitting import Sitting
from storage.records import MACHINE_WORDS, RevisionOrigin
from tests.generation.conftest import Desks
from tests.sittings.conftest import OPENING, Room

AUTHOR, EDITED, MACHINE = WordOrigin.AUTHOR, WordOrigin.EDITED, WordOrigin.MACHINE
Pen = Callable[[Sitting, str], None]


def origins(room: Room) -> dict[WordOrigin, int]:
    with room.desk.store.reading() as work:
        chapter = work.chapters.get(room.place.branch_id, 1)
        assert chapter is not None
        return dict(words_by_origin(work, chapter))


def test_nothing_is_written_before_something_is_typed(room: Room) -> None:
    with room.sit() as sitting:
        assert (sitting.buffer, sitting.machine, sitting.is_changed) == (OPENING, (), False)
        assert not room.journal.exists()
    assert not room.journal.exists()


def test_what_is_typed_is_in_the_journal_at_once(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        pen(sitting, " A “lamp” — \x1b[31m\x00\n\ud800.")
        sitting.typed(0, 6, "No one")
        left = read_journal(room.journal)
        assert (left.text, left.machine, left.torn) == (sitting.buffer, sitting.machine, False)
        assert left.begun.revision_id == room.seen().revision.id
        assert room.journal.stat().st_mode & 0o777 == 0o600
        assert sitting.is_changed and sitting.trouble is None


def test_a_save_makes_one_revision_and_takes_the_journal_away(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        pen(sitting, " A lamp burned.")
        assert room.revisions() == 1
        edited = sitting.save()
        assert edited.is_changed and room.revisions() == 2
        assert not sitting.is_changed and not room.journal.exists()
        assert room.seen().text == sitting.buffer == f"{OPENING} A lamp burned."
        assert not sitting.save().is_changed and room.revisions() == 2
        pen(sitting, " It went out.")
        assert read_journal(room.journal).begun.revision_id == edited.revision.id
        sitting.save()
        assert sitting.before.revision is not None
        assert sitting.before.revision.parent_id == edited.revision.id
    assert room.revisions() == 3 and room.recovered() == []


def test_what_was_typed_and_taken_back_leaves_nothing(room: Room) -> None:
    with room.sit() as sitting:
        sitting.typed(0, 0, "X")
        sitting.restored(OPENING)
        assert not sitting.is_changed and read_journal(room.journal).text == OPENING
    assert not room.journal.exists()


def test_the_next_chapter_is_begun_in_a_sitting(room: Room, pen: Pen) -> None:
    with room.sit(2) as sitting:
        assert sitting.buffer == ""
        pen(sitting, "It rained.")
        assert sitting.save().revision.chapter_number == 2
    assert room.desk.text(2) == "It rained."


def test_an_empty_text_is_not_saved_and_stays_journalled(room: Room) -> None:
    with room.sit() as sitting:
        sitting.typed(0, len(OPENING), "")
        with pytest.raises(UsageError, match="is empty"):
            sitting.save()
        assert sitting.is_changed and read_journal(room.journal).text == ""
    assert room.seen().text == OPENING


def test_a_text_that_comes_too_late_stays_in_the_journal_too(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        pen(sitting, " Mine.")
        room.edit("Somebody else was faster.")
        with pytest.raises(TextKeptAside, match="kept as its revision 3"):
            sitting.save()
        assert sitting.is_changed and read_journal(room.journal).text == sitting.buffer
    assert room.seen().text == "Somebody else was faster."


def test_what_is_typed_during_a_save_stays_unsaved_and_journalled(
    room: Room, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_saving, may_go_on = threading.Event(), threading.Event()

    def slow_edit(*given: object, **named: object) -> object:
        is_saving.set()
        assert may_go_on.wait(60)
        return editing.edit_chapter(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(sitting_module, "edit_chapter", slow_edit)
    with room.sit() as sitting:
        pen(sitting, " Before.")
        worker = threading.Thread(target=sitting.save)
        worker.start()
        assert is_saving.wait(60)
        pen(sitting, " Mean")
        assert read_journal(room.journal).text == f"{OPENING} Before. Mean"
        may_go_on.set()
        pen(sitting, "while.")
        worker.join()
        assert room.seen().text == f"{OPENING} Before."
        assert sitting.is_changed and sitting.buffer == f"{OPENING} Before. Meanwhile."
        left = read_journal(room.journal)
        assert left.text == sitting.buffer
        assert left.begun.revision_id == room.seen().revision.id
        pen(sitting, " After.")
        assert read_journal(room.journal).text == sitting.buffer
    (recovered,) = room.recovered()
    assert recovered.text == f"{OPENING} Before. Meanwhile. After." and recovered.is_current


def test_saving_again_and_again_while_somebody_types(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        typist = threading.Thread(target=pen, args=(sitting, " word" * 300))
        typist.start()
        while typist.is_alive():
            sitting.save()
            if room.journal.exists() and not typist.is_alive():
                assert read_journal(room.journal).text == sitting.buffer
        typist.join()
        sitting.save()
        assert room.seen().text == f"{OPENING}{' word' * 300}"
    assert not room.journal.exists()


def test_a_death_between_a_save_and_its_journal_is_no_recovered_text(
    room: Room, pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal does not hear of the save; what was typed since goes on from it all the same."""
    sitting = room.sit()
    pen(sitting, " Saved.")
    monkeypatch.setattr(Sitting, "_settle", lambda *_: None)
    sitting.save()
    as_it_is = room.journal.read_bytes()
    sitting.close()
    room.journal.write_bytes(as_it_is)
    assert room.recovered() == [] and not room.journal.exists()
    room.journal.write_bytes(as_it_is)

    monkeypatch.undo()
    sitting = room.sit()
    (left,) = room.journal.parent.glob("*.1.journal")
    assert left.read_bytes() == as_it_is, "one that is in the way is kept"
    sitting.close()


def test_discarded_text_is_kept_for_a_while(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        for number in range(23):
            pen(sitting, f" Version {number}.")
            sitting.discard()
            assert (sitting.buffer, sitting.is_changed) == (OPENING, False)
        assert not room.journal.exists()
    kept = {read_journal(each).text for each in discarded_folder(room.paths).iterdir()}
    assert len(kept) == 20 and f"{OPENING} Version 22." in kept
    assert room.recovered() == [] and room.revisions() == 1


def test_a_machine_s_words_are_marked_in_the_revision(room: Room, pen: Pen) -> None:
    with room.sit() as sitting:
        end = len(sitting.buffer)
        sitting.typed(end, end, "\n\n\nA lamp  burned behind it.", by_machine=True)
        pen(sitting, "\nI went in.")
        revision = sitting.save().revision
        assert revision.origin is RevisionOrigin.EDITED
        assert revision.provenance == {MACHINE_WORDS: [[13, 5]]}
    assert origins(room) == {AUTHOR: 16, MACHINE: 5}
    with room.sit() as sitting:
        ((start, end),) = sitting.machine
        assert sitting.buffer[start:end] == "A lamp burned behind it."
        sitting.typed(start, start + 1, "One")
        sitting.save()
    assert origins(room) == {AUTHOR: 16, EDITED: 1, MACHINE: 4}


def test_marks_come_back_with_an_undo_and_from_the_journal(room: Room) -> None:
    with room.sit() as sitting:
        end = len(sitting.buffer)
        sitting.typed(end, end, " A lamp burned.", by_machine=True)
        whole, marks = sitting.buffer, sitting.machine
        sitting.typed(0, len(whole), "Gone.")
        assert sitting.machine == ()
        sitting.restored(whole)
        assert sitting.machine == marks == ((end, end + 15),)
        left = read_journal(room.journal)
        assert (left.text, left.machine) == (whole, marks)


def test_words_that_a_run_writes_meanwhile_are_taken_in(desks: Desks, room: Room) -> None:
    room.desk = desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=200))
    with room.sit() as sitting:
        assert sitting.machine == ((0, len(sitting.buffer)),)
        sitting.typed(0, 0, "So it began. ")
        desk.write(limits=RunLimits(until_words=400))
        shown = sitting.buffer
        edited = sitting.save()
        assert edited.words_meanwhile > 0
        whole = room.seen().text
        assert sitting.buffer == shown == whole[: len(shown)] and not sitting.is_changed
        sitting.typed(0, 0, "Well. ")
        again = sitting.save()
        assert again.words_meanwhile == edited.words_meanwhile
        assert room.seen().text == f"Well. {whole}"
        sitting.typed(0, 0, "Now. ")
        change = sitting.take_in()
        assert change is not None and change.text == whole[len(shown) :]
        assert sitting.buffer == f"Now. Well. {whole}" and sitting.take_in() is None
        assert sitting.machine[-1][1] == len(sitting.buffer)
        assert read_journal(room.journal).text == sitting.buffer
        assert sitting.save().words_meanwhile == 0 and not sitting.is_changed
        assert room.seen().text == sitting.buffer
    assert origins(room)[AUTHOR] == 5


def test_a_sitting_that_is_over_takes_nothing(room: Room) -> None:
    sitting = room.sit()
    sitting.close()
    sitting.close()
    with pytest.raises(UsageError, match="not open any more"):
        sitting.typed(0, 0, "x")


@pytest.mark.parametrize("is_taken_in", [False, True])
def test_words_of_a_run_are_there_once_after_a_recovery(
    desks: Desks, room: Room, is_taken_in: bool
) -> None:
    room.desk = desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=200))
    with room.sit() as sitting:
        sitting.typed(0, 0, "So it began. ")
        desk.write(limits=RunLimits(until_words=400))
        sitting.save()
        whole = room.seen().text
        sitting.typed(0, 0, "Well. ")
        if is_taken_in:
            sitting.take_in()
    (recovered,) = room.recovered()
    assert recovered.is_current
    with take_up(desk.store, room.paths, recovered) as sitting:
        sitting.save()
    assert room.seen().text == f"Well. {whole}"


def test_notes_stand_in_the_buffer_and_are_no_part_of_the_text(room: Room, pen: Pen) -> None:
    room.edit("One two three. Four five six.", [[0, 3], [4, 2]])
    with room.sit() as sitting:
        sitting.typed(3, 3, " [[which one]]")
        sitting.typed(len(sitting.buffer), len(sitting.buffer), "\n[[the end]]\n")
        sitting.save()
        assert not sitting.is_changed
        assert room.seen().text == "One two three. Four five six."
        assert room.seen().revision.provenance[MACHINE_WORDS] == [[0, 3], [4, 2]]
    with room.sit() as sitting:
        text = "One [[which one]] two three. Four five six.\n\n[[the end]]"
        assert sitting.buffer == text
        marked = [text[start:end].strip() for start, end in sitting.machine]
        assert marked == ["One", "two three.", "five six."]
        pen(sitting, " [[more]]")
    (recovered,) = room.recovered()
    assert recovered.text.endswith("[[more]]"), "a note is a text to lose as well"
    with take_up(room.desk.store, room.paths, recovered) as sitting:
        assert not sitting.save().is_changed
    assert room.recovered() == []


def test_a_run_that_goes_on_from_a_save_is_no_other_hand(desks: Desks, room: Room) -> None:
    room.desk = desk = desks.desk(1_500)
    desk.write(limits=RunLimits(until_words=200))
    with room.sit() as sitting:
        sitting.typed(0, 0, "So it began. ")
        saved = sitting.save()
        desk.write(limits=RunLimits(until_words=400))
        assert room.seen().revision.id != saved.revision.id
        drawn = room.seen().text[len(sitting.buffer) :]
        sitting.typed(0, 0, "Well. ")
        edited = sitting.save()
        assert edited.words_meanwhile > 0
        assert room.seen().text == sitting.buffer + drawn
        sitting.take_in()
        assert sitting.buffer == room.seen().text
    with room.sit() as sitting:
        sitting.typed(0, 0, "Now. ")
        desk.write(limits=RunLimits(until_words=500))
    (recovered,) = room.recovered()
    assert recovered.is_current
    with take_up(desk.store, room.paths, recovered) as sitting:
        sitting.save()
    assert room.seen().text.startswith("Now. Well. So it began.")
    assert set(origins(room)) == {AUTHOR, MACHINE}
