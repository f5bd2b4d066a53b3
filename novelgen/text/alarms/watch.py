"""All alarms of a text that goes on from a book."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import chain

from novelgen.text.alarms.banned import banned_alarms
from novelgen.text.alarms.borrowed_names import borrowed_name_alarms
from novelgen.text.alarms.echoes import EchoIndex
from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.alarms.litter import litter_alarms
from novelgen.text.alarms.loops import loop_alarms
from novelgen.text.alarms.quoting import quote_alarms
from novelgen.text.alarms.repeats import RepeatIndex, repeat_alarms
from novelgen.text.alarms.shape import shape_alarms
from novelgen.text.leaks import find_leaks

_RECENT_WORDS = 600
_BEARABLE = frozenset(
    [
        AlarmKind.REPEAT,
        AlarmKind.SENTENCE,
        AlarmKind.LOOP,
        AlarmKind.QUOTES,
        AlarmKind.PARAGRAPH,
    ]
)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a text is watched against: the book before it, its brief, and the names it may use."""

    index: RepeatIndex = field(default_factory=RepeatIndex)
    echoes: EchoIndex = field(default_factory=lambda: EchoIndex(""))
    borrowed_names: Set[str] = frozenset()
    """Casefolded: of the books that the model was trained on."""
    known_names: Set[str] = frozenset()
    """Casefolded: of this novel."""
    banned: tuple[str, ...] = ()
    """Phrases that the person wants nowhere."""
    ignored: Set[AlarmKind] = frozenset()
    """Kinds that raise no alarm."""

    def alarms(self, text: str, open_paragraph: str = "", *, is_whole: bool = False) -> list[Alarm]:
        """The alarms of a text, by their place. Where it is not whole, it may still go on.

        `open_paragraph` is what stands before it in its first paragraph.
        """
        found = [
            *self._found(text, self.index.recent(_RECENT_WORDS)),
            *_shapes(text, open_paragraph, is_whole=is_whole),
        ]
        heard = [alarm for alarm in found if alarm.kind not in self.ignored]
        return sorted(heard, key=lambda alarm: (alarm.start, alarm.end))

    def for_grave_alarms(self) -> "Watch":
        """The same, for what must never stand in a book: no repeats, marks or lengths."""
        return replace(self, ignored=_BEARABLE)

    def _found(self, text: str, recent: Sequence[str]) -> Iterator[Alarm]:
        yield from repeat_alarms(text, self.index)
        yield from loop_alarms(text, recent)
        yield from self.echoes.alarms(text)
        yield from borrowed_name_alarms(text, self.borrowed_names, self.known_names)
        yield from banned_alarms(text, self.banned)
        yield from litter_alarms(text)
        for start, end in find_leaks(text):
            yield Alarm(AlarmKind.LEAK, start, end, text[start:end].strip())


def _shapes(text: str, open_paragraph: str, *, is_whole: bool) -> Iterator[Alarm]:
    """What only whole paragraphs show. A quotation that was opened before the text is its own to
    close; how long the paragraph before it is, is not its fault."""
    before = len(open_paragraph)
    whole = open_paragraph + text
    alarms = chain(quote_alarms(whole, is_whole=is_whole), shape_alarms(whole, is_whole=is_whole))
    for alarm in alarms:
        if alarm.start >= before or (alarm.kind is AlarmKind.QUOTES and alarm.end > before):
            yield replace(alarm, start=max(0, alarm.start - before), end=alarm.end - before)
