"""The report of a book: alarms with their passages, coherence, drift, sides of the bands."""

import random

import pytest

from novelgen.errors import UsageError
from novelgen.text.prose_metrics import shipped_norms
from novelgen.text.prose_metrics.coherence import CoherenceFigure, CoherenceReader, share_inside
from novelgen.text.prose_metrics.drift import DriftReader
from novelgen.text.prose_metrics.quality import QualityReport, choose_norms, judge, side_of
from novelgen.text.prose_metrics.windows import Section, windows_of

LETTERS = "bcdfghklmnprstvw"
LEXICON = [one + vowel + two for one in LETTERS for vowel in "aeiou" for two in LETTERS]


def prose(words: int, seed: int, lexicon: int = 900) -> str:
    """Sentences of made-up words whose rates fall off as those of a language do."""
    drawn = random.Random(seed)
    found: list[str] = []
    while len(found) < words:
        length = drawn.choice([4, 9, 14, 30])
        sentence = [LEXICON[int(lexicon * drawn.random() ** 3)] for _ in range(length)]
        found += [sentence[0].capitalize(), *sentence[1:-1], sentence[-1] + "."]
    return " ".join(found[:words])


def chapters(*texts: str) -> list[Section]:
    return [Section(number, f"Part {number}", text) for number, text in enumerate(texts, start=1)]


def test_an_alarm_names_the_passage_and_where_it_stands_first_and_again() -> None:
    refrain = "Under the tall white house by the harbour nobody ever sang that song again"
    one, two = prose(800, 1), prose(900, 2)
    sections = chapters(f"{one}\n\n{refrain}.\n\n", f"{two}\n\nIt went on. {refrain}, he said.")
    report = judge(sections, shipped_norms(1_000))
    assert report.words == 800 + 14 + 900 + 3 + 14 + 2
    assert not report.windows[0].alarms, "the repeat stands in another window"
    report = judge(sections, shipped_norms(5_000))
    (window,) = report.windows
    assert [alarm.metric for alarm in window.alarms][:2] == ["dup8_per_1k", "longest_repeat"]
    passage = window.alarms[1].passages[0]
    assert (passage.text, passage.words, passage.times) == (refrain, 14, 2)
    assert (passage.first.chapter, passage.first.paragraph) == (1, 2)
    assert (passage.again.chapter, passage.again.paragraph) == (2, 2)
    for place, section in ((passage.first, sections[0]), (passage.again, sections[1])):
        assert section.text[place.start : place.end] == refrain
    assert report.alarms_by_chapter()[2] == len(window.alarms)


def test_the_worst_passage_of_each_alarm_comes_first() -> None:
    often, long = "and so the day went", " ".join(LEXICON[-20:])
    parts = [prose(150, seed) for seed in range(12)]
    text = f". {often}. ".join(parts) + f" {long}. {prose(80, 50)} {long}."
    (window,) = judge(chapters(text), shipped_norms(5_000)).windows
    worst = {alarm.metric: alarm.passages[0].text for alarm in window.alarms}
    assert worst["longest_repeat"] == long
    assert worst["rep4"] == often


def test_a_rest_tells_its_alarms_but_does_not_count() -> None:
    text = prose(1_000, 3) + " " + "He ran on and on and never once looked back at all. " * 30
    report = judge(chapters(text), shipped_norms(1_000))
    assert [window.is_whole for window in report.windows] == [True, False]
    assert len(report.windows[1].alarms) >= 2
    assert (report.many_alarms, report.share_of_many_alarms()) == (0, 0)
    assert report.metrics()["rep4"].mean < 2


def test_shares_inside_below_and_above() -> None:
    text = (
        prose(1_000, 4, lexicon=500)
        + " "
        + prose(1_000, 5, lexicon=12)
        + " "
        + " ".join(LEXICON[:1_000])
    )
    report = judge(chapters(text), shipped_norms(1_000))
    mtld = report.metrics()["mtld"]
    assert (mtld.below, mtld.above) == (pytest.approx(1 / 3), pytest.approx(1 / 3))
    assert mtld.inside + mtld.below + mtld.above == pytest.approx(1)
    assert report.share_over_diverse() == pytest.approx(1 / 3)


