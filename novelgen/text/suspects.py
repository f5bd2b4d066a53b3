"""What an edit took out of a chapter that later chapters may still count on.

A name, a number, a word of fact, or a sentence: each with the words that stood around it, by which
a later mention of the same matter is told from a chance use of the word. Knows no later text.
"""

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from novelgen.text.content_words import (
    are_contrasts,
    are_synonyms,
    common_stems,
    content_stems,
    is_content,
    stem,
    words_of,
)
from novelgen.text.names import capitalised_in, names_in, uses_name
from novelgen.text.passages import paragraphs_of, sentences_of
from novelgen.text.quantities import first_words, quantities_in
from novelgen.text.revisions import Revision

# So many mentions given the same other name are a renaming, not a change of who did something.
_RENAMED_MENTIONS = 2
_MOST_SUSPECTS = 2_000


class ConsequenceKind(enum.Enum):
    """What it is that a later passage may have wrong."""

    NAME = "name"
    NUMBER = "number"
    FACT = "fact"
    EVENT = "event"
    """Something that no longer happens: its sentence was taken out."""


class Evidence(enum.Enum):
    """What makes a later use of a word one of the same matter."""

    USE = "any use"
    CONTRAST = "company; the word was replaced by one that excludes it"
    NUMBER = "company; the number was replaced"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, eq=False)
class Suspect:
    """A word that was taken out of a sentence."""

    kind: ConsequenceKind
    term: str
    """As it was written."""
    key: str
    """The name itself, the key of the quantity, or the stem of the word."""
    evidence: Evidence
    companions: frozenset[str]
    """Stems of the words that stood with it."""
    revision: Revision

    @property
    def is_quantity(self) -> bool:
        """Whether the key is that of a quantity."""
        return self.kind is ConsequenceKind.NUMBER

    @property
    def first_words(self) -> frozenset[str]:
        """Words, in lower case, one of which is in every use; for a word of fact its stem."""
        if self.is_quantity:
            return first_words(self.key)
        return frozenset({self.key.lower()})

    @property
    def stem(self) -> str:
        """A stem that is used about as often as the term."""
        return stem(words_of(self.term)[0])


def find_suspects(
    revisions: list[Revision], old: str, new: str, is_known: Callable[[str], bool]
) -> list[Suspect]:
    """The suspects of an edit; `is_known` tells the names that earlier chapters used."""
    search = _Search(old, new, is_known)
    search.look_for_renamings(revisions)
    return list(search.suspects(revisions))[:_MOST_SUSPECTS]


def find_suspects_of_rewriting(
    revisions: list[Revision], old: str, new: str, is_known: Callable[[str], bool]
) -> list[Suspect]:
    """The suspects when a chapter was written anew: vanished names, numbers of those who stayed."""
    search = _Search(old, new, is_known)
    return list(search.suspects_of_rewriting(revisions))[:_MOST_SUSPECTS]


