"""The one definition of a word."""

import pytest

from novelgen.text.words import count_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n\n ", 0),
        ("one", 1),
        ("She—it was late—left.", 3),
        ("* * *", 0),
        ("“No,” he said — and left…", 5),
        ("don't re-enter 42 –", 3),
        ("naïve Ελλάδα 東京", 3),
    ],
)
def test_a_word_is_an_item_with_something_alphanumeric(text: str, words: int) -> None:
    assert count_words(text) == words


def test_words_add_up_over_cuts_at_white_space() -> None:
    text = "The door opened.\n\n“Who is it?” she asked. * * * Nobody."
    for place in [index for index, character in enumerate(text) if character.isspace()]:
        assert count_words(text[:place]) + count_words(text[place:]) == count_words(text)
