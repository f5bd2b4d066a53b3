"""Word diff: exact to the last space, readable, and quick on anything."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.diff_hunks import diff_hunks
from novelgen.text.word_diff import DiffKind, DiffSpan, diff_words, share_changed

PROSE = st.lists(
    st.sampled_from(
        [
            "the",
            "keeper",
            "of",
            "lamp",
            "Anna",
            "sea.",
            "Why?",
            "“No”",
            "\n\n",
            "\n",
            " ",
            "—",
            "  ",
        ]
    ),
    max_size=60,
).map(" ".join)


def old_of(spans: tuple[DiffSpan, ...]) -> str:
    return "".join(span.text for span in spans if span.kind is not DiffKind.INSERTED)


def new_of(spans: tuple[DiffSpan, ...]) -> str:
    return "".join(span.text for span in spans if span.kind is not DiffKind.DELETED)


def marked(old: str, new: str) -> str:
    marks = {DiffKind.EQUAL: "{}", DiffKind.DELETED: "[{}]", DiffKind.INSERTED: "<{}>"}
    return "".join(marks[span.kind].format(span.text) for span in diff_words(old, new))


def chapter(num_words: int, seed: int) -> str:
    chance = random.Random(seed)
    vocabulary = [f"w{number}" for number in range(3_000)]
    words = chance.choices(vocabulary, weights=[1 / rank for rank in range(1, 3_001)], k=num_words)
    ends = [". " if number % 15 == 14 else " " for number in range(num_words)]
    ends[149::150] = [".\n\n"] * len(ends[149::150])
    return "".join(word + end for word, end in zip(words, ends, strict=True))


@given(PROSE | st.text(), PROSE | st.text())
def test_spans_joined_are_both_texts(old: str, new: str) -> None:
    spans = diff_words(old, new)
    assert old_of(spans) == old
    assert new_of(spans) == new
    assert all(span.text for span in spans)
    assert 0 <= share_changed(spans) <= 1


@given(PROSE)
def test_an_unchanged_text_has_no_changes(text: str) -> None:
    spans = diff_words(text, text)
    assert {span.kind for span in spans} <= {DiffKind.EQUAL}
    assert diff_hunks(spans) == ()
    assert share_changed(spans) == 0


def test_only_the_changed_words_are_marked() -> None:
    old = "She climbed the twelve steps, slowly. The lamp was out.\n\nNobody came."
    new = "She climbed the thirty steps, slowly. The lamp was out!\n\nNobody came."
    expected = (
        "She climbed the [twelve]<thirty> steps, slowly. The lamp was out[.]<!>\n\nNobody came."
    )
    assert marked(old, new) == expected


def test_stop_words_between_changes_do_not_make_confetti() -> None:
    assert (
        marked(
            "He ran to the harbour of stones alone.", "He walked to the village of fishermen alone."
        )
        == "He [ran to the harbour of stones]<walked to the village of fishermen> alone."
    )


def test_a_joined_paragraph_shows_as_white_space_alone() -> None:
    spans = diff_words("It rained.\n\nHe slept.", "It rained. He slept.")
    assert [span.text for span in spans if span.kind is not DiffKind.EQUAL] == ["\n\n", " "]
    assert share_changed(spans) == 0


def test_changed_paragraphs_stay_apart() -> None:
    old = "Anna slept badly.\n\nMartin sang loudly."
    new = "Nobody ate much.\n\nEveryone danced wildly."
    spans = diff_words(old, new)
    assert [span.text for span in spans if span.kind is DiffKind.EQUAL] == [".\n\n", "."]


def test_hunks_hold_every_change_with_its_paragraph_and_little_else() -> None:
    old = chapter(3_000, seed=1)
    words = old.split(" ")
    words[40], words[2_000] = "first", "second"
    spans = diff_words(old, " ".join(words))
    hunks = diff_hunks(spans, context_words=5)
    assert [hunk.paragraph for hunk in hunks] == [1, 14]
    for hunk, word in zip(hunks, ("first", "second"), strict=True):
        inserted = [span.text.strip() for span in hunk.spans if span.kind is DiffKind.INSERTED]
        assert inserted == [word]
        equal = [span.text for span in hunk.spans if span.kind is DiffKind.EQUAL]
        assert [len(text.split()) for text in equal] == [5, 5]


def test_a_new_paragraph_is_numbered_itself() -> None:
    spans = diff_words("One.\n\nThree.", "One.\n\nTwo is new.\n\nThree.")
    assert [hunk.paragraph for hunk in diff_hunks(spans)] == [2]


@given(PROSE, PROSE, st.integers(0, 4))
def test_hunks_lose_no_change(old: str, new: str, context_words: int) -> None:
    spans = diff_words(old, new)
    hunks = diff_hunks(spans, context_words)
    kept = [span for hunk in hunks for span in hunk.spans if span.kind is not DiffKind.EQUAL]
    assert kept == [span for span in spans if span.kind is not DiffKind.EQUAL]
    paragraphs = sum(1 for line in new.split("\n") if line.strip())
    assert all(1 <= hunk.paragraph <= max(1, paragraphs) for hunk in hunks)


def test_edits_all_over_a_long_chapter_are_found_one_by_one() -> None:
    old = chapter(20_000, seed=2)
    words = old.split(" ")
    edited = random.Random(3).sample(range(len(words)), 200)
    for place in edited:
        words[place] = "edited"
    started = time.perf_counter()
    spans = diff_words(old, " ".join(words))
    assert time.perf_counter() - started < 5
    assert sum(span.text.count("edited") for span in spans if span.kind is DiffKind.INSERTED) == 200
    assert share_changed(spans) < 0.03


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (chapter(200_000, seed=4), chapter(200_000, seed=5)),
        ("a b " * 200_000, "b a a " * 150_000),
        ("Yes.\n" * 20_000, "No.\nYes.\n" * 10_000),
        ("!?" * 1_000_000, "?!!" * 600_000),
        ("word " * 2_000_000, "word " * 1_999_999 + "end"),
        ("a" * 10_000_000, "b" * 10_000_000),
    ],
    ids=["different", "two words", "short lines", "marks", "one word", "one letter"],
)
def test_hostile_texts_take_seconds(old: str, new: str) -> None:
    started = time.perf_counter()
    spans = diff_words(old, new)
    assert time.perf_counter() - started < 30
    assert old_of(spans) == old
    assert new_of(spans) == new
