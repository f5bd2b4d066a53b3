"""What one chapter tells, read by plain rules: its extract, names, facts and promises.

A pure function of the text and of the names known before. It knows no storage and no model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.content_words import stem
from novelgen.text.facts import facts_of, statement
from novelgen.text.known_names import KnownName
from novelgen.text.mentions import (
    Mentioned,
    Mentions,
    NamedSentence,
    mentions_of,
    named_sentences,
)
from novelgen.text.promises import PromiseKind, promises_in
from novelgen.text.summaries import extract
from novelgen.text.told_sentences import told_sentences
from storage.story_records import StoryOrigin, SummaryOrigin, ThreadKind

CHAPTER_SUMMARY_WORDS = 90
_KINDS = {
    PromiseKind.PROMISE: ThreadKind.SETUP,
    PromiseKind.TASK: ThreadKind.DEADLINE,
    PromiseKind.QUESTION: ThreadKind.QUESTION,
}


@dataclass(frozen=True, slots=True)
class ReadFact:
    """A fact that a chapter states, with the sentence that does."""

    entry: str
    attribute: str
    value: str
    passage: str
    paragraph: int
    origin: StoryOrigin

    @property
    def text(self) -> str:
        return statement(self.entry, self.attribute, self.value)


@dataclass(frozen=True, slots=True)
class ReadThread:
    """A promise that a chapter makes."""

    kind: ThreadKind
    text: str
    passage: str
    paragraph: int
    is_due_soon: bool
    origin: StoryOrigin


@dataclass(frozen=True, slots=True)
class ChapterReading:
    """All that a chapter tells."""

    summary: str
    summary_origin: SummaryOrigin
    mentions: Mentions
    facts: tuple[ReadFact, ...]
    threads: tuple[ReadThread, ...]
    sentences: tuple[NamedSentence, ...]

    @property
    def entries(self) -> tuple[Mentioned, ...]:
        return self.mentions.entries


def read_by_rules(text: str, known: Sequence[KnownName]) -> ChapterReading:
    """What a chapter tells; names of `known` entries are found wherever they stand."""
    sentences = named_sentences(told_sentences(text), known)
    mentions = mentions_of(sentences, known)
    stated = facts_of(sentences, mentions)
    names = frozenset(
        stem(word) for each in sentences for phrase in each.phrases for word in phrase.words
    )
    summary = extract(
        [each.told for each in sentences],
        CHAPTER_SUMMARY_WORDS,
        names=names,
        telling=frozenset(fact.number for fact in stated),
    )
    facts = [
        ReadFact(
            fact.entry,
            fact.attribute,
            fact.value,
            fact.sentence,
            fact.paragraph,
            StoryOrigin.TEXT,
        )
        for fact in stated
    ]
    threads = [
        ReadThread(
            _KINDS[promise.kind],
            promise.sentence,
            promise.sentence,
            promise.paragraph,
            promise.is_due_soon,
            StoryOrigin.TEXT,
        )
        for promise in promises_in(sentences)
    ]
    return ChapterReading(
        summary, SummaryOrigin.EXTRACT, mentions, tuple(facts), tuple(threads), tuple(sentences)
    )
