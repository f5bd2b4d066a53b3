"""Nothing that steers a terminal gets through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.sanitize import clean_line, clean_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bPq#0\x1b\\sixel", "sixel"),
        ("a\x07b\x08c\x7f", "abc"),
        ("He said \x9dyes. Rest.", "He said yes. Rest."),
        ("A \x90long\nway \x9bHome", "A long\nway Home"),
        ("\x1b]0;never closed\nbut kept", "0;never closed\nbut kept"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab here"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("\ufeffbom", "bom"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("می‌خواهم", "می‌خواهم"),
    ],
)
def test_known_attacks_and_honest_text(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=[])))
def test_what_is_left_holds_no_control_character(raw: str) -> None:
    cleaned = clean_text(raw)
    controls = [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"} and c != "\n"]
    assert controls == []
    assert clean_text(cleaned) == cleaned
    cleaned.encode("utf-8")


def test_a_line_is_one_line() -> None:
    assert clean_line("  The \n Keeper\t \x1b[1m ") == "The Keeper"
