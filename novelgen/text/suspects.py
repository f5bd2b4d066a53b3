"""What an edit took out of a chapter that later chapters may still count on.

A name, a number, a word of fact, or a sentence: each with the words that stood around it, by which
a later mention of the same matter is told from a chance use of the word. Knows no later text.
"""

import enum
from dataclasses import dataclass

from novelgen.text.changed_sentences import ChangedSentence
from novelgen.text.content_words import stem, words_of
from novelgen.text.quantities import first_words


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
    revision: ChangedSentence

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
