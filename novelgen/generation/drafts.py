"""Makes drafts of what a model drew: cleaned, cut before the first alarm, and at a sentence end."""

from dataclasses import dataclass

from novelgen.generation.stop import Struck
from novelgen.text.alarms.kinds import Alarm
from novelgen.text.alarms.watch import Watch
from novelgen.text.prose import clean_prose, cut_to_words, joint, without_fragment
from novelgen.text.sentences import complete_sentence_ends, has_balanced_quotes
from novelgen.text.speech_marks import with_marks_of
from novelgen.text.words import count_words

_LAST_PARAGRAPH = 4_000
"""Characters of an open paragraph that what follows is read with."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A cleaned candidate that ends on a complete sentence."""

    attempt: int
    candidate: int
    text: str
    """With the white space that joins it to the text before."""
    words: int
    mean_logprob: float | None
    """Of the tokens drawn, under the unfiltered model; None where the guard ended the row, or
    where the engine gives no scores."""
    stopped_by: Alarm | None = None
    """What it was cut short before; its offsets are those of what was drawn, cleaned."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a passage is to be."""

    words: int
    starts_paragraph: bool
    breaks_paragraph: bool = False
    """The paragraph before is long enough; what follows begins one of its own."""
    opens_chapter: bool = False
    tolerance: int | None = None
    """It ends its chapter, and may be so many words off; None where the chapter goes on."""

    @property
    def is_paragraph(self) -> bool:
        """Whether it begins with a paragraph."""
        return self.starts_paragraph or self.breaks_paragraph

    @property
    def ends_chapter(self) -> bool:
        return self.tolerance is not None


class DraftMaker:
    """Makes the drafts of one passage, which goes on from `prose_before`.

    `prefix` is what was kept of an earlier attempt, with the white space that joins it.
    Without a `watch` nothing raises an alarm.
    """

    def __init__(
        self, watch: Watch | None, wanted: Wanted, prose_before: str, prefix: str = ""
    ) -> None:
        self._watch = watch
        self._wanted = wanted
        self._prefix = prefix
        self._prose_before = prose_before
        paragraph = "" if wanted.is_paragraph else prose_before[-_LAST_PARAGRAPH:]
        self._open_paragraph = paragraph.rsplit("\n\n", 1)[-1]

    @property
    def prefix_words(self) -> int:
        return count_words(self._prefix)

    def struck(self, drawn: str) -> Struck | None:
        """What is wrong with a row that still grows, and where; its last word may be a half one."""
        whole_words = drawn[: len(drawn) - len(drawn.split()[-1])] if drawn.split() else ""
        text = self._joined(whole_words)
        alarm = self._first_alarm(text)
        if alarm is None:
            return None
        start = len(self._prefix.lstrip())
        end = max(alarm.start, start)
        return Struck(text[start:end], text[end:], alarm.kind.value, alarm.detail)

    def draft(self, attempt: int, row: int, drawn: str, mean_logprob: float | None) -> Draft:
        """A draft, which may be empty."""
        text = self._joined(drawn)
        alarm = self._first_alarm(text)
        kept = self._cut(text if alarm is None else text[: alarm.start])
        if len(kept) <= len(self._prefix):
            kept = ""
        lead = self.lead(drawn)
        return Draft(
            attempt, row, lead + kept if kept else "", count_words(kept), mean_logprob, alarm
        )

    def before_alarm(self, drawn: str) -> tuple[str, bool]:
        """All that may stand of a row that has ended, and whether anything is left out."""
        text = self._joined(drawn)
        alarm = self._first_alarm(text)
        return (text, False) if alarm is None else (text[: alarm.start].rstrip(), True)

    def cleaned(self, drawn: str) -> str:
        """What was drawn as prose of this book, with the quotation marks that it has."""
        return with_marks_of(self._prose_before, clean_prose(drawn))

    def _joined(self, drawn: str) -> str:
        """The passage as far as it is drawn, without the white space before it."""
        prose = self.cleaned(drawn)
        if self._prefix:
            return self._prefix.lstrip() + joint(drawn) + prose if prose else self._prefix.lstrip()
        return without_fragment(prose) if self._wanted.opens_chapter else prose

    def lead(self, drawn: str) -> str:
        """The white space that joins a draft to the prose before it."""
        if self._wanted.starts_paragraph:
            return ""
        if self._wanted.breaks_paragraph:
            return "\n\n"
        if self._prefix:
            return self._prefix[: len(self._prefix) - len(self._prefix.lstrip())]
        return joint(drawn)

    def _first_alarm(self, text: str) -> Alarm | None:
        if self._watch is None:
            return None
        start = len(self._prefix.lstrip())
        alarms = self._watch.alarms(text, self._open_paragraph)
        return next((alarm for alarm in alarms if alarm.end > start), None)

    def _cut(self, text: str) -> str:
        if self._wanted.tolerance is not None:
            return cut_to_end(text, self._wanted.words, self._wanted.tolerance)
        return cut_to_words(text, self._wanted.words)


def cut_to_end(text: str, wanted_words: int, tolerance: int) -> str:
    """`text` up to a place where a chapter may end, as near to `wanted_words` as may be.

    Every quotation is closed there. A place that ends a paragraph is worth half the tolerance.
    Empty when there is none.
    """
    ends = [end for end in complete_sentence_ends(text) if has_balanced_quotes(text, end)]
    if not ends:
        return ""

    def cost(end: int) -> float:
        rest = text[end:].lstrip(" ")
        ends_paragraph = not rest or rest.startswith("\n")
        return abs(count_words(text[:end]) - wanted_words) - ends_paragraph * tolerance / 2

    return text[: min(ends, key=cost)]
