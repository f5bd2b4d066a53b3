"""Every metric by hand on texts small enough for it, and against slow definitions."""

import re
import zlib
from collections import Counter
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novelgen.text.prose_metrics import clean_up, measure, measure_continued
from novelgen.text.prose_metrics.diversity import mattr, mtld
from novelgen.text.prose_metrics.metric_words import metric_words, placed_words
from novelgen.text.prose_metrics.repeats import LONGEST, count_repeats, repeated_runs

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=60)


def test_front_matter_and_headings_are_dropped_and_quotes_straightened() -> None:
    raw = "---\ntitle: A Night\n---\n# One\n\n“It’s late,” he said.\n#tag\nNo # here.\n## Two"
    assert clean_up(raw) == '\n"It\'s late," he said.\nNo # here.\n'


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert clean_up("---\n\nIt rained.\n\n---\nThen not.").startswith("---\n\nIt rained.")


def test_the_words_of_the_metrics() -> None:
    text = "Don't go-there 'twas 3rd O'Neill's naïve rock 'n' roll'"
    assert metric_words(text) == [
        "don't", "go", "there", "twas", "rd", "o'neill's", "na", "ve", "rock", "n", "roll",
    ]  # fmt: skip


@given(st.text(alphabet="aZ'. İIé\n", max_size=30))
def test_placed_words_are_the_words_and_stand_where_they_say(text: str) -> None:
    placed = list(placed_words(text))
    assert [word for word, _, _ in placed] == metric_words(text)
    for word, start, end in placed:
        assert text[start:end].replace("İ", "i").lower() == word


def test_shares_of_repeated_runs() -> None:
    values = measure("a b a b a b c").values
    assert values["rep2"] == pytest.approx(100 * (1 - 3 / 6))  # ab ba ab ba ab bc
    assert values["rep3"] == pytest.approx(100 * (1 - 3 / 5))  # aba bab aba bab abc
    assert values["rep4"] == pytest.approx(100 * (1 - 3 / 4))  # abab baba, babc
    assert values["distinct1"] == pytest.approx(100 * 3 / 7)
    assert values["longest_repeat"] == 4  # the two may overlap
    assert values["dup8_per_1k"] == 0


def test_kinds_of_long_runs_are_counted_once_however_often_they_stand() -> None:
    eight = "one two three four five six seven eight"
    values = measure(f"{eight}. And {eight}? But {eight}!").values
    assert values["dup8_per_1k"] == pytest.approx(1000 * 1 / 26)
    assert values["longest_repeat"] == 8


def test_sentences_end_behind_closing_quotes_and_without_words_are_dropped() -> None:
    values = measure('"Who is it?" she asked. (No one.) ... 7! He slept on and on.').values
    lengths = [3, 2, 2, 5]
    assert values["sent_mean"] == pytest.approx(fmean(lengths))
    assert values["sent_cv"] == pytest.approx(pstdev(lengths) / fmean(lengths))


def test_dialogue_counts_paragraphs_and_a_scene_break_is_one() -> None:
    text = "“Yes.”\n\nHe went.\n\n* * *\n\nShe said “no” to that.\n"
    assert measure(text).values["dialogue"] == 50


def test_compressibility_is_of_the_text_from_the_first_word_to_the_last() -> None:
    text = "...  It rained, and It rained again —"
    raw = b"It rained, and It rained again"
    assert measure(text).values["zlib"] == len(raw) / len(zlib.compress(raw, 9))


def test_mtld_counts_factors_and_the_part_of_one_that_is_left() -> None:
    # Forward: a b c a -> 3/4; a b c a b -> 3/5 ends a factor; the last c is no part of one.
    words = ["a", "b", "c", "a", "b", "c"]
    assert mtld(words) == 6 / 1
    # a a -> 1/2 ends a factor, and "b b" another one, both ways.
    assert mtld(["a", "a", "b", "b"]) == 2
    part = (1 - 3 / 4) / (1 - 0.72)
    assert mtld(["a", "b", "c", "a"]) == pytest.approx(4 / part)
    assert mtld(["a", "b", "c"]) == 3


def test_mattr_moves_its_window() -> None:
    assert mattr(["a", "b", "a", "a"], 3) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert mattr(["a", "b"], 3) is None


@given(WORDS, st.integers(1, 12))
def test_mattr_is_the_mean_over_all_windows(words: list[str], window: int) -> None:
    slow = [len(set(words[i : i + window])) / window for i in range(len(words) - window + 1)]
    found = mattr(words, window)
    assert found is None if not slow else found == pytest.approx(fmean(slow))


@given(WORDS)
def test_repeats_are_exact(words: list[str]) -> None:
    counts = count_repeats(words)
    for length in range(1, len(words) + 2):
        runs = Counter(tuple(words[i : i + length]) for i in range(len(words) - length + 1))
        total = sum(runs.values())
        share = 1 - len(runs) / total if total else 0
        assert counts.share_repeated(length) == pytest.approx(share)
        kinds = sum(count > 1 for count in runs.values())
        assert counts.kinds_repeated(length) == kinds
        assert (counts.longest >= length) == (kinds > 0)


def test_the_longest_repeat_is_followed_no_further_than_eighty_words() -> None:
    assert count_repeats(["la"] * 500).longest == LONGEST
    words = [f"w{n}" for n in range(79)]
    assert count_repeats([*words, "and", *words]).longest == 79


@given(WORDS)
def test_repeated_runs_stand_where_they_say_and_the_longest_is_first(words: list[str]) -> None:
    runs = repeated_runs(words, 2)
    for run in runs:
        texts = {tuple(words[start : start + run.length]) for start in run.starts}
        assert len(texts) == 1 and len(run.starts) > 1
        (text,) = texts
        everywhere = [i for i in range(len(words)) if tuple(words[i : i + run.length]) == text]
        assert list(run.starts) == everywhere
    longest = count_repeats(words).longest
    assert [run.length for run in runs] == sorted((run.length for run in runs), reverse=True)
    assert (runs[0].length if runs else 0) == (longest if longest >= 2 else 0)


def test_a_run_inside_a_longer_one_is_told_only_where_it_stands_elsewhere() -> None:
    long = "the old sea wall broke in the night"
    words = f"{long} x {long} y the old sea wall held".split()
    runs = repeated_runs(words)
    assert [(run.length, run.starts) for run in runs] == [(8, (0, 9)), (4, (0, 9, 18))]


def test_a_text_without_words_has_no_metrics() -> None:
    measured = measure("# Only a title\n\n* * *\n")
    assert (measured.words, dict(measured.values)) == (0, {})


def test_metrics_that_a_text_is_too_short_for_are_left_out() -> None:
    assert "rep2" not in measure("Alone.").values
    assert "mattr500" not in measure("word " * 499).values
    assert measure("word " * 500).values["mattr500"] == 1 / 500


def test_a_passage_is_measured_with_the_words_before_it() -> None:
    before = "\n\n".join(
        f"Number {'xyz'[n % 3]} {'ab' * (n % 7)}m stood there." for n in range(999)
    )
    passage = " He left."
    both = measure_continued(before, passage, 300)
    last = " ".join(re.findall(r"\S+", before + passage)[-300:])
    assert both.words == 300
    alone = measure(last)
    for key in ("rep4", "mtld", "distinct1", "longest_repeat"):
        assert both.values[key] == alone.values[key]
    assert measure_continued("", passage).words == 2
