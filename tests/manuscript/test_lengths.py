"""Named lengths, and numbers of words as people write them."""

import pytest

from novelgen.errors import UsageError
from novelgen.manuscript.lengths import LENGTHS, length_of, read_words


def test_lengths_go_from_a_trial_to_the_longest() -> None:
    words = [length.words for length in LENGTHS]
    assert words == sorted(words) and words[:5] == [1_500, 40_000, 80_000, 100_000, 120_000]
    assert (LENGTHS[5].name, LENGTHS[-1].words) == ("Les Misérables", 4_300_000)
    assert [length.is_reference for length in LENGTHS].index(True) == 5


def test_a_length_has_a_name_only_where_it_is_exact() -> None:
    novella = length_of(40_000)
    assert novella is not None and novella.name == "Novella"
    assert length_of(40_001) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [("90000", 90_000), (" 90,000 words", 90_000), ("90k", 90_000), ("1.5M", 1_500_000),
     ("1 500 000", 1_500_000), ("4_300_000", 4_300_000)],
)  # fmt: skip
def test_numbers_are_read(text: str, words: int) -> None:
    assert read_words(text) == words


@pytest.mark.parametrize("text", ["", "many", "-5", "1,5", "9e9", "90 kg", "1.2.3"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no number of words"):
        read_words(text)
