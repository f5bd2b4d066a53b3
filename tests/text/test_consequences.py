"""Consequences: what a real change makes doubtful is listed, what changes nothing is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.consequences import (
    MAX_CONSEQUENCES,
    MAX_PER_PARAGRAPH,
    Consequence,
    find_consequences,
    is_still_true,
)
from novelgen.text.suspects import ConsequenceKind

CHAPTER = """Clara Voss climbed the twelve steps to the lighthouse and knocked. Her blue eyes were \
tired, and the wind had loosened her hair.

"You are late," said the keeper. He limped with his left leg, and his big hands held a lamp. \
Martin, his nephew, was asleep in the small room behind the stair.

The bridge had burned in March, he told her, and since then nobody had come over from Ostrava. \
The lamp had been built in 1912. He walked quickly to the window and looked out at the grey water. \
A letter lay beneath the walnut cabinet. Rosalind Marsh had forged it, and Clara never learned \
why."""

LATER = [
    (
        8,
        """The big house stood on the hill above the small town, and the grey water was quiet.

Clara walked quickly down the road. She looked at the window, knocked at the door and held her \
hair out of the wind. "You are late," said a tired man with a lamp in his hands.""",
    ),
    (
        9,
        """She counted the twelve steps again; above them stood the lighthouse.

He had never forgotten those blue eyes. His left leg hurt when it rained.

Since the bridge burned, one had to row. It was in March that it happened, and the bridge was \
missed. Over the door stood 1912.""",
    ),
    (
        11,
        """In Ostrava the bells rang. Martin heard them, and so did Clara.

