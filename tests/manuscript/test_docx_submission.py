"""What a manuscript that is sent in says of itself: its length, its header, its short title."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.manuscript.contact import Contact
from novelgen.manuscript.submission import byline_of, page_header, short_title, told_length
from tests.manuscript.test_docx import book, chapter


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (1, "about 1 word"),
        (30, "about 30 words"),
        (7_449, "about 7,400 words"),
        (17_449, "about 17,400 words"),
        (17_500, "about 18,000 words"),
        (94_612, "about 95,000 words"),
        (4_300_123, "about 4,300,000 words"),
    ],
)
def test_lengths_are_rounded_as_editors_expect(words: int, told: str) -> None:
    assert told_length(words) == told


@pytest.mark.parametrize(
    ("title", "short"),
    [
        ("The Keeper", "The Keeper"),
        ("The Perks of Being a Wallflower", "Perks of Being a Wallflower"),
        ("Frankenstein; or, The Modern Prometheus", "Frankenstein"),
        ("The Strange and Terrible History of the Lighthouse", "Strange and Terrible History"),
        ("Do Androids Dream of Electric Sheep?", "Do Androids Dream"),
        ("One Hundred Years of Solitude", "One Hundred Years"),
    ],
)
def test_long_titles_are_shortened_to_key_words(title: str, short: str) -> None:
    assert short_title(title) == short


@given(st.text(min_size=1))
def test_a_short_title_fits_a_header_and_begins_within_the_title(title: str) -> None:
    short = short_title(title)
    assert len(short) <= 28
    assert " ".join(short.split()) in " ".join(title.split())


def test_the_header_has_the_surname_of_the_person_else_of_the_byline() -> None:
    told = book(chapter(1))
    assert page_header(told, Contact("Ida Marlow")) == "Marlow / SALT"
    assert page_header(told, Contact()) == "Ray / SALT"
    assert page_header(replace(told, author=""), Contact()) == "SALT"
    assert byline_of(replace(told, author=""), Contact("Ida Marlow")) == "Ida Marlow"
