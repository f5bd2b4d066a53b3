"""What the brief of a beat carries of the story: what happened, what is true, what is promised.

Facts about those whom the beat names come first, then those of the chapter's card, then those of
the text just before. Promises that are due are told, so that the beat may keep them. The same
story, beat and budget give the same notes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.story.known_entries import known_names_of
from novelgen.story.story_so_far import StorySoFar
from novelgen.story.story_view import StoryView
from novelgen.text.fact_words import Attribute
from novelgen.text.known_names import KnownNames, split_titles
from novelgen.text.name_phrases import name_phrases
from novelgen.text.passages import fold
from storage.story_records import EntryKind, EntryRecord, FactRecord, ThreadRecord

_FACTS_SHARE = 0.4
_THREADS_SHARE = 0.15
_BEAT, _CARD, _TAIL = 4.0, 2.0, 1.0
_CHANGES = frozenset({Attribute.AGE, Attribute.EYES, Attribute.HAIR, Attribute.HOME})
"""Of these the last that was said holds."""
_ORDER = {Attribute.DEATH: 0, Attribute.WORK: 2, Attribute.AGE: 3, Attribute.EYES: 4,
          Attribute.HAIR: 4, Attribute.HOME: 5, Attribute.PLACE: 5, Attribute.IS: 6,
          Attribute.OWNS: 7}  # fmt: skip
_OTHER_ORDER = 1
_LINE = "- "
_ROOM_STEPS = 16
"""What facts and promises leave of the budget is told in so many steps, so that the story so far is
put together a few times a chapter and not for every passage."""


@dataclass(frozen=True, slots=True)
class StoryNotes:
    """Notes for a beat. Facts and threads are sentences, the most telling first."""

    story_so_far: str
    facts: tuple[str, ...]
    threads: tuple[str, ...]


class NoteTaker:
    """Takes notes for the beats of one chapter.

    What is told of everybody is sorted once; a beat looks at those alone whom it names.
    """

    def __init__(self, view: StoryView, count_tokens: Callable[[str], int]) -> None:
        self._view = view
        self._count = count_tokens
        self._names = KnownNames.of(known_names_of(view.entries))
        self._words = frozenset(
            word
            for entry in view.entries
            for name in (entry.name, *entry.aliases)
            for word in split_titles(name)[1]
        )
        self._keys = {entry.name: entry.key for entry in view.entries}
        self._unnamed = [
            entry.name for entry in view.entries if entry.name.startswith("the ")
        ]  # houses and such, that nobody gave a name
        self._told = _told(view)
        self._usual = _in_usual_order(self._told.values())
        self._promises = _due(view)
        self._so_far = StorySoFar(view, count_tokens)

    def notes(self, beat: str, *, card: str = "", tail: str = "", budget_tokens: int) -> StoryNotes:
        """Notes that take at most `budget_tokens` tokens together."""
        weights = self._weights(((beat, _BEAT), (card, _CARD), (tail, _TAIL)))
        threads = self._within(self._promises, int(budget_tokens * _THREADS_SHARE))
        facts = self._within(self._facts(weights), int(budget_tokens * _FACTS_SHARE))
        used = sum(self._count(_LINE + each) for each in (*facts, *threads))
        step = max(1, budget_tokens // _ROOM_STEPS)
        return StoryNotes(
            self._so_far.within((budget_tokens - used) // step * step), facts, threads
        )

    def _weights(self, texts: Iterable[tuple[str, float]]) -> dict[str, float]:
        """How much each entry matters, by where it is named: by its key."""
        weights: dict[str, float] = {}
        for text, weight in texts:
            named = {self._names.find(phrase) for phrase in name_phrases(text, self._words)}
            lowered = text.lower()
            named |= {name for name in self._unnamed if name in lowered}
            for name in sorted(each for each in named if each is not None):
                key = self._keys[name]
                weights[key] = weights.get(key, 0.0) + weight
        return weights

    def _facts(self, weights: dict[str, float]) -> Iterator[str]:
        """Sentences, those of the weightiest entries first, a few of each before more of any."""
        rows = sorted(
            (rank - weight, rank, told.place, text)
            for key, weight in weights.items()
            if (told := self._told.get(key)) is not None
            for rank, text in enumerate(told.texts)
        )
        named = dict.fromkeys(text for *_, text in rows)
        yield from named
        yield from (text for text in self._usual if text not in named)

    def _within(self, lines: Iterable[str], budget_tokens: int) -> tuple[str, ...]:
        kept: list[str] = []
        for line in lines:
            cost = self._count(_LINE + line)
            if cost > budget_tokens:
                break
            kept.append(line)
            budget_tokens -= cost
        return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Told:
    """What is told of an entry."""

    place: int
    """Among the others: those with facts first, in the order in which the story tells of them."""
    texts: list[str]
    has_facts: bool


def _told(view: StoryView) -> dict[str, _Told]:
    """What there is to tell, by the key of the entry."""
    entries = {entry.key: entry for entry in view.entries}
    told = {
        key: _Told(place, _told_of(entries[key], facts), has_facts=True)
        for place, (key, facts) in enumerate(_by_entry(view.facts).items())
        if key in entries
    }
    for place, entry in enumerate(view.entries, start=len(view.facts)):
        if entry.description and entry.key not in told:
            told[entry.key] = _Told(place, [_description(entry)], has_facts=False)
    return told


def _in_usual_order(told: Iterable[_Told]) -> list[str]:
    """The sentences as they are told where nobody is named: a few of each before more of any."""
    rows = sorted(
        (rank, each.place, text)
        for each in told
        if each.has_facts
        for rank, text in enumerate(each.texts)
    )
    return list(dict.fromkeys(text for *_, text in rows))


def _due(view: StoryView) -> list[str]:
    """Open promises that the plan or the text wants kept by this chapter, the oldest first."""
    return [
        _promise(thread)
        for thread in view.threads
        if thread.due_chapter is not None and thread.due_chapter <= view.chapter
    ]


def _by_entry(facts: Sequence[FactRecord]) -> dict[str, list[FactRecord]]:
    found: dict[str, list[FactRecord]] = {}
    for fact in facts:
        found.setdefault(fact.entry_key, []).append(fact)
    return found


def _told_of(entry: EntryRecord, facts: Sequence[FactRecord]) -> list[str]:
    """What is true of an entry now, as sentences, each once."""
    latest: dict[tuple[str, ...], FactRecord] = {}
    for fact in facts:  # by where they begin to hold
        changes = fact.attribute in _CHANGES
        key = (fact.attribute,) if changes else (fact.attribute, fact.value.casefold())
        latest.setdefault(key, fact)
        if changes:
            latest[key] = fact
    ordered = sorted(latest.values(), key=lambda fact: (_rank(fact.attribute), fact.id))
    texts = [fold(fact.text) for fact in ordered]
    if entry.description and facts:
        texts.insert(0, _description(entry))
    return list(dict.fromkeys(texts))


def _rank(attribute: str) -> int:
    return next((rank for known, rank in _ORDER.items() if known == attribute), _OTHER_ORDER)


def _description(entry: EntryRecord) -> str:
    text = fold(entry.description)
    end = "" if text.endswith((".", "!", "?")) else "."
    is_sentence = entry.kind is not EntryKind.CHARACTER and text.startswith(entry.name)
    return f"{text}{end}" if is_sentence else f"{entry.name}: {text}{end}"


def _promise(thread: ThreadRecord) -> str:
    return f"Chapter {thread.opened_chapter}: {fold(thread.text)}"
