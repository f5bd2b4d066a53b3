"""White space, words and quotations where one text is put into another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.joins import (
    begins_paragraph,
    cut_between,
    follows_in_paragraph,
    is_inside_sentence,
    is_mid_sentence,
    lead_between,
    sentence_ends,
    trail_between,
    with_quote_closed,
    within_paragraph,
    without_repeated,
    without_repeated_end,
)

WORDS = st.lists(st.sampled_from(["rain", "the", "door", "Anna", "fell", "grey"]), min_size=1)
ENDS = st.sampled_from(["", ".", "?", '."', ",", " ", "\n\n", "\n", ". ", " —"])
STOPS = st.sampled_from(["", ".", "?", '."', ","])
GAPS = st.sampled_from(["", " ", "  ", "\n\n", "\n"])


@pytest.mark.parametrize(
    ("before", "drawn", "lead"),
    [
        ("She opened the ", " door.", ""),
        ("She opened the", " door.", " "),
        ("She opened the do", "or.", ""),
        ("She opened the door", ", and went.", ""),
        ("She left.", "He stayed.", " "),
        ("She left.", " He stayed.", " "),
        ("She left.", "\n\nHe stayed.", "\n\n"),
        ("She left. ", " He stayed.", ""),
        ("She left.\n\n", "\nHe stayed.", ""),
        ("She left.\n", "He stayed.", "\n"),
        ("She opened the", "\nDoor.", " "),
        ('She said, "', " Go.", ""),
        ('She said, "Go', '" and went.', ""),
        ("She said,", ' "Go."', " "),
        ("She waited —", "then left.", " "),
        ("She waited—", " then left.", ""),
        ("", "It rained.", ""),
    ],
)
def test_what_leads_to_a_continuation(before: str, drawn: str, lead: str) -> None:
    assert lead_between(before, drawn) == lead


@pytest.mark.parametrize(
    ("text", "after", "trail"),
    [
        ("He went.", "She stayed.", " "),
        ("He went.", " She stayed.", ""),
        ("He went", ", and she stayed.", ""),
        ("He went.", "\n\nShe stayed.", ""),
        ("He went.", "\nShe stayed.", "\n"),
        ("He went.", "", ""),
        ("He went.", "   ", ""),
        ("He said “", "Go.", ""),
    ],
)
def test_what_leads_on_from_it(text: str, after: str, trail: str) -> None:
    assert trail_between(text, after) == trail


@given(WORDS, ENDS, GAPS, WORDS, STOPS, WORDS)
def test_nothing_is_joined_without_a_space_or_with_two(
    before: list[str], end: str, gap: str, drawn: list[str], stop: str, after: list[str]
) -> None:
    standing, text, behind = " ".join(before) + end, " ".join(drawn), " ".join(after)
    body = text + stop
    whole = standing + lead_between(standing, f"{gap or ' '}{body}") + body
    whole += trail_between(body, behind) + behind
    assert "  " not in whole
    assert "\n\n\n" not in whole
    assert not re.search(r"[^\n]\n[^\n]", whole)
    assert whole.endswith(behind)
    assert whole.split() == f"{standing} {body} {behind}".split()


def test_where_a_place_is() -> None:
    assert is_mid_sentence("She opened the ")
    assert is_mid_sentence('He left. "I know')
    assert is_mid_sentence('He left. "')
    assert not is_mid_sentence('He left. "I know."')
    assert not is_mid_sentence("He left.\n\n")
    assert begins_paragraph("He left.\n\n") and begins_paragraph("")
    assert not begins_paragraph("He left. ")
    assert follows_in_paragraph(" and came back.\n\nThen")
    assert not follows_in_paragraph("\n\nThen") and not follows_in_paragraph("")
    assert is_inside_sentence("She opened the ", "door.")
    assert is_inside_sentence("She opened it", ", and left.")
    assert not is_inside_sentence("She left. ", "He stayed.")
    assert not is_inside_sentence("She opened the ", "\n\nHe stayed.")


def test_words_are_not_said_twice() -> None:
    assert without_repeated("She opened the ", "the door.") == "door."
    assert without_repeated("She opened the ", "She opened the door.") == "door."
    assert without_repeated("All that she had", "had been lost.") == "had been lost."
    assert without_repeated("She left Anna.", "Anna stayed.") == "Anna stayed."
    assert without_repeated("", "Anna stayed.") == "Anna stayed."
    assert without_repeated_end("He went to the door.", "the door. It was shut.") == "He went to"
    assert without_repeated_end("He went.", "She stayed.") == "He went."


def test_where_a_text_may_stop() -> None:
    text = 'door. "Who is there?" she said. "I am'
    ends = [text[:end] for end in sentence_ends("She opened the ", text)]
    assert ends == ["door.", 'door. "Who is there?" she said.']
    inside = sentence_ends('She said, "', 'I know. I saw it." Then she left.', in_quotation=True)
    assert inside == [len("I know.")]
    assert with_quote_closed("", '"I know.') == '"I know."'
    assert with_quote_closed("“Well. ", "I know.") == "I know.”"
    assert with_quote_closed("", "I know.") == "I know."


def test_where_it_stops_without_a_sentence() -> None:
    text = "through the gate, past the well and into the long dark of the barn"
    assert cut_between(text, 2, 8) == "through the gate"
    assert cut_between(text, 5, 8) == "through the gate, past the well and into"
    assert cut_between("", 2, 8) == ""


def test_what_stays_in_a_paragraph() -> None:
    assert within_paragraph("He left. ", " Then\nnothing") == " Then"
    assert within_paragraph("He left.", "\n\nThen") == ""
    assert within_paragraph("He left.\n\n", "\nThen\n\nnothing") == "\nThen"