Rosalind laughed when they asked whether she had forged anything. The walnut cabinet was opened.""",
    ),
]

HARMLESS = [
    ("Clara Voss climbed", "Clara Voss  climbed"),
    ("knocked. Her", "knocked; her"),
    ('"You are late,"', "“You are late,”"),
    ("tired, and", "tired and"),
    ("climbed", "climbs"),
    ("had loosened", "was loosening"),
    ("held a lamp", "hold a lamp"),
    ("told her", "tells her"),
    ("was asleep", "is asleep"),
    ("big hands", "large hands"),
    ("small room", "little room"),
    ("walked quickly", "strode swiftly"),
    ("looked out", "gazed out"),
    ("quickly", "fast"),
    ("grey water", "gray water"),
    ("Her blue eyes were tired", "Her blue eyes were weary"),
    ("The lamp had been built in 1912.", "In 1912 the lamp had been built."),
    ("twelve steps", "12 steps"),
    ("knocked", "knokced"),
    ("window", "widnow"),
    ("nobody had come over", "nobody came over"),
    (
        "He limped with his left leg, and his big hands held a lamp.",
        "His big hands held a lamp, and he limped with his left leg.",
    ),
    ("\n\nThe bridge", " The bridge"),
    (" He walked quickly to the window and looked out at the grey water.", ""),
    ('"You are late," said the keeper. ', ""),
    ("was asleep in", "slept in"),
    ("told her", "said"),
    ("the wind had", "the breeze had"),
]


def found(
    old: str, new: str, before: tuple[tuple[int, str], ...] = ()
) -> list[tuple[str, str, int]]:
    consequences = find_consequences(
        CHAPTER, CHAPTER.replace(old, new), iter(LATER), before=iter(before)
    )
    return [(one.kind.value, one.term, one.chapter * 10 + one.paragraph) for one in consequences]


@pytest.mark.parametrize(("old", "new"), HARMLESS)
def test_what_changes_nothing_lists_nothing(old: str, new: str) -> None:
    assert old in CHAPTER
    assert found(old, new) == []
    corrected = find_consequences(CHAPTER.replace(old, new), CHAPTER, LATER)
    assert corrected == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("twelve", "thirty", [("number", "twelve", 91)]),
        ("blue eyes", "green eyes", [("fact", "blue", 92)]),
        ("left leg", "right leg", [("fact", "left", 92)]),
        ("burned", "held", [("fact", "burned", 93)]),
        ("March", "May", [("number", "March", 93)]),
        ("1912", "1921", [("number", "1912", 93)]),
        ("walnut cabinet", "oak chest", [("fact", "walnut", 112)]),
        ("Ostrava", "Brno", [("name", "Ostrava", 111)]),
        ("Martin", "Edgar", [("name", "Martin", 111)]),
        ("Rosalind Marsh had forged it, and", "And", [("name", "Rosalind", 112)]),
        (" A letter lay beneath the walnut cabinet.", "", [("event", "walnut", 112)]),
    ],
)
def test_what_changed_is_found_where_it_comes_up_again(
    old: str, new: str, expected: list[tuple[str, str, int]]
) -> None:
    assert found(old, new) == expected


def test_a_name_that_is_replaced_everywhere_is_listed_wherever_it_is_used() -> None:
    assert found("Clara", "Anna") == [("name", "Clara", 82), ("name", "Clara", 111)]


def test_a_name_that_still_stands_in_the_chapter_needs_the_company_it_had() -> None:
    old = CHAPTER + " Clara had hidden the sextant."
    new = CHAPTER + " Martin had hidden the sextant."
    later = [(8, "Clara slept.\n\nNobody but Clara knew of the hidden sextant.\n\nClara ate.")]
    listed = find_consequences(old, new, later)
    assert [(one.kind, one.term, one.paragraph) for one in listed] == [
        (ConsequenceKind.NAME, "Clara", 2)
    ]


def test_a_name_known_before_is_not_doubtful_because_one_chapter_lost_it() -> None:
    known = ((1, "They lived in Ostrava, and Martin had been born in Ostrava."),)
    assert found("over from Ostrava", "over", known) == []
    assert found("over from Ostrava", "over") == [("name", "Ostrava", 111)]


def test_what_the_chapter_still_says_elsewhere_is_not_doubtful() -> None:
    said_twice = CHAPTER + " They opened the walnut cabinet in the end."
    new = said_twice.replace("A letter lay beneath the walnut cabinet.", "")
    assert find_consequences(said_twice, new, LATER) == []


def test_a_rewritten_chapter_lists_the_people_it_lost_and_no_words() -> None:
    new = "Clara saw the sea. " + "Nothing here is as it was, and the storm went on for days. " * 30
    listed = [(one.kind, one.term) for one in find_consequences(CHAPTER, new, LATER)]
    assert {kind for kind, _ in listed} == {ConsequenceKind.NAME}
    assert {term for _, term in listed} == {"Martin", "Ostrava", "Rosalind"}


def test_to_restore_the_text_or_to_mend_the_passage_settles_it() -> None:
    new = CHAPTER.replace("blue eyes", "green eyes")
    [consequence] = find_consequences(CHAPTER, new, LATER)
    later = LATER[1][1]
    assert is_still_true(consequence, new, later)
    assert is_still_true(consequence, new.replace("\n\n", "\n"), later.replace(" ", "  "))
    assert not is_still_true(consequence, CHAPTER, later)
    assert not is_still_true(consequence, new, later.replace("blue", "green"))
    # Changed once more, but not back: the later passage fits as little as before.
    assert is_still_true(consequence, new.replace("green eyes", "dark eyes"), later)


def test_a_deletion_is_settled_when_the_sentence_is_back() -> None:
    new = CHAPTER.replace(" A letter lay beneath the walnut cabinet.", "")
    [consequence] = find_consequences(CHAPTER, new, LATER)
    assert consequence.after == ""
    assert is_still_true(consequence, new, LATER[2][1])
    assert not is_still_true(consequence, CHAPTER, LATER[2][1])


def test_the_list_is_bounded_in_order_and_of_the_nearest_chapters() -> None:
    mention = (
        "He spoke of Ostrava once more. Ostrava it was. In Ostrava he slept. By Ostrava he wept."
    )
    later = [(number, "\n".join([mention] * 30)) for number in (30, 10, 20)]
    listed = find_consequences(CHAPTER, CHAPTER.replace("Ostrava", "Brno"), later)
    places = [(one.chapter, one.paragraph) for one in listed]
    assert places == sorted(places)
    assert len(listed) <= MAX_CONSEQUENCES
    assert max(places.count(place) for place in places) <= MAX_PER_PARAGRAPH
    assert places[0] == (10, 1)


@given(
    st.integers(0, len(CHAPTER)),
    st.integers(0, 300),
    st.sampled_from(["", "Anna", " 7 ", "\x00\u202e"]),
)
def test_whatever_is_listed_is_true(start: int, length: int, inserted: str) -> None:
    new = CHAPTER[:start] + inserted + CHAPTER[start + length :]
    texts = dict(LATER)
    for one in find_consequences(CHAPTER, new, LATER):
        assert isinstance(one, Consequence)
        assert is_still_true(one, new, texts[one.chapter])
        assert not is_still_true(one, CHAPTER, texts[one.chapter])
        assert len(one.passage) <= 300
        paragraphs = [line for line in texts[one.chapter].split("\n") if line.strip()]
        assert one.passage in paragraphs[one.paragraph - 1]


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_taken(old: str, new: str, later: str) -> None:
    for one in find_consequences(old, new, [(2, later)]):
        assert is_still_true(one, new, later)


@pytest.mark.parametrize(
    ("old", "new", "later"),
    [
        (CHAPTER, CHAPTER.replace("Ostrava", "Brno"), "He came to Ostrava. " * 250_000),
        (CHAPTER, CHAPTER.replace("twelve", "thirty"), "two " * 500_000),
        ("a" * 3_000_000, "b" * 3_000_000, "a" * 3_000_000),
        ("He saw Ann. " * 50_000, "He saw Bob. " * 50_000, "\x00\u202e\ud800 an Ann " * 50_000),
        ("", CHAPTER, "\n" * 1_000_000),
        (CHAPTER, "", "".join(text for _, text in LATER)),
    ],
    ids=["one paragraph", "numbers", "one word", "controls", "blank lines", "emptied"],
)
def test_hostile_texts_take_seconds(old: str, new: str, later: str) -> None:
    started = time.perf_counter()
    listed = find_consequences(old, new, [(2, later)])
    assert time.perf_counter() - started < 60
    assert len(listed) <= MAX_CONSEQUENCES
    assert all(is_still_true(one, new, later) for one in listed)
