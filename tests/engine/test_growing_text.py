"""Where a growing text ends, and that shown text is never taken back."""

import pytest

from novelgen.engine.growing_text import GrowingText
from novelgen.engine.values import FinishReason
from novelgen.text.words import count_words

TEXT = "“One,” she said — and “two, ‘three — four. Then the END of it."


def grow(
    text: str, size: int, stops: tuple[str, ...] = (), max_words: int | None = None
) -> tuple[GrowingText, str]:
    growing, shown = GrowingText(stops, max_words), ""
    for start in range(0, len(text), size):
        shown += growing.add(text[start : start + size])
        if growing.finish_reason is not None:
            return growing, shown
    shown += growing.finish(FinishReason.LENGTH)
    return growing, shown


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("max_words", range(1, 14))
def test_it_holds_the_words_asked_for(size: int, max_words: int) -> None:
    growing, shown = grow(TEXT, size, max_words=max_words)
    assert count_words(growing.text) == min(max_words, count_words(TEXT))
    assert TEXT.startswith(growing.text)
    assert shown == growing.text
    is_short = max_words >= count_words(TEXT)
    assert growing.finish_reason is (FinishReason.LENGTH if is_short else FinishReason.WORDS)


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(
    ("stops", "end"),
    [
        (("END",), "Then the "),
        (("\n", "END of"), "Then the "),
        (("three —", "two"), "said — and “"),
        (("“",), ""),
        (("nowhere", ""), TEXT),
    ],
)
def test_it_ends_before_the_first_stop_string(size: int, stops: tuple[str, ...], end: str) -> None:
    growing, shown = grow(TEXT, size, stops)
    assert growing.text.endswith(end) and TEXT.startswith(growing.text)
    assert not any(stop in growing.text for stop in stops if stop)
    assert shown == growing.text
    assert (growing.finish_reason is FinishReason.STOP_STRING) is (growing.text != TEXT)


def test_the_earlier_end_wins() -> None:
    text = "one two STOP three four"
    by_word, _ = grow(text, 100, ("STOP",), max_words=1)
    by_string, _ = grow(text, 100, ("STOP",), max_words=3)
    assert (by_word.text, by_word.finish_reason) == ("one ", FinishReason.WORDS)
    assert (by_string.text, by_string.finish_reason) == ("one two ", FinishReason.STOP_STRING)


def test_the_beginning_of_a_stop_string_is_held_until_it_is_certain() -> None:
    growing = GrowingText(("\n\n#",))
    assert growing.add("end.\n") == "end."
    assert growing.add("\n") == ""
    assert growing.add("New") == "\n\nNew"
    assert growing.add("\n\n") + growing.finish(FinishReason.LENGTH) == "\n\n"
