"""All prose metrics of one text.

`measure` of a window of 5,000 or 1,000 words gives figures that can be compared with `Norms` of
that window. Most metrics depend on the length of the text; `band_distance` knows which.
"""

import re
import zlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from novelgen.text.prose_metrics.cleaning import PARAGRAPH_BREAK, clean_up
from novelgen.text.prose_metrics.diversity import mattr, mtld
from novelgen.text.prose_metrics.metric_words import placed_words
from novelgen.text.prose_metrics.repeats import count_repeats

METRICS = {
    "rep2": "repeated pairs of words (%)",
    "rep3": "repeated runs of 3 words (%)",
    "rep4": "repeated runs of 4 words (%)",
    "distinct1": "different words (%)",
    "zlib": "compressibility",
    "mtld": "variety of words (MTLD)",
    "mattr500": "variety of words (MATTR, 500)",
    "sent_mean": "words a sentence",
    "sent_cv": "variation of sentence length",
    "dup8_per_1k": "repeated runs of 8 words, per 1,000",
    "longest_repeat": "longest repeated run (words)",
    "dialogue": "paragraphs with speech (%)",
}
"""Every metric by its key, with what a person reads."""

_SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"')\]]*\s+")
_LONG_NGRAM = 8
# Of prose that is the end of a long text; where words are longer, fewer of them are measured.
_CHARS_PER_WORD = 8


@dataclass(frozen=True, slots=True)
class Measured:
    """The metrics of a text. One that the text is too short for is not among `values`."""

    words: int
    """Metrics' words of the text."""
    values: Mapping[str, float]
    """By the keys of `METRICS`."""


def measure(raw: str, max_words: int | None = None) -> Measured:
    """The metrics of a text as it is kept, or of its last `max_words` words.

    Of a text without words, none.
    """
    text = clean_up(raw)
    placed = list(placed_words(text))
    if max_words is not None:
        placed = placed[-max_words:]
    if not placed:
        return Measured(0, {})
    first, last = placed[0][1], placed[-1][2]
    words = [word for word, _, _ in placed]
    return measure_words(text[first:last], words, [start - first for _, start, _ in placed])


def measure_continued(before: str, passage: str, max_words: int = 1_000) -> Measured:
    """The metrics of a passage together with the end of the text that it continues.

    Both as they are kept, joined as they stand; no more than `max_words` words of them, whole words
    from the end. Takes a few milliseconds for 1,000 words, however long the text before is.
    """
    return measure(before[-max_words * _CHARS_PER_WORD :] + passage, max_words)


def measure_words(text: str, words: Sequence[str], starts: Sequence[int]) -> Measured:
    """The metrics of a text that is cleaned up, from its first to its last word.

    `words` are its metrics' words, at least one, and `starts` where they begin in it.
    """
    repeats = count_repeats(words)
    values = {f"rep{n}": 100 * repeats.share_repeated(n) for n in (2, 3, 4) if len(words) >= n}
    values["distinct1"] = 100 * (1 - repeats.share_repeated(1))
    values["zlib"] = compressibility(text)
    values["mtld"] = mtld(words)
    moving_average = mattr(words)
    if moving_average is not None:
        values["mattr500"] = moving_average
    lengths = sentence_lengths(text, starts)
    values["sent_mean"] = fmean(lengths)
    values["sent_cv"] = pstdev(lengths) / values["sent_mean"]
    values["dup8_per_1k"] = 1000 * repeats.kinds_repeated(_LONG_NGRAM) / len(words)
    values["longest_repeat"] = repeats.longest
    values["dialogue"] = dialogue_share(text)
    return Measured(len(words), values)


def compressibility(text: str) -> float:
    """Bytes of the text as UTF-8 per byte that zlib makes of them."""
    encoded = text.encode("utf-8", "replace")
    return len(encoded) / len(zlib.compress(encoded, 9))


def sentence_lengths(text: str, starts: Sequence[int]) -> list[int]:
    """Words in each sentence that holds one; `starts` are where the words of the text begin."""
    lengths = []
    before = 0
    for end in [match.end() for match in _SENTENCE_BREAK.finditer(text)] + [len(text)]:
        upto = bisect_left(starts, end, before)
        if upto > before:
            lengths.append(upto - before)
        before = upto
    return lengths


def dialogue_share(text: str) -> float:
    """Percentage of the paragraphs that a double quote stands in."""
    paragraphs = [part for part in PARAGRAPH_BREAK.split(text) if part.strip()]
    return 100 * sum('"' in part for part in paragraphs) / len(paragraphs)
