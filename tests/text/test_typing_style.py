"""Texts that say the same and are typed otherwise; and places carried from one to the other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.carried_places import carried_by_items, carried_by_signs
from novelgen.text.smart_marks import smartened
from novelgen.text.typing_style import TypingStyle, as_typed_before, folded

OLD = [
    '"I can\'t," she said. "It is--how do I say it--too late..."',
    "He *never* came back.",
    "* * *",
    "The rain fell on the roof of the house all night, and nobody slept.",
]
PROSE = st.lists(
    st.text(st.sampled_from("abc  '\"-.,!?*_"))
    .map(lambda text: " ".join(text.split()))
    .filter(bool),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize(
    "typed",
    [
        "“I can’t,” she said. “It is—how do I say it—too late…”",
        "\u201cI can\u2019t,\u201d  she said.\u00a0“It is—how do I say it—too late....”",
    ],
)
def test_it_says_the_same(typed: str) -> None:
    assert folded(typed) == folded(OLD[0])


def test_italics_count_unless_they_are_to_be_ignored() -> None:
    assert folded("He _never_ came back.") == folded(OLD[1])
    assert folded("He never came back.") != folded(OLD[1])
    assert folded("He never came back.") == folded(OLD[1], ignores_marks=True)


def test_what_only_is_typed_otherwise_stays_to_the_letter() -> None:
    curly = [smartened(paragraph) for paragraph in OLD]
    assert curly != OLD
    assert as_typed_before(OLD, curly) == OLD


def test_a_change_is_typed_as_the_rest() -> None:
    curly = [smartened(paragraph) for paragraph in OLD]
    curly[0] = "“I can’t,” she whispered. “It is—how do I say it—too late… for us.”"
    curly.insert(1, "“No—no!”")
    typed = as_typed_before(OLD, curly)
    assert typed[0] == '"I can\'t," she whispered. "It is--how do I say it--too late... for us."'
    assert typed[1] == '"No--no!"'
    assert typed[2:] == OLD[1:]


def test_italics_that_a_file_lost_are_whole_or_gone() -> None:
    old = ["*He walked up a narrow path alone* and never came back to us."]
    new = ["He walked up a narrow path alone and wept."]
    typed = as_typed_before(old, new, ignores_marks=True)
    assert typed == ["*He walked up a narrow path alone* and wept."]
    torn = ["*He walked up a narrow path alone and wept bitterly.*"]
    typed = as_typed_before(torn, ["He walked up a narrow path alone again."], ignores_marks=True)
    assert typed == ["He walked up a narrow path alone again."]


def test_a_text_of_its_own_style_keeps_it() -> None:
    old = ["“I can’t,” she said—once."]
    assert as_typed_before(old, ["“I won’t,” she said—once…"]) == ["“I won’t,” she said—once…"]
    assert not TypingStyle.of(old[0]).is_straight


@given(PROSE, PROSE)
def test_words_of_the_new_text_are_neither_lost_nor_added(old: list[str], new: list[str]) -> None:
    typed = as_typed_before(old, new)
    assert [len(each.split()) for each in typed] == [len(each.split()) for each in new]
    assert [folded(each) for each in as_typed_before(new, new)] == [folded(each) for each in new]
    assert as_typed_before(new, new) == new


@given(PROSE)
def test_smart_marks_go_back_to_what_was(old: list[str]) -> None:
    curly = [smartened(paragraph) for paragraph in old]
    same = [folded(a) == folded(b) for a, b in zip(curly, old, strict=True)]
    typed = as_typed_before(old, curly)
    assert [a for a, is_same in zip(typed, same, strict=True) if is_same] == [
        b for b, is_same in zip(old, same, strict=True) if is_same
    ]


def test_places_behind_a_note_that_was_taken_out() -> None:
    text = "One two [[look\nthis up]] three."
    prose = "One two three."
    at = text.index("three")
    note = (text.index("[["), text.index("]]") + 2)
    assert carried_by_signs(text, [note], prose, [0, 4, at, at + 6, len(text)]) == [0, 4, 8, 14, 14]


def test_places_in_a_text_with_other_marks() -> None:
    text, other = "“Too late…” she said.", '"Too  late..." she said.'
    late, said = text.index("late"), text.index("said")
    places = carried_by_items(text, other, [late, late + 6, said, len(text)])
    assert other[places[0] : places[1]] == 'late..."'
    assert other[places[2] : places[3]] == "said."
