"""Who and what a finished text is about, for the plan of what follows: its most named, by rules."""

from collections import Counter
from collections.abc import Iterable

from novelgen.planning.cards import Cast, CastMember
from novelgen.planning.cast_planner import cast_sizes
from novelgen.text.known_names import KnownName
from novelgen.text.mentions import EntityKind, mentions_of, named_sentences
from novelgen.text.titles import Sex
from novelgen.text.told_sentences import told_sentences


def cast_of_text(chapters: Iterable[str], target_words: int) -> Cast:
    """The people and places that are named most, as many as a novel of that length has.

    Nobody is invented: a text that names nobody has an empty cast. English only.
    """
    counts: Counter[tuple[str, EntityKind]] = Counter()
    known: dict[str, KnownName] = {}
    for text in chapters:
        names = list(known.values())
        for entry in mentions_of(named_sentences(told_sentences(text), names), names).entries:
            counts[entry.name, entry.kind] += entry.count
            if entry.name not in known:
                known[entry.name] = KnownName(
                    entry.name, entry.aliases, entry.kind.value, entry.sex or Sex.UNKNOWN
                )
    people, places = cast_sizes(target_words)
    return Cast(
        _most_named(counts, EntityKind.CHARACTER, people),
        _most_named(counts, EntityKind.PLACE, places),
    )


def _most_named(
    counts: Counter[tuple[str, EntityKind]], kind: EntityKind, most: int
) -> tuple[CastMember, ...]:
    named = [(count, name) for (name, its), count in counts.items() if its is kind]
    named.sort(key=lambda each: (-each[0], each[1]))
    return tuple(CastMember(name) for _, name in named[:most])
