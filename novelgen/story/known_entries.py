"""The names of a bible's entries in the form that texts are read with."""

from collections.abc import Iterable, Sequence

from novelgen.text.given_names import GIVEN_NAMES
from novelgen.text.invented_names import name_words
from novelgen.text.known_names import KnownName, split_titles
from novelgen.text.names import capitalised_in
from novelgen.text.titles import Sex, sex_of_titles
from storage.story_records import EntryKind, EntryRecord


def known_names_of(entries: Iterable[EntryRecord]) -> list[KnownName]:
    """The names by which the text may call the entries, and the sex that they tell."""
    return [
        KnownName(
            entry.name,
            tuple(entry.aliases),
            entry.kind.value,
            _sex([entry.name, *entry.aliases])
            if entry.kind is EntryKind.CHARACTER
            else Sex.UNKNOWN,
        )
        for entry in entries
    ]


def _sex(names: Sequence[str]) -> Sex:
    told = [sex_of_titles(split_titles(name)[0]) for name in names]
    told += [
        GIVEN_NAMES.get(words[0].lower(), Sex.UNKNOWN)
        for name in names
        if (words := split_titles(name)[1])
    ]
    return next((sex for sex in told if sex is not Sex.UNKNOWN), Sex.UNKNOWN)


def known_name_words(entries: Iterable[EntryRecord], *texts: str) -> frozenset[str]:
    """The words that are no stranger's name: those of the bible, and of the texts, such as a plan.

    What `novelgen.text.invented_names` takes for known.
    """
    names = [name for entry in entries for name in (entry.name, *entry.aliases)]
    return name_words(names) | capitalised_in("\n".join(texts))