def test_a_short_text_is_held_against_small_windows_and_excused_for_being_short() -> None:
    sections = chapters(prose(400, 6))
    norms = choose_norms(lambda: sections, None, None)
    report = judge(sections, norms)
    assert norms.window_words == 1_000 and report.is_short
    assert report.windows[0].is_whole
    assert report.metrics()["distinct1"].inside == 1
    assert side_of(norms, "distinct1", 90.0, 400) == 0
    assert side_of(norms, "distinct1", 90.0, 1_000) == 1
    assert choose_norms(lambda: chapters(prose(5_000, 6)), None, None).window_words == 5_000


def test_norms_have_to_fit_the_windows() -> None:
    with pytest.raises(UsageError, match="2,000"):
        choose_norms(list, None, 2_000)
    with pytest.raises(UsageError, match="for windows of 1,000"):
        choose_norms(list, shipped_norms(1_000), 5_000)
    assert choose_norms(list, shipped_norms(1_000), None).window_words == 1_000


def test_a_book_without_words_has_an_empty_report() -> None:
    report = judge(chapters("* * *"), shipped_norms())
    assert isinstance(report, QualityReport)
    assert (report.words, report.metrics(), report.share_of_many_alarms()) == (0, {}, 0)


def test_chapters_are_medians_over_their_own_windows() -> None:
    same = prose(1_000, 7)
    report = judge(chapters(same, f"{same} {same} {prose(300, 8)}"), shipped_norms(1_000))
    one, two = report.chapters
    assert (one.windows, two.windows, two.words) == (1, 2, 2_300)
    assert two.values["mtld"] == pytest.approx(one.values["mtld"], rel=0.05)


def block(*sentences: str) -> str:
    """A block of 1,000 words: the sentences, and a filler that is all stop words."""
    text = " ".join(sentences)
    missing = 1_000 - len(text.split())
    return f"{text} {'and ' * (missing - 1)}so. "


def test_cosine_of_content_words_between_blocks() -> None:
    reader = CoherenceReader()
    text = block("the ships sailed and a ship sank") + block("our ship was sailing home")
    first, second = windows_of(chapters(text), 1_000)
    assert reader.read(first) is None
    found = reader.read(second)
    # ship 2, sail 1, sink 1 against ship 1, sail 1, home 1.
    assert found is not None and found.number == 2
    assert found.figures[CoherenceFigure.COSINE] == pytest.approx(3 / (6 * 3) ** 0.5)
    assert CoherenceFigure.SEEN_NAMES not in found.figures
    assert found.figures[CoherenceFigure.NEW_NAMES] == 0


def test_names_seen_before_and_new_ones() -> None:
    text = block("then Odile met Silas there.") + block(
        "Odile laughed. when Odile left, Bertram came to Odile and Silas."
    )
    reader = CoherenceReader()
    blocks = [reader.read(window) for window in windows_of(chapters(text), 1_000)]
    (_, second) = blocks
    assert second is not None
    assert second.figures[CoherenceFigure.SEEN_NAMES] == pytest.approx(4 / 5)
    assert second.figures[CoherenceFigure.NEW_NAMES] == 1
    assert share_inside([second], CoherenceFigure.SEEN_NAMES) == 1
    assert not second.is_inside(), "hardly a content word is shared"


def test_a_rest_is_no_block() -> None:
    report = judge(
        chapters(block("the sea rose") + block("the sea fell") + "The sea."), shipped_norms()
    )
    assert [each.number for each in report.blocks] == [2]


def test_drift_compares_as_many_words_of_both_ends() -> None:
    reader = DriftReader()
    loop = "He went down to the sea and he came back from the sea. "
    for section in chapters(prose(300, 1), prose(500, 2), prose(900, 3), loop * 60, loop * 60):
        reader.read(section)
    drift = reader.drift()
    assert drift is not None
    assert drift.words == 800
    ratio = drift.ratio("rep4")
    assert drift.last["rep4"] > 90 and (ratio is None or ratio > 10)
    assert drift.ratio("unknown") is None


@pytest.mark.parametrize("texts", [("a b c",) * 3, ("a b c",) * 5])
def test_drift_needs_chapters_and_words(texts: tuple[str, ...]) -> None:
    reader = DriftReader()
    for section in chapters(*texts):
        reader.read(section)
    assert reader.drift() is None
