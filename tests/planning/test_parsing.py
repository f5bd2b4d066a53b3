"""What a small model answers, and what is taken from it."""

import pytest

from novelgen.planning.parsing import (
    Items,
    TitledBrief,
    parse_beats,
    parse_brief,
    parse_chapter,
    parse_members,
    parse_premise,
    parse_title,
    says_again,
    unified_names,
)


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (" The Salt Road\nSummary: x", "The Salt Road"),
        (' "The Salt Road."', "The Salt Road"),
        (" Title: **Ash**", "Ash"),
        (" The Last Hope, by Emily Somebody", "The Last Hope"),
        (" \x1b[31mRed\x1b[0m", "Red"),
        ("", None),
        ("...", None),
        (" one two three four five six seven eight nine", None),
        (" As an AI language model", None),
    ],
)
def test_titles(answer: str, title: str | None) -> None:
    assert parse_title(answer) == title


def test_a_chapter_needs_summary_and_title() -> None:
    answer = " Mara finds a bottle. She reads the letter. And th\nTitle: The Bottle\n"
    brief = "Mara finds a bottle. She reads the letter."
    assert parse_chapter(answer) == TitledBrief("The Bottle", brief, is_repaired=True)
    whole = parse_chapter(f" {brief}\nTitle: The Bottle\n")
    assert whole == TitledBrief("The Bottle", brief, is_repaired=False)
    assert parse_chapter(" Mara finds a bottle on the rocks.") is None
    assert parse_chapter(" unfinished thought about\nTitle: The Bottle") is None


def test_a_summary_alone_does_where_the_title_is_known() -> None:
    assert parse_brief(" Mara finds a bottle.\nTitle: Other\n") == TitledBrief(
        "", "Mara finds a bottle."
    )
    assert parse_brief(" nothing finished") is None


def test_beats_are_whole_sentences_each_once() -> None:
    answer = (
        "1. Mara finds the bottle. It is old.\n2) She reads the old letter.\n\n"
        '- He comes back at last.\n4. "I have told you all," said Mara.'
    )
    told = ("Mara finds the bottle.", "She reads the old letter.", "He comes back at last.")
    assert parse_beats(answer, 3) == Items(told, is_repaired=True)
    assert parse_beats(answer, 4) == Items(told, is_repaired=True)
    assert parse_beats("1. She reads the letter.\n2. She burns the letter.", 2) == Items(
        ("She reads the letter.", "She burns the letter."), is_repaired=False
    )
    twice = parse_beats("1. Same thing happens here.\n2. same thing happens here.", 2)
    assert twice == Items(("Same thing happens here.",), is_repaired=True)


def test_members_are_names_with_what_they_are() -> None:
    answer = "1. Anna Reed, a baker\n2. Daniel: her brother.\n3. Mrs Holt\n4. <|im_end|> nobody, x"
    assert parse_members(answer, 3) == [
        ("Anna Reed", "a baker"), ("Daniel", "her brother"), ("Mrs Holt", ""),
    ]  # fmt: skip
    assert parse_members("no list at all", 3) == []


@pytest.mark.parametrize(
    ("text", "unified"),
    [
        ("Corwin comes in.", "Corvin comes in."),
        ("Corvins come in.", "Corvins come in."),
        ("Corvin's hat. Corvi left.", "Corvin's hat. Corvin left."),
        ("Mary comes in.", "Mary comes in."),
        ("Hartman knows Corvin.", "Hartmann knows Corvin."),
        ("The cousin comes.", "The cousin comes."),
    ],
)
def test_names_are_written_as_in_the_cast(text: str, unified: str) -> None:
    assert unified_names(text, ["Mara Hale", "Corvin Hartmann"]) == unified


def test_a_premise_is_whole_sentences() -> None:
    assert parse_premise(" A ferryman meets a ghost. He must choo") == "A ferryman meets a ghost."
    assert parse_premise(" nothing finished here") is None


def test_beats_that_say_the_same_are_one() -> None:
    answer = (
        "1. Mara finds a letter in the lamp room.\n"
        "2. In the lamp room Mara finds a letter.\n"
        "3. Her brother burns it before she can read it."
    )
    found = parse_beats(answer, 3)
    assert found.items == (
        "Mara finds a letter in the lamp room.",
        "Her brother burns it before she can read it.",
    )
    assert found.is_repaired


def test_a_title_of_endless_hyphens_is_none() -> None:
    assert parse_title("The Logbook of the North-South-East-West-South-East-South") is None
    assert parse_title("The Salt-Road") == "The Salt-Road"


def test_the_name_of_a_place_ends_where_something_is_said_of_it() -> None:
    answer = "1. the bakery that is only open on Sundays\n2. the pier where boats land\n"
    assert parse_members(answer, 3) == [
        ("the bakery", "only open on Sundays"),
        ("the pier", "boats land"),
    ]


@pytest.mark.parametrize(
    ("brief", "again"),
    [
        ("Otto, the surveyor, learns that his job is a lie and he must go.", True),
        ("Rain falls. Otto, the surveyor, learns that his job is a scam.", True),
        ("Otto burns the letter.", False),
        ("Otto hears that his sister is alive.", False),
    ],
)
def test_a_brief_says_again_what_was_told_of_somebody_else(brief: str, again: bool) -> None:
    earlier = ["Mara reads the letter.", "Mara, the surveyor, learns that her job is a lie."]
    assert says_again(brief, earlier) is again
