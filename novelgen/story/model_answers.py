"""Reads a chat model's answer about a chapter: JSON, checked field by field, and against the text.

A fact or promise counts only when the sentence that it quotes stands in the chapter, and a summary
only when it names nobody whom the chapter does not name. Raises nothing but `UnusableAnswer`.
"""

import re

from pydantic import BaseModel, ConfigDict, Field

from novelgen.prompting.json_answers import UnreadableAnswer, read_object
from novelgen.text.fact_words import Attribute
from novelgen.text.invented_names import invented_names
from novelgen.text.passages import fold, paragraphs_of
from novelgen.text.sanitize import clean_line
from novelgen.text.words import count_words
from storage.story_records import ThreadKind

_MOST_FACTS, _MOST_THREADS = 12, 5
_LEAST_SUMMARY_WORDS, _MOST_SUMMARY_WORDS = 12, 220
_LEAST_QUOTE_CHARS = 12
_LEAK = re.compile(
    r"<\||</?think|https?:|www\.|\b(?:as an ai|language model|i'm sorry|i cannot|in two to four "
    r"sentences)\b",
    re.IGNORECASE,
)
_ATTRIBUTES = {
    "eye": Attribute.EYES, "eye colour": Attribute.EYES, "eye color": Attribute.EYES,
    "hair colour": Attribute.HAIR, "hair color": Attribute.HAIR, "job": Attribute.WORK,
    "occupation": Attribute.WORK, "profession": Attribute.WORK, "trade": Attribute.WORK,
    "lives": Attribute.HOME, "residence": Attribute.HOME, "dead": Attribute.DEATH,
    "died": Attribute.DEATH, "possession": Attribute.OWNS, "location": Attribute.PLACE,
}  # fmt: skip
_QUOTES = str.maketrans({"“": '"', "”": '"', "’": "'", "‘": "'", "—": "-", "–": "-"})


class UnusableAnswer(Exception):
    """What is wrong with an answer, in words that its writer can mend it by."""


class AnsweredFact(BaseModel):
    """A fact as the model states it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    about: str = Field(min_length=2, max_length=60)
    attribute: str = Field(min_length=2, max_length=30)
    value: str = Field(min_length=1, max_length=120)
    quote: str = Field(min_length=_LEAST_QUOTE_CHARS, max_length=1_000)


class AnsweredThread(BaseModel):
    """A promise as the model states it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    kind: ThreadKind
    text: str = Field(min_length=10, max_length=300)
    quote: str = Field(min_length=_LEAST_QUOTE_CHARS, max_length=1_000)


class Answer(BaseModel):
    """What the model says of a piece of a chapter."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    summary: str
    facts: list[AnsweredFact] = Field(max_length=_MOST_FACTS)
    threads: list[AnsweredThread] = Field(max_length=_MOST_THREADS)


def parse_answer(raw: str, text: str) -> Answer:
    """The answer, without those facts and threads whose quotation is not in the text.

    Raises `UnusableAnswer` when it is no such JSON, or its summary is none of this text.
    """
    try:
        answer = read_object(Answer, raw)
    except UnreadableAnswer as error:
        raise UnusableAnswer(str(error)) from error
    summary = checked_summary(answer.summary, text)
    return answer.model_copy(
        update={
            "summary": summary,
            "facts": [each for each in answer.facts if _is_sound(each, text)],
            "threads": [
                each
                for each in answer.threads
                if place_of(each.quote, text) and not _LEAK.search(each.text)
            ],
        }
    )


def checked_summary(raw: str, text: str) -> str:
    """A summary on one line. Raises `UnusableAnswer` when it cannot be one of this text."""
    summary = clean_line(raw.replace("**", "")).strip('"“” ')
    words = count_words(summary)
    if not _LEAST_SUMMARY_WORDS <= words <= _MOST_SUMMARY_WORDS:
        raise UnusableAnswer(f"summary: it has {words} words.")
    if _LEAK.search(summary):
        raise UnusableAnswer("summary: it is not about the text.")
    strangers = invented_names(summary, frozenset(re.findall(r"[^\W\d_]+", text)))
    if strangers:
        raise UnusableAnswer(f"summary: {strangers[0]} does not occur in the text.")
    return summary


def place_of(quote: str, text: str) -> int | None:
    """The paragraph that a quotation stands in, from 1; None when it stands in none."""
    wanted = _plain(quote)
    if len(wanted) < _LEAST_QUOTE_CHARS:
        return None
    return next((number for number, part in paragraphs_of(text) if wanted in _plain(part)), None)


def attribute_of(raw: str) -> str:
    """The word that facts of this kind are kept under."""
    word = clean_line(raw).casefold().strip(" .:")
    return _ATTRIBUTES.get(word, word)


def _is_sound(fact: AnsweredFact, text: str) -> bool:
    """Whether its quotation stands in the text, and the text names what it is about."""
    names = {word for word in re.findall(r"[^\W\d_]+", fact.about) if len(word) > 2}
    return (
        place_of(fact.quote, text) is not None
        and any(word.casefold() in text.casefold() for word in names)
        and not _LEAK.search(f"{fact.value} {fact.attribute}")
    )


def _plain(text: str) -> str:
    return fold(text.translate(_QUOTES)).strip("\"' .").casefold()
