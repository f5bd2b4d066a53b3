"""Which beat a chapter is in, and how many words it still wants: a function of words written."""

from collections.abc import Sequence
from dataclasses import dataclass

_MAX_PASSAGE_WORDS = 180
_LEAST_PASSAGE_WORDS = 25
_LEAST_END_WORDS = 60
"""Words that the last passage of a chapter has at least to come to an end in, give or take what the
one before it runs over."""
_MOST_END_WORDS = 220
ENOUGH_WORDS = 8
"""A chapter that lacks fewer words than this is complete: the next sentence would overshoot."""


@dataclass(frozen=True, slots=True)
class NextPassage:
    """What to draw next: the index of the beat, and how many words."""

    beat: int
    wanted_words: int
    ends_chapter: bool
    """Whether the chapter should be complete after it."""


def next_passage(
    beat_words: Sequence[int], chapter_target_words: int, words_written: int
) -> NextPassage | None:
    """The passage that follows `words_written` words of a chapter; None when it is complete.

    Beats are stretched or shrunk to the chapter's target. A beat's remainder too small for a
    passage goes to the next beat.
    """
    left = chapter_target_words - words_written
    if left < ENOUGH_WORDS and words_written:
        return None
    scale = chapter_target_words / sum(beat_words)
    upto = 0.0
    last = len(beat_words) - 1
    for beat, words in enumerate(beat_words):
        upto += words * scale
        in_beat = round(upto) - words_written
        if beat == last or in_beat >= min(_LEAST_PASSAGE_WORDS, left):
            return _within(beat, left if beat == last else in_beat, left)
    return None


def _within(beat: int, in_beat: int, left: int) -> NextPassage:
    """At most a passage's worth, and never a remainder too small to draw."""
    wanted = min(in_beat, _MAX_PASSAGE_WORDS)
    if in_beat > wanted and in_beat - wanted < _LEAST_PASSAGE_WORDS:
        wanted = in_beat // 2
    if left - wanted < _LEAST_END_WORDS:
        wanted = left if left <= _MOST_END_WORDS else left // 2
    return NextPassage(beat, max(wanted, 1), wanted >= left)
