"""What is thought aloud is taken out, however it is cut; what is said stays to the letter."""

import random

import pytest

from novelgen.text.thoughts import THOUGHT_MARKS, ThoughtFilter, without_thoughts

SAID = [
    ("", ""),
    ("The lamp is lit.", "The lamp is lit."),
    ("<think>hm</think>The lamp.", "The lamp."),
    ("\n<think>\n\n</think>\n\nThe lamp.", "\nThe lamp."),
    ("He left.\n\n<think>who?</think>\n\nShe stayed.", "He left.\n\nShe stayed."),
    ("He<think>who?</think> left.", "He left."),
    ("<THINK>a</Think><thinking>b</thinking> c", "c"),
    ("[THINK]a <think> b[/THINK]c", "c"),
    ("<think>a</thinking></think>b", "b"),
    ("a < b and [c] <thin> <b> <<think>x</think>", "a < b and [c] <thin> <b> <"),
    ("One.<think>never closed", "One."),
    ("<reasoning>x</reasonin", ""),
    ("ends in <thi", "ends in <thi"),
    ("İ<think>İİ</think>İ", "İİ"),
]


@pytest.mark.parametrize(("text", "said"), SAID)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_what_is_said_is_the_same_in_any_pieces(text: str, said: str, size: int) -> None:
    thoughts = ThoughtFilter()
    pieces = [thoughts.add(text[start : start + size]) for start in range(0, len(text), size)]
    assert "".join(pieces) + thoughts.finish() == said
    assert said.startswith("".join(pieces))


def test_random_texts_are_read_alike_whole_and_in_pieces() -> None:
    marks = [mark for pair in THOUGHT_MARKS for mark in pair]
    draw = random.Random(5)
    for _ in range(300):
        text = "".join(draw.choices([*marks, "a", " ", "<", "[", "</", "\n"], k=12))
        whole, pieces = ThoughtFilter(), ThoughtFilter()
        expected = whole.add(text) + whole.finish()
        assert "".join(map(pieces.add, text)) + pieces.finish() == expected


def test_a_block_that_the_prompt_opened_is_taken_out_of_an_answer() -> None:
    assert without_thoughts("So, a lamp.\n</think>\n\nThe lamp.") == "The lamp."
    assert without_thoughts("<think>a</think>b</think> c") == "c"
    assert without_thoughts("The lamp.") == "The lamp."


def test_a_long_thought_is_not_kept() -> None:
    thoughts = ThoughtFilter()
    assert thoughts.add("<think>" + "on and on " * 10_000) == ""
    assert len(thoughts._held) < 20
    assert thoughts.add("</thi") + thoughts.add("nk>Now.") == "Now."
