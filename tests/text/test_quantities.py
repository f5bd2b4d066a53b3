"""Quantities: one key for one number, however it is written."""

import pytest

from novelgen.text.quantities import first_words, quantities_in


def keys_of(text: str) -> list[str]:
    return [quantity.key for quantity in quantities_in(text)]


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        (("twelve steps", "12 steps", "a dozen steps", "Twelve"), "cardinal 12"),
        (("twenty-one", "twenty one", "21", "one and twenty"), "cardinal 21"),
        (("four hundred and ten", "410"), "cardinal 410"),
        (("1912", "nineteen hundred and twelve", "1,912"), "cardinal 1912"),
        (("the third", "the 3rd"), "ordinal 3"),
        (("half a dozen",), "cardinal 6"),
    ],
)
def test_ways_to_write_a_number_are_one(texts: tuple[str, ...], key: str) -> None:
    for text in texts:
        assert keys_of(text) == [key]
        assert any(word in text.lower() for word in first_words(key))


def test_dates_and_years_can_stand_alone() -> None:
    for text in ("on 12 March", "on March 12th", "on the twelfth of March"):
        assert [one.key for one in quantities_in(text) if one.is_year_or_date] == ["date 3 12"]
    assert [one.is_year_or_date for one in quantities_in("in 1912, 1,912 men")] == [True, False]


def test_verbs_and_words_that_mean_no_number_are_left_out() -> None:
    assert keys_of("May I? They march. One of them went first; in a second, often, heighten.") == []
    assert keys_of("In May, last March, on Tuesday") == ["month 5", "month 3", "day 2"]
