"""Content words: one stem for the forms of a word, and words that stand for each other."""

import pytest

from novelgen.text.content_words import are_contrasts, are_synonyms, content_stems, stem


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("running", "ran"),
        ("foot", "feet"),
        ("Ada’s", "ada"),
        ("burned", "burning"),
        ("drew", "draws"),
    ],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert content_stems(one + " lamps")[1:] == content_stems("lamp")
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("big", "large"),
        ("grey", "gray"),
        ("widow", "widwo"),
        ("breath", "breathe"),
        ("rose", "rises"),
    ],
)
def test_synonyms_and_spellings_say_the_same(one: str, other: str) -> None:
    assert are_synonyms(stem(one), stem(other))


@pytest.mark.parametrize(("one", "other"), [("burned", "turned"), ("cat", "act"), ("lake", "lamp")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert not are_synonyms(stem(one), stem(other))
    assert not are_contrasts(stem(one), stem(other))


def test_colours_and_sides_exclude_one_another() -> None:
    assert are_contrasts(stem("blue"), stem("green"))
    assert are_contrasts(stem("left"), stem("right"))
    assert not are_contrasts(stem("blue"), stem("left"))
