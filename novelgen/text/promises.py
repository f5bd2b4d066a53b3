"""Promises that a text makes its reader: what somebody says they will do, and open questions.

By the form of sentences: "I will be back before the snow", "I promise", "must find ... before",
and a question that the narrator asks about somebody. Whether one is kept is judged by rare words
that come up together again. Simple means: they miss most of what a plot owes, and what they list is
for a person to look at.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from novelgen.text.content_words import common_stems, is_content, stem, words_of
from novelgen.text.mentions import NamedSentence

_SEASONS = "spring|summer|autumn|winter|christmas"
_LATER = (
    rf"tomorrow|to-morrow|tonight|to-night|next (?:day|week|month|year|morning|time|{_SEASONS})|"
    rf"before (?:the|i|you|we|he|she|they|it|long|dawn|dark|night|{_SEASONS})|"
    rf"when (?:i|you|we|he|she|they|the|it|{_SEASONS})|one day|some day|someday|"
    rf"by (?:dawn|nightfall|{_SEASONS})|until|as soon as|"
    r"in (?:a|two|three|four|six) (?:days?|weeks?|months?|years?)"
)
_DEEDS = (
    r"find|tell|show|return|come back|be back|bring|avenge|repay|pay|kill|marry|write|fetch|get|"
    r"take|save|rescue|explain|prove|meet|leave|send|give|discover|learn|destroy|build|help"
)
_WILL = r"(?:i|we)(?: will|['’]ll| shall)"
_VOW = re.compile(
    r"\b(?:i promise\b|i swear (?:to|that|by|i|you)\b|i give you my word|upon my word i|i vow\b|"
    r"you have my word|i made a promise|i promised)",
    re.IGNORECASE,
)
_INTENTION = re.compile(
    rf"\b{_WILL} (?:surely |certainly |never |not )?(?:{_DEEDS})\b[^.!?]*\b(?:{_LATER})\b"
    rf"|\b(?:{_LATER})\b[^.!?]{{0,40}}\b{_WILL} (?:{_DEEDS})\b",
    re.IGNORECASE,
)
_NEED = re.compile(
    rf"\b(?:must|has to|had to|have to|needs? to|needed to) (?:{_DEEDS})\b[^.!?]*\bbefore\b",
    re.IGNORECASE,
)
_PROMISED = re.compile(r"\b(?:promised|swore|vowed) (?:\w+ ){0,2}?(?:to|that)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"\A(?:but |and |then |so )?(?:who|why|what|where|how)\b(?! (?:else|then|of it|matter|if|about|"
    r"could|would|should|was the use|does it matter|did it matter))[^.!]*\?\W*\Z",
    re.IGNORECASE,
)
_SOON = re.compile(
    r"\b(?:tomorrow|to-morrow|tonight|to-night|next (?:day|morning)|by dawn|before dawn|"
    r"by nightfall|in the morning)\b",
    re.IGNORECASE,
)
_LEAST_KEYS = 3
_FREQUENT = 5
_MOST_KEYS = 12
_MOST_OF_A_CHAPTER = 3
_SHARE_MET = 0.6
_LEAST_WORDS, _MOST_WORDS = 6, 45


class PromiseKind(StrEnum):
    """What kind of promise a sentence makes."""

    PROMISE = "promise"
    TASK = "task"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence that promises something, and the words that would come up when it is kept."""

    kind: PromiseKind
    sentence: str
    paragraph: int
    number: int
    """Of the sentence in the chapter, from 0."""
    is_due_soon: bool
    """The text says tomorrow, or as much."""
    keys: frozenset[str]
    """Stems of its rare words, and of names."""


def promises_in(sentences: Sequence[NamedSentence]) -> list[Promise]:
    """The promises of a chapter that say most, in order; at most a few."""
    counts = Counter(stem(word) for each in sentences for word in words_of(each.told.text))
    frequent = frozenset(one for one, count in counts.items() if count >= _FREQUENT)
    found = list(_promises(sentences, frequent))
    found.sort(key=lambda one: (_RANK[one.kind], not one.is_due_soon, -len(one.keys), one.number))
    return sorted(found[:_MOST_OF_A_CHAPTER], key=lambda one: one.number)


def promise_keys(sentence: str, frequent: frozenset[str] = frozenset()) -> frozenset[str]:
    """The stems by which the pay-off of a promise is told: those of words that are not common.

    `frequent` are stems that say little in this book, such as those of its heroes' names.
    """
    stems = dict.fromkeys(stem(word) for word in words_of(sentence) if is_content(word))
    said_anyway = common_stems() | frequent
    return frozenset([one for one in stems if one not in said_anyway][:_MOST_KEYS])


class ReadSentences:
    """The sentences of a chapter by their stems, in which kept promises are looked for."""

    def __init__(self, sentences: Sequence[str], ignored: frozenset[str] = frozenset()) -> None:
        """`ignored` are stems that say little, such as those of the heroes' names."""
        self._stems = [frozenset(stem(word) for word in words_of(one)) for one in sentences]
        self._all = frozenset[str]().union(*self._stems)
        self._ignored = ignored

    def find_kept(self, promise: str) -> int | None:
        """The first sentence about the matter of a promise, by its number from 0.

        It and the one before hold most of the promise's rare words. None when there is none, or
        when the promise has too few rare words to be known by.
        """
        keys = promise_keys(promise, self._ignored)
        needed = max(_LEAST_KEYS, round(len(keys) * _SHARE_MET))
        if len(keys & self._all) < needed:
            return None
        before: frozenset[str] = frozenset()
        for at, stems in enumerate(self._stems):
            met = keys & stems
            if met and len(met | before) >= needed:
                return at - 1 if len(met) <= len(before) else at
            before = met
        return None


_RANK = {PromiseKind.PROMISE: 0, PromiseKind.TASK: 1, PromiseKind.QUESTION: 2}


def _promises(sentences: Sequence[NamedSentence], frequent: frozenset[str]) -> Iterator[Promise]:
    for sentence in sentences:
        told = sentence.told
        if not _LEAST_WORDS <= len(told.text.split()) <= _MOST_WORDS:
            continue
        kind = _kind(sentence)
        keys = promise_keys(told.text, frequent) if kind else frozenset()
        if kind and (keys or kind is PromiseKind.PROMISE):
            yield Promise(
                kind, told.text, told.paragraph, told.number, bool(_SOON.search(told.text)), keys
            )


def _kind(sentence: NamedSentence) -> PromiseKind | None:
    told = sentence.told
    if told.has_speech:
        if _VOW.search(told.text) or _INTENTION.search(told.text):
            return PromiseKind.PROMISE
    elif _PROMISED.search(told.text):
        return PromiseKind.PROMISE
    if _NEED.search(told.text):
        return PromiseKind.TASK
    if sentence.phrases and not told.has_speech and _QUESTION.search(told.text):
        return PromiseKind.QUESTION
    return None