class _Search:
    def __init__(self, old: str, new: str, is_known: Callable[[str], bool]) -> None:
        self._names = names_in(old) | names_in(new)
        self._old_names = capitalised_in(old)
        self._new_names = capitalised_in(new)
        self._is_known = is_known
        self._new_quantities = {quantity.key for quantity in quantities_in(new)}
        self._still_together = _company(new)
        self._renamed: set[str] = set()
        self._seen: set[str] = set()

    def look_for_renamings(self, revisions: list[Revision]) -> None:
        """Takes note of the names that gave way to one other name again and again."""
        swaps: Counter[tuple[str, str]] = Counter()
        for revision in revisions:
            gone, came = self._swapped_names(revision)
            swaps.update((one, other) for one in gone for other in came)
        self._renamed = {one for (one, _), count in swaps.items() if count >= _RENAMED_MENTIONS}

    def suspects(self, revisions: list[Revision]) -> Iterator[Suspect]:
        for revision in revisions:
            yield from self._names_of(revision)
            yield from self._numbers_of(revision)
            yield from self._facts_of(revision)

    def suspects_of_rewriting(self, revisions: list[Revision]) -> Iterator[Suspect]:
        for revision in revisions:
            revision = Revision(revision.before, "", revision.nearby)
            names = capitalised_in(revision.before)
            for name in sorted(names - self._new_names - self._seen):
                if name in self._names and not self._is_known(name):
                    self._seen.add(name)
                    yield self._name(name, Evidence.USE, revision)
            kept = frozenset(stem(name) for name in names & self._new_names & self._names)
            for suspect in self._numbers_of(revision):
                company = kept & suspect.companions
                if company:
                    yield Suspect(
                        suspect.kind, suspect.term, suspect.key, Evidence.NUMBER, company, revision
                    )

    def _swapped_names(self, revision: Revision) -> tuple[frozenset[str], frozenset[str]]:
        before, after = capitalised_in(revision.before), capitalised_in(revision.after)
        return before - after, (after - before) & self._names

    def _names_of(self, revision: Revision) -> Iterator[Suspect]:
        gone, came = self._swapped_names(revision)
        for name in sorted(gone):
            has_vanished = name not in self._new_names
            is_swapped = bool(came) and name in self._names
            if has_vanished and (not self._is_known(name) or name in self._renamed):
                if name not in self._seen:
                    self._seen.add(name)
                    yield self._name(name, Evidence.USE, revision)
            elif is_swapped:
                yield self._name(name, Evidence.COMPANY, revision)

    def _name(self, name: str, evidence: Evidence, revision: Revision) -> Suspect:
        company = frozenset(content_stems(revision.before)) - {stem(name)}
        return Suspect(ConsequenceKind.NAME, name, name, evidence, company, revision)

    def _numbers_of(self, revision: Revision) -> Iterator[Suspect]:
        kept = {quantity.key for quantity in quantities_in(revision.after)}
        for quantity in quantities_in(revision.before):
            if quantity.key in kept:
                continue
            term = revision.before[quantity.start : quantity.end]
            number_stems = set(map(stem, words_of(term)))
            company = frozenset(content_stems(revision.before)) - number_stems
            is_telling = quantity.is_year_or_date and quantity.key not in self._new_quantities
            evidence = Evidence.USE if is_telling else Evidence.NUMBER
            kind = ConsequenceKind.NUMBER
            yield Suspect(kind, term, quantity.key, evidence, company, revision)

    def _facts_of(self, revision: Revision) -> Iterator[Suspect]:
        before, after = set(content_stems(revision.before)), set(content_stems(revision.after))
        kept = after if revision.after else set(content_stems(revision.nearby))
        not_facts = self._not_facts(revision.before)
        for word in dict.fromkeys(words_of(revision.before)):
            key = stem(word)
            if not is_content(word) or word in not_facts or key in kept:
                continue
            if any(are_synonyms(key, other) for other in kept):
                continue
            excludes = any(are_contrasts(key, other) for other in after - before)
            if key in common_stems() and not excludes:
                continue
            company = frozenset(before - {key} - self._still_together[key])
            kind = ConsequenceKind.FACT if revision.after else ConsequenceKind.EVENT
            evidence = Evidence.CONTRAST if excludes else Evidence.COMPANY
            yield Suspect(kind, word, key, evidence, company, revision)

    def _not_facts(self, sentence: str) -> set[str]:
        """The names, titles and numbers in a sentence."""
        numbers = {
            word
            for quantity in quantities_in(sentence)
            for word in words_of(sentence[quantity.start : quantity.end])
        }
        return numbers | {word for word in self._names if uses_name(sentence, word, False)}


def _company(text: str) -> defaultdict[str, set[str]]:
    """For each stem of a text those that stand in a sentence with it."""
    company: defaultdict[str, set[str]] = defaultdict(set)
    for sentence in _sentences(text):
        stems = set(content_stems(sentence))
        for one in stems:
            company[one] |= stems
    return company


def _sentences(text: str) -> Iterable[str]:
    return (sentence for _, part in paragraphs_of(text) for sentence in sentences_of(part))
