"""Promises are read by their form, and kept when their rare words come up together."""

import pytest

from novelgen.text.mentions import named_sentences
from novelgen.text.promises import Promise, PromiseKind, ReadSentences, promises_in
from novelgen.text.told_sentences import told_sentences


def promises(text: str) -> list[Promise]:
    return promises_in(named_sentences(told_sentences(text)))


@pytest.mark.parametrize(
    ("text", "kind", "soon"),
    [
        ("“I will be back before the snow,” said Anna.", PromiseKind.PROMISE, False),
        ("“Tomorrow I shall tell you about the forged will.”", PromiseKind.PROMISE, True),
        ("Anna promised to bring the lantern back to the abbey.", PromiseKind.PROMISE, False),
        ("Tom must find the map before the Dutch ship comes.", PromiseKind.TASK, False),
        ("What had Captain Hale hidden under the stairs?", PromiseKind.QUESTION, False),
    ],
)
def test_a_promise_is_known_by_its_form(text: str, kind: PromiseKind, soon: bool) -> None:
    (found,) = promises(text)
    assert (found.kind, found.is_due_soon, found.paragraph) == (kind, soon, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Anna went back to the abbey before the snow.",
        "“What is the matter with Anna?” said Tom and laughed.",
        "Very pretty, I swear, like a lantern.",
        "He had to go home.",
    ],
)
def test_other_sentences_promise_nothing(text: str) -> None:
    assert promises(text) == []


def test_a_chapter_makes_few_promises() -> None:
    text = "\n\n".join(f"“I promise you lantern {number} of Abbey Hill.”" for number in range(9))
    assert len(promises(text)) == 3


def test_a_promise_is_kept_where_its_rare_words_meet() -> None:
    promise = (
        "“I will find the forged letter from Lisbon before the herring fleet sails,” she said."
    )
    kept = [
        "It rained.",
        "The letter was forged, and it came from Lisbon.",
        "The herring fleet lay.",
    ]
    assert ReadSentences(kept).find_kept(promise) == 1
    assert (
        ReadSentences(["Lisbon is far.", "It rained.", "A forged coin."]).find_kept(promise) is None
    )
    ignored = frozenset({"lisbon", "herr", "forg"})
    assert ReadSentences(kept[:2], ignored).find_kept(promise) is None


def test_a_promise_without_rare_words_is_kept_by_nothing() -> None:
    assert ReadSentences(["I will be back."]).find_kept("I will be back before the snow.") is None
