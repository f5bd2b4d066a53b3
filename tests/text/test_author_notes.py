"""Notes of an author: taken out of what is typed, put back, never lost and never in the prose."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from novelgen.text.author_notes import join_notes, note_spans, split_notes, without_notes
from novelgen.text.manuscript_text import read_handed_in, read_typed
from novelgen.text.words import count_words

PIECES = st.sampled_from(
    ["Mara", "ran", " ", " ", "\n", "\n\n", ",", ".", "[", "]", "[[", "]]", "[[why?]]", "[[a\nb]]",
     "[[x]] [[y]]", "* * *", "#", "é", "—", "the door, and then"]
)  # fmt: skip
TYPED = st.lists(PIECES, max_size=30).map("".join)


@pytest.mark.parametrize(
    ("typed", "prose", "bodies"),
    [
        ("Mara ran [[why?]] home.", "Mara ran home.", ["why?"]),
        ("Mara ran [[why?]], then fell.", "Mara ran, then fell.", ["why?"]),
        ("Mara[[or Anna]] ran.", "Mara ran.", ["or Anna"]),
        ("[[start]] Mara ran.", "Mara ran.", ["start"]),
        ("Mara ran. [[end]]", "Mara ran.", ["end"]),
        ("Mara ran.\n\n[[a scene\n\nis missing]]\n\nShe fell.", "Mara ran.\n\nShe fell.",
         ["a scene\n\nis missing"]),
        ("[[only]]", "", ["only"]),
        ("Mara [[a]] [[b]] ran.", "Mara ran.", ["a", "b"]),
        ("Mara [[ran home.", "Mara [[ran home.", []),
        ("Mara ]] ran [home] ].", "Mara ]] ran [home] ].", []),
        ("[[[deep]]] Mara", "Mara", ["[deep]"]),
        ("* * * [[jump]]", "* * *", ["jump"]),
        ("Mara [[]] ran.", "Mara ran.", [""]),
    ],
)  # fmt: skip
def test_notes_are_taken_out_and_put_back(typed: str, prose: str, bodies: list[str]) -> None:
    found, notes = split_notes(typed)
    assert found == prose
    assert [note.body for note in notes] == bodies
    assert join_notes(found, notes) == typed


@settings(max_examples=600)
@given(TYPED)
def test_what_was_taken_out_comes_back(typed: str) -> None:
    prose, notes = split_notes(typed)
    assert note_spans(prose) == []
    again = join_notes(prose, notes)
    assert split_notes(again) == (prose, notes)
    assert len(notes) == len(note_spans(typed))
    assert join_notes(*split_notes(again)) == again


@settings(max_examples=600)
@given(TYPED, TYPED)
def test_no_note_is_lost_and_no_prose_changed_when_the_prose_is_another(
    typed: str, other: str
) -> None:
    _, notes = split_notes(typed)
    prose, _ = split_notes(other)
    found, kept = split_notes(join_notes(prose, notes))
    assert found == prose
    assert sorted(note.body for note in kept) == sorted(note.body for note in notes)


@settings(max_examples=300)
@given(TYPED)
def test_notes_never_count_as_words(typed: str) -> None:
    bare, removed = without_notes(typed)
    assert removed == note_spans(typed)
    prose, _ = split_notes(typed)
    assert count_words(bare) == count_words(prose)


@settings(max_examples=300)
@given(TYPED)
def test_reading_what_is_typed_twice_changes_nothing_more(typed: str) -> None:
    once = read_typed(typed)
    assert (once.text, list(once.notes)) == split_notes(typed)
    assert read_typed(join_notes(once.text, once.notes)) == once


def test_a_note_goes_where_the_words_around_it_have_gone() -> None:
    _, notes = split_notes("One thing.\n\nThe tall clock struck [[which hour?]] and she woke.")
    moved = "A new beginning, and a long one.\n\nOne thing.\n\nThe tall clock struck and she woke."
    assert "clock struck [[which hour?]] and" in join_notes(moved, notes)
    half = "Another beginning.\n\nThe tall clock struck twelve; nobody woke."
    assert "clock struck [[which hour?]] twelve" in join_notes(half, notes)
    gone = "Nothing of that.\n\nIs here any more."
    assert join_notes(gone, notes) == "Nothing of that.\n\n[[which hour?]] Is here any more."


def test_a_file_may_hold_notes_over_lines_and_in_its_heading() -> None:
    handed_in = read_handed_in("# The Door [[better title]]\n\nMara ran\nhome [[or\n\nnot]].\n")
    assert handed_in.title == "The Door"
    assert handed_in.text == "Mara ran home."
    assert join_notes(handed_in.text, handed_in.notes) == (
        "[[better title]]\n\nMara ran home [[or\n\nnot]]."
    )
