"""Which later passages may no longer fit after an edit of a chapter.

An edit takes names, numbers, facts or whole sentences out of a chapter; a later passage that
uses one of them together with words it stood with is listed, when chance would hardly bring these
words together in this book. Rules alone, the same for the same texts, no language model: it finds
where the same words come up again, not what is only implied. English prose.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from novelgen.text.changed_sentences import find_changed_sentences
from novelgen.text.company import ReadParagraph, find_uses
from novelgen.text.later_passages import LaterPassages, Mention
from novelgen.text.passages import fold
from novelgen.text.suspect_search import find_suspects, find_suspects_of_rewriting
from novelgen.text.suspects import ConsequenceKind
from novelgen.text.word_diff import diff_words, share_changed
from novelgen.text.word_rates import WordRates

MAX_CONSEQUENCES = 200
MAX_PER_PARAGRAPH = 3
# With more than this share of its words changed a chapter was written anew.
_REWRITTEN = 0.5


@dataclass(frozen=True, slots=True)
class Consequence:
    """A later passage to look at."""

    kind: ConsequenceKind
    term: str
    """What changed, as it was written."""
    before: str
    """The sentence that the edit took out."""
    after: str
    """What stands in its place; empty when it was deleted."""
    chapter: int
    passage: str
    """The later text around the use: a sentence or part of it, in single spaces."""
    paragraph: int
    """Its number in the chapter, from 1."""


def find_consequences(
    old: str,
    new: str,
    later: Iterable[tuple[int, str]],
    *,
    before: Iterable[tuple[int, str]] = (),
) -> list[Consequence]:
    """The passages of later chapters that may no longer fit, by chapter and paragraph.

    `later` and `before` are the chapters after and before the edited one, with their numbers; each
    is gone through once. At most `MAX_CONSEQUENCES`, of the nearest chapters.
    """
    revisions = find_changed_sentences(old, new)
    if not revisions:
        return []
    rates = WordRates()
    for _, text in before:
        rates.read(text)
    earlier = rates.words()
    is_rewritten = share_changed(diff_words(old, new)) > _REWRITTEN
    find = find_suspects_of_rewriting if is_rewritten else find_suspects
    suspects = find(revisions, old, new, earlier.__contains__)
    if not suspects:
        return []
    rates.read(old)
    passages = LaterPassages(suspects, rates)
    for chapter, text in later:
        passages.read(chapter, text)
    found = list(_consequences(passages.mentions, rates))
    found.sort(key=lambda consequence: (consequence.chapter, consequence.paragraph))
    return list(_bounded(found))[:MAX_CONSEQUENCES]


def is_still_true(consequence: Consequence, edited_text: str, later_text: str) -> bool:
    """Whether the edit still stands and so does the later passage, in the chapters' present texts.

    To put the old sentence back, or to change the passage, takes the consequence off the list; so
    does a name that stands in the edited chapter again, in whatever new sentence.
    """
    edited = fold(edited_text)
    if consequence.before in edited or consequence.passage not in fold(later_text):
        return False
    is_back = consequence.kind is ConsequenceKind.NAME and consequence.term in edited
    return consequence.after in edited or not is_back


def _consequences(mentions: list[Mention], rates: WordRates) -> Iterator[Consequence]:
    """The consequences, of each paragraph and sentence of the old text the surest one only."""
    suspects = {mention.suspect for mention in mentions}
    stems = {suspect.stem for suspect in suspects}.union(*(one.companions for one in suspects))
    rates.count_stems(frozenset(stems))
    surest: dict[tuple[int, int, str], tuple[tuple[float, int, str], Consequence]] = {}
    paragraph, read = "", ReadParagraph("")
    for mention in mentions:
        suspect = mention.suspect
        # The mentions of one paragraph stand together.
        if mention.text is not paragraph:
            paragraph, read = mention.text, ReadParagraph(mention.text)
        for use in find_uses(suspect, read, rates):
            place = (mention.chapter, mention.paragraph, suspect.revision.before)
            # Of two as sure the one that stands first in the old sentence.
            at = suspect.revision.before.find(suspect.term)
            rank = (use.by_chance, at, suspect.term)
            if place in surest and surest[place][0] <= rank:
                continue
            consequence = Consequence(
                kind=suspect.kind,
                term=suspect.term,
                before=suspect.revision.before,
                after=suspect.revision.after,
                chapter=mention.chapter,
                passage=use.passage,
                paragraph=mention.paragraph,
            )
            surest[place] = (rank, consequence)
    return (consequence for _, consequence in surest.values())


def _bounded(found: list[Consequence]) -> Iterator[Consequence]:
    """At most so many of each paragraph, and no passage twice for the same word."""
    counts: Counter[tuple[int, int]] = Counter()
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for one in found:
        place = (one.chapter, one.paragraph)
        if counts[place] < MAX_PER_PARAGRAPH and one.term not in seen[one.passage]:
            counts[place] += 1
            seen[one.passage].add(one.term)
            yield one
