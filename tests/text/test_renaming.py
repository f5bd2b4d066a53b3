"""Renaming: whole words only, in every form a name takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.renaming import name_parts, occurrences, rename_in


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (
            "Clara's hat; CLARA! “Clara,” he said.",
            "Clara",
            "Anna",
            "Anna's hat; ANNA! “Anna,” he said.",
        ),
        ("A Clara-like laugh in Claraville.", "Clara", "Anna", "An Anna-like laugh in Claraville."),
        ("James' coat, James’s coat", "James", "Peter", "Peter' coat, Peter’s coat"),
        ("Clara'll come, _Clara_ will", "Clara", "Anna", "Anna'll come, _Anna_ will"),
        ("Clara\nVoss, Clara   Voss", "Clara Voss", "Anna Berg", "Anna\nBerg, Anna   Berg"),
        ("Clara\n\nVoss", "Clara Voss", "Anna Berg", "Clara\n\nVoss"),
        ("O’Hara and O'Hara", "O'Hara", "Quinn", "Quinn and Quinn"),
        ("O'Hara", "Hara", "Quinn", "O'Hara"),
        ("Will will, if he will.", "Will", "Tom", "Tom will, if he will."),
        ("Zoë, ZOË, Zoe\u0308, Zoe", "Zoë", "Ida", "Ida, IDA, Ida, Zoe"),
        ("Zoe\u0308 and Zoe", "Zoe", "Ida", "Zoe\u0308 and Ida"),
        ("Dr. (X.) came", "(X.)", "Y", "Dr. Y came"),
        ("An Anna, AN ANNA, an old Anna", "Anna", "Clara", "A Clara, A CLARA, an old Clara"),
        ("a Clara, the Clara", "Clara", "Eunice", "a Eunice, the Eunice"),
        ("Claras", "Clara", "Anna", "Claras"),
        ("Anything.", " ", "Anna", "Anything."),
    ],
)
def test_a_name_is_replaced(text: str, old: str, new: str, expected: str) -> None:
    assert rename_in(text, old, new)[0] == expected


@given(
    st.text(alphabet="Clara '’\n-.VossCLAR_(", max_size=80),
    st.sampled_from(["Clara", "Clara Voss"]),
)
def test_what_is_previewed_is_what_is_replaced(text: str, old: str) -> None:
    uses = occurrences(text, old, context_chars=5)
    assert rename_in(text, old, "Brenda")[1] == len(uses)
    for use in uses:
        assert text[use.start : use.end] == use.matched
        assert text[: use.start].endswith(use.before)
        assert text[use.end :].startswith(use.after)
    # With no article before it, the name alone changes; and back again.
    renamed, count = rename_in(text, old, old)
    assert count == len(uses)
    assert renamed.split() == text.split()


def test_a_common_word_at_the_start_of_a_sentence_is_in_doubt() -> None:
    text = 'Will he come? I saw Will. "Will you?" asked Will.\nWill slept.'
    assert [use.is_doubtful for use in occurrences(text, "Will")] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_word_that_the_text_uses_itself_is_in_doubt() -> None:
    text = "Otter swam. The otter dived, and Otter laughed."
    assert [use.is_doubtful for use in occurrences(text, "Otter")] == [True, False]
    assert not any(use.is_doubtful for use in occurrences("Clara came. Clara left.", "Clara"))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Clara Voss", ("Clara", "Voss")),
        ("Captain Clara von Voss", ("Clara", "Voss")),
        ("Mrs. Voss", ("Voss",)),
        ("Lady Ada de Winter", ("Ada", "Winter")),
        ("Ned King", ("Ned", "King")),
        ("", ()),
    ],
)
def test_a_full_name_has_parts_without_titles(name: str, parts: tuple[str, ...]) -> None:
    assert name_parts(name) == parts


def test_a_long_text_of_names_is_renamed() -> None:
    renamed, count = rename_in("a Clara " * 20_000, "Clara", "Anna")
    assert count == 20_000
    assert renamed == "an Anna " * 20_000


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("J. R. came.", "J. R.", "John Ross", "John Ross came."),
        ("HAL opened.", "HAL", "Sally", "Sally opened."),
        ("CLARA! Clara.", "Clara", "Anna", "ANNA! Anna."),
    ],
)
def test_a_name_that_is_capitals_by_itself_sets_none(
    text: str, old: str, new: str, expected: str
) -> None:
    assert rename_in(text, old, new)[0] == expected
