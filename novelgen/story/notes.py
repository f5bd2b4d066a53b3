"""What the brief of a beat carries of the story: what happened, what is true, what is promised.

Facts about those whom the beat names come first, then those of the chapter's card, then those of
the text just before. Promises that are due are told, so that the beat may keep them. The same
story, beat and budget give the same notes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from novelgen.story.known_entries import known_names_of
from novelgen.story.story_so_far import story_so_far
from novelgen.story.story_view import StoryView, view_before
from novelgen.text.fact_words import Attribute
from novelgen.text.known_names import KnownNames, split_titles
from novelgen.text.name_phrases import name_phrases
from novelgen.text.passages import fold
from storage.story_records import EntryKind, EntryRecord, FactRecord, ThreadRecord
from storage.unit_of_work import UnitOfWork

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


@dataclass(frozen=True, slots=True)
class StoryNotes:
    """Notes for a beat. Facts and threads are sentences, the most telling first."""

    story_so_far: str
    facts: tuple[str, ...]
    threads: tuple[str, ...]


class NoteTaker:
    """Takes notes for the beats of one chapter."""

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
        self._so_far: dict[int, str] = {}

    def notes(self, beat: str, *, card: str = "", tail: str = "", budget_tokens: int) -> StoryNotes:
        """Notes that take at most `budget_tokens` tokens together."""
        weights = self._weights(((beat, _BEAT), (card, _CARD), (tail, _TAIL)))
        threads = self._within(self._due(), int(budget_tokens * _THREADS_SHARE))
        facts = self._within(self._facts(weights), int(budget_tokens * _FACTS_SHARE))
        used = sum(self._count(_LINE + each) for each in (*facts, *threads))
        return StoryNotes(self._story_so_far(budget_tokens - used), facts, threads)

    def _story_so_far(self, budget_tokens: int) -> str:
        if budget_tokens not in self._so_far:
            self._so_far[budget_tokens] = story_so_far(self._view, budget_tokens, self._count)
        return self._so_far[budget_tokens]

    def _weights(self, texts: Iterable[tuple[str, float]]) -> dict[str, float]:
        """How much each entry matters, by where it is named: by its key."""
        keys = {entry.name: entry.key for entry in self._view.entries}
        weights: dict[str, float] = {}
        for text, weight in texts:
            named = {self._names.find(phrase) for phrase in name_phrases(text, self._words)}
            named |= {
                entry.name
                for entry in self._view.entries
                if entry.name.startswith("the ") and entry.name in text.lower()
            }
            for name in sorted(each for each in named if each is not None):
                weights[keys[name]] = weights.get(keys[name], 0.0) + weight
        return weights

    def _facts(self, weights: dict[str, float]) -> list[str]:
        """Sentences, those of the weightiest entries first, a few of each before more of any."""
        entries = {entry.key: entry for entry in self._view.entries}
        rows: list[tuple[int, float, int, int, str]] = []
        for place, (key, facts) in enumerate(_by_entry(self._view.facts).items()):
            entry = entries.get(key)
            if entry is None:
                continue
            for rank, text in enumerate(_told_of(entry, facts)):
                weight = weights.get(key, 0.0)
                rows.append((0 if weight else 1, -weight + rank, rank, place, text))
        told = _by_entry(self._view.facts)
        for place, entry in enumerate(self._view.entries, start=len(rows)):
            weight = weights.get(entry.key, 0.0)
            if entry.description and entry.key not in told and weight:
                rows.append((0, -weight, 0, place, _description(entry)))
        return list(dict.fromkeys(text for *_, text in sorted(rows)))

    def _due(self) -> list[str]:
        """Open promises that the plan or the text wants kept by this chapter, the oldest first."""
        return [
            _promise(thread)
            for thread in self._view.threads
            if thread.due_chapter is not None and thread.due_chapter <= self._view.chapter
        ]

    def _within(self, lines: Sequence[str], budget_tokens: int) -> tuple[str, ...]:
        kept: list[str] = []
        for line in lines:
            cost = self._count(_LINE + line)
            if cost > budget_tokens:
                break
            kept.append(line)
            budget_tokens -= cost
        return tuple(kept)


def story_notes(
    work: UnitOfWork,
    branch_id: str,
    chapter: int,
    beat: str,
    *,
    card: str = "",
    tail: str = "",
    budget_tokens: int,
    count_tokens: Callable[[str], int],
) -> StoryNotes:
    """Notes for one beat of a chapter; of several beats a `NoteTaker` reads the story once."""
    taker = NoteTaker(view_before(work, branch_id, chapter), count_tokens)
    return taker.notes(beat, card=card, tail=tail, budget_tokens=budget_tokens)


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
