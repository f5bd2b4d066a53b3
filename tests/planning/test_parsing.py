"""What a small model answers, and what is taken from it."""

import pytest

from novelgen.planning.parsing import parse_beats, parse_chapter, parse_premise, parse_title


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
    assert parse_chapter(answer) == ("The Bottle", "Mara finds a bottle. She reads the letter.")
    assert parse_chapter(" Mara finds a bottle on the rocks.") is None
    assert parse_chapter(" unfinished thought about\nTitle: The Bottle") is None


def test_beats_are_whole_sentences_and_enough() -> None:
    answer = (
        "1. Mara finds the bottle. It is old.\n2) She reads the old letter.\n\n"
        "- He comes back at last."
    )
    assert parse_beats(answer, 3) == [
        "Mara finds the bottle.",
        "She reads the old letter.",
        "He comes back at last.",
    ]
    assert parse_beats(answer, 4) is None
    assert parse_beats("1. Same thing happens here.\n2. Same thing happens here.", 2) is None


def test_a_premise_is_whole_sentences() -> None:
    assert parse_premise(" A ferryman meets a ghost. He must choo") == "A ferryman meets a ghost."
    assert parse_premise(" nothing finished here") is None
