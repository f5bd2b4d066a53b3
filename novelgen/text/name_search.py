"""How often a text names somebody, and where first: by known names alone, fast on whole books.

A part of a name counts for its bearer where it can mean nobody else. Who a new name belongs to is
not asked here (`novelgen.text.mentions`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from novelgen.text.known_names import KnownName, KnownNames, split_titles
from novelgen.text.name_phrases import NamePhrase
from novelgen.text.paragraph_spans import paragraph_spans


@dataclass(frozen=True, slots=True)
class Named:
    """How often a text names somebody, and in which paragraph first, from 1."""

    count: int
    paragraph: int


class NameSearch:
    """Finds the bearers of known names in texts."""

    def __init__(self, known: Sequence[KnownName]) -> None:
        names = KnownNames.of(known)
        self.bearers: dict[str, str] = {}
        """Who each form of a name means."""
        for form in dict.fromkeys(form for entry in known for form in _forms(entry)):
            titles, words = split_titles(form)
            bearer = names.find(NamePhrase(0, len(form), titles, words, is_possessive=False))
            if bearer is not None:
                self.bearers[form] = bearer
        longest_first = sorted(self.bearers, key=len, reverse=True)
        listed = "|".join(re.escape(form) for form in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{listed})(?!\w)") if listed else None

    def find(self, text: str) -> dict[str, Named]:
        """Whom the text names."""
        found: dict[str, Named] = {}
        if self._pattern is None:
            return found
        for number, (start, end) in enumerate(paragraph_spans(text), 1):
            for match in self._pattern.finditer(text, start, end):
                bearer = self.bearers[match.group()]
                before = found.get(bearer, Named(0, number))
                found[bearer] = Named(before.count + 1, before.paragraph)
        return found


def _forms(entry: KnownName) -> list[str]:
    """Every way to write a name, its single words among them where they have a capital."""
    forms = [name for name in entry.names if name.strip()]
    for name in entry.names:
        forms += [word for word in split_titles(name)[1] if word[:1].isupper() and len(word) > 1]
    return forms
