"""Finds the suspects of an edit: the names, numbers and facts that its sentences lost.

A word that only took another form, spelling or synonym is none, nor is one that the chapter still
says in the same company. Knows no later text.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from novelgen.text.changed_sentences import ChangedSentence
from novelgen.text.content_words import (
    are_contrasts,
    are_synonyms,
    bare,
    common_stems,
    content_stems,
    is_content,
    stem,
    words_of,
)
from novelgen.text.names import capitalised_in, looks_like_name, names_in
from novelgen.text.passages import paragraphs_of, sentences_of
from novelgen.text.quantities import Quantity, quantities_in
from novelgen.text.suspects import ConsequenceKind, Evidence, Suspect
from novelgen.text.word_rates import stem_filter

# So many mentions given the same other name are a renaming, not a change of who did something.
_RENAMED_MENTIONS = 2
_MOST_SUSPECTS = 1_000
# Words to both sides; in a long sentence the rest is of another matter.
_NEAR = 10


def find_suspects(
    revisions: list[ChangedSentence], old: str, new: str, is_known: Callable[[str], bool]
) -> list[Suspect]:
    """The suspects of an edit; `is_known` tells the names that earlier chapters used."""
    search = _Search(revisions, old, new, is_known)
    search.look_for_renamings(revisions)
    return list(search.suspects(revisions))[:_MOST_SUSPECTS]


def find_suspects_of_rewriting(
    revisions: list[ChangedSentence], old: str, new: str, is_known: Callable[[str], bool]
) -> list[Suspect]:
    """The suspects when a chapter was written anew: vanished names, numbers of those who stayed."""
    search = _Search(revisions, old, new, is_known)
    return list(search.suspects_of_rewriting(revisions))[:_MOST_SUSPECTS]


class _Search:
    def __init__(
        self, revisions: list[ChangedSentence], old: str, new: str, is_known: Callable[[str], bool]
    ) -> None:
        self._names = names_in(old) | names_in(new)
        self._new_names = capitalised_in(new)
        self._is_known = is_known
        self._new = new
        self._stems: dict[str, frozenset[str]] = {}
        self._new_sentences: dict[str, list[str]] = {}
        self._renamed: set[str] = set()
        self._seen: set[str] = set()

    def look_for_renamings(self, revisions: list[ChangedSentence]) -> None:
        """Takes note of the names that gave way to one other name again and again."""
        swaps: Counter[tuple[str, str]] = Counter()
        for revision in revisions:
            gone, came = self._swapped_names(revision)
            swaps.update((one, other) for one in gone for other in came)
        self._renamed = {one for (one, _), count in swaps.items() if count >= _RENAMED_MENTIONS}

    def suspects(self, revisions: list[ChangedSentence]) -> Iterator[Suspect]:
        self._new_sentences = _sentences_by_stem(self._new, revisions)
        for revision in revisions:
            yield from self._names_of(revision)
            yield from self._numbers_of(revision)
            yield from self._facts_of(revision)

    def suspects_of_rewriting(self, revisions: list[ChangedSentence]) -> Iterator[Suspect]:
        for revision in revisions:
            revision = ChangedSentence(revision.before, "", revision.nearby)
            names = capitalised_in(revision.before)
            for name in sorted(names - self._new_names - self._seen):
                if self._is_name(name) and not self._is_known(name):
                    self._seen.add(name)
                    yield self._name(name, Evidence.USE, revision)
            kept = frozenset(stem(name) for name in names & self._new_names & self._names)
            for suspect in self._numbers_of(revision):
                company = kept & suspect.companions
                if company:
                    yield Suspect(
                        suspect.kind, suspect.term, suspect.key, Evidence.NUMBER, company, revision
                    )

    def _swapped_names(self, revision: ChangedSentence) -> tuple[frozenset[str], frozenset[str]]:
        before, after = capitalised_in(revision.before), capitalised_in(revision.after)
        came = {name for name in after - before if self._is_name(name)}
        return frozenset(filter(self._is_name, before - after)), frozenset(came)

    def _is_name(self, word: str) -> bool:
        return word in self._names or looks_like_name(word)

    def _names_of(self, revision: ChangedSentence) -> Iterator[Suspect]:
        gone, came = self._swapped_names(revision)
        for name in sorted(gone):
            has_vanished = name not in self._new_names
            if has_vanished and (not self._is_known(name) or name in self._renamed):
                if name not in self._seen:
                    self._seen.add(name)
                    yield self._name(name, Evidence.USE, revision)
            elif came and not any(are_synonyms(stem(name), stem(one)) for one in came):
                yield self._name(name, Evidence.COMPANY, revision)

    def _name(self, name: str, evidence: Evidence, revision: ChangedSentence) -> Suspect:
        company = frozenset(content_stems(revision.before)) - {stem(name)}
        return Suspect(ConsequenceKind.NAME, name, name, evidence, company, revision)

    def _numbers_of(self, revision: ChangedSentence) -> Iterator[Suspect]:
        kept = {quantity.key for quantity in quantities_in(revision.after)}
        for quantity in quantities_in(revision.before):
            term = revision.before[quantity.start : quantity.end]
            if quantity.key in kept or self._is_respelt(term, revision):
                continue
            number_stems = set(map(stem, words_of(term)))
            company = frozenset(content_stems(revision.before)) - number_stems
            is_telling = quantity.is_year_or_date and not self._still_says(quantity)
            company_kind = Evidence.NUMBER if revision.after else Evidence.COMPANY
            evidence = Evidence.USE if is_telling else company_kind
            kind = ConsequenceKind.NUMBER
            yield Suspect(kind, term, quantity.key, evidence, company, revision)

    def _still_says(self, quantity: Quantity) -> bool:
        return any(
            other.key == quantity.key
            for _, part in paragraphs_of(self._new)
            if not quantity.first_words.isdisjoint(words_of(part.lower()))
            for other in quantities_in(part)
        )

    def _is_respelt(self, term: str, revision: ChangedSentence) -> bool:
        """Whether a word of number became one that is spelt nearly the same: three, there."""
        if not term.isalpha():
            return False
        came = set(words_of(revision.after)) - set(words_of(revision.before))
        return any(are_synonyms(stem(term), stem(word)) for word in came)

    def _facts_of(self, revision: ChangedSentence) -> Iterator[Suspect]:
        before, after = set(content_stems(revision.before)), set(content_stems(revision.after))
        kept = self._stems_of(revision.after or revision.nearby)
        not_facts = self._not_facts(revision.before)
        for word in dict.fromkeys(words_of(revision.before)):
            key = stem(word)
            if not is_content(word) or bare(word) in not_facts or key in kept:
                continue
            if any(are_synonyms(key, other) for other in kept):
                continue
            excludes = any(are_contrasts(key, other) for other in after - before)
            if key in common_stems() and not excludes:
                continue
            company = frozenset(_company_of(revision.before, word)) - self._still_together(key)
            kind = ConsequenceKind.FACT if revision.after else ConsequenceKind.EVENT
            if kind is ConsequenceKind.EVENT:
                # Nothing is said instead, so that only two telling words together say enough.
                company -= common_stems()
            evidence = Evidence.CONTRAST if excludes else Evidence.COMPANY
            yield Suspect(kind, word, key, evidence, company, revision)

    def _stems_of(self, text: str) -> frozenset[str]:
        """The stems of all words of a text, that of many revisions read once only."""
        if text not in self._stems:
            self._stems[text] = frozenset(map(stem, words_of(text)))
        return self._stems[text]

    def _still_together(self, key: str) -> set[str]:
        """The stems that stand in a sentence of the new text with this one."""
        return {
            one for sentence in self._new_sentences.get(key, ()) for one in content_stems(sentence)
        }

    def _not_facts(self, sentence: str) -> set[str]:
        """The names, titles and numbers in a sentence."""
        numbers = {
            word
            for quantity in quantities_in(sentence)
            for word in words_of(sentence[quantity.start : quantity.end])
        }
        return numbers | (capitalised_in(sentence) & self._names)


def _company_of(sentence: str, word: str) -> set[str]:
    """The stems of the content words that stand not far from a word of the sentence."""
    words = words_of(sentence)
    place = words.index(word)
    near = words[max(0, place - _NEAR) : place + _NEAR + 1]
    return {stem(one) for one in near if is_content(one)} - {stem(word)}


def _sentences_by_stem(text: str, revisions: list[ChangedSentence]) -> dict[str, list[str]]:
    """The sentences of a text that each word of the revised ones stands in."""
    wanted = {stem(word) for one in revisions for word in words_of(one.before) if is_content(word)}
    may_have = stem_filter(frozenset(wanted))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for _, part in paragraphs_of(text):
        distinct = {stem(word) for word in set(words_of(part)) if may_have(word)}
        if wanted.isdisjoint(distinct):
            continue
        for sentence in sentences_of(part):
            for key in wanted.intersection(map(stem, words_of(sentence))):
                found[key].append(sentence)
    return found
