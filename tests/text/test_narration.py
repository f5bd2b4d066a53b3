"""Person and tense, counted outside quotations."""

import pytest

from novelgen.text.narration import NOTHING, measure_narration


def test_pronouns_and_verbs_are_counted() -> None:
    told = measure_narration("I was late; she said that my coat is hers. You know them.")
    assert (told.words, told.first, told.second, told.third) == (13, 2, 1, 3)
    assert (told.past, told.present) == (2, 1)
    assert (told.first_share, told.second_share, told.present_share) == (2 / 5, 1 / 6, 1 / 3)


@pytest.mark.parametrize(
    "text",
    [
        '"I am here," he said.',
        "“I am here,” he said.",
        "«I am here», he said.",
        "‘I’m here, and I don’t care,’ he said.",
        "'I'm here,' he said.",
        '"I am here, and nothing closes what I say he said',
        'he said "I am here',
    ],
)
def test_quotations_are_left_out(text: str) -> None:
    told = measure_narration(f"{text}\n\nHe saw his brother.")
    assert told.first == told.present == 0
    is_said_outside = not text.endswith("he said")
    assert (told.third, told.past) == (2 + is_said_outside, 1 + is_said_outside)


@pytest.mark.parametrize(
    "text", ["It wasn't I. The keepers' lamp was mine.", "’Twas I who came; the dog’s was mine."]
)
def test_an_apostrophe_opens_no_quotation(text: str) -> None:
    told = measure_narration(text)
    assert (told.first, told.past) == (2, 2)


def test_a_quotation_ends_with_its_paragraph() -> None:
    told = measure_narration('"I am here.\n\nI was there.')
    assert (told.first, told.past, told.present) == (1, 1, 0)


def test_contractions_and_curly_apostrophes_count() -> None:
    told = measure_narration("I’m old. She's tall. He didn’t come. They'd gone.")
    assert (told.first, told.third, told.present, told.past) == (1, 3, 2, 1)


def test_counts_add_up() -> None:
    one, other = measure_narration("I was."), measure_narration("He is.")
    assert one + other == measure_narration("I was.\n\nHe is.")
    assert one + NOTHING == one
    assert NOTHING.first_share == NOTHING.second_share == NOTHING.present_share == 0.0


def test_no_text_takes_more_than_its_length() -> None:
    long = "' " * 60_000 + "‘" * 60_000 + "‘a’" * 30_000 + '"'
    assert measure_narration(long).words <= 30_000
