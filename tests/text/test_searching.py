"""Searching a text, and what is put in the place of what was found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.errors import UsageError
from novelgen.text.searching import Hit, Query, find_in, replace_in, replaced, require_query

TEXT = "Mara said “don't”. MARA's dog, mara; Marabel.\n\nThe Mara-like don’t."


def words(text: str, query: Query) -> list[str]:
    return [text[hit.start : hit.end] for hit in find_in(text, query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query("mara"), ["Mara", "MARA", "mara", "Mara", "Mara"]),
        (Query("Mara", is_case_sensitive=True), ["Mara", "Mara", "Mara"]),
        (Query("mara", whole_words=True), ["Mara", "MARA", "mara", "Mara"]),
        (Query("don"), ["don", "don"]),
        (Query("don", whole_words=True), []),
        (Query("don’t"), ["don't", "don’t"]),
        (Query('"don\'t"'), ["“don't”"]),
        (Query("a.c"), []),
        (Query("^The", is_pattern=True), ["The"]),
        (Query(r"\bM\w+", is_pattern=True, is_case_sensitive=True),
         ["Mara", "MARA", "Marabel", "Mara"]),
    ],
)  # fmt: skip
def test_what_is_found(query: Query, found: list[str]) -> None:
    assert words(TEXT, query) == found


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "no regular expression"),
        ("[z-a]", "no regular expression"),
        ("x*", "nothing stands"),
        ("", "nothing to seek"),
        ("(a+)+b", "repeats a repetition"),
        (r"(\w*x)*", "repeats a repetition"),
        ("x" * 1_001, "more than"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_in("aaa", Query(pattern, is_pattern=True))


def test_places_without_a_letter_are_no_hits() -> None:
    assert find_in("Mara ran", Query(r"\b", is_pattern=True)) == []


@pytest.mark.parametrize(
    ("query", "replacement", "expected"),
    [
        (Query("mara"), "lena", "Lena LENA lena"),
        (Query("mara", is_case_sensitive=True), "lena", "Mara MARA lena"),
        (Query(r"(m)(ara)", is_pattern=True), r"\2\1", "araM ARAM aram"),
        (Query(r"(?P<all>mara)", is_pattern=True), r"<\g<all>>", "<Mara> <MARA> <mara>"),
        (Query("mara"), r"\1", r"\1 \1 \1"),
    ],
)
def test_what_is_put_there(query: Query, replacement: str, expected: str) -> None:
    assert replace_in("Mara MARA mara", query, replacement)[0] == expected


def test_hits_are_left_out_and_capitals_kept_or_not() -> None:
    query = Query("mara")
    assert replace_in("Mara MARA mara", query, "lena", leaving=frozenset({1})) == (
        "Lena MARA lena",
        2,
    )
    assert replaced("MARA", Hit(0, 4), query, "lena", keeps_capitals=False) == "lena"


@pytest.mark.parametrize("replacement", [r"\2", r"\g<name>", r"a\9"])
def test_a_group_that_is_not_there_is_refused(replacement: str) -> None:
    query = Query("(a)", is_pattern=True)
    with pytest.raises(UsageError, match="names a group"):
        require_query(query, replacement)
    with pytest.raises(UsageError, match="names a group"):
        replace_in("a", query, replacement)


@given(st.text(alphabet="abA '’\n", max_size=40), st.text(alphabet="abA'’", min_size=1, max_size=3))
def test_replacing_by_itself_changes_nothing_but_quotes(text: str, sought: str) -> None:
    query = Query(sought, is_case_sensitive=True)
    changed, count = replace_in(text, query, sought, keeps_capitals=False)
    assert changed.replace("’", "'") == text.replace("’", "'")
    assert count == len(find_in(text, query))
