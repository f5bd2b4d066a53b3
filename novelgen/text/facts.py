"""What a chapter's narration says of its persons and places, by the form of its sentences.

Precision before recall: speech is left out, for people lie and joke, and so are sentences about
"I". A sentence that begins with a pronoun is about the only person that the one before begins with.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from novelgen.text.fact_patterns import MARKED, PATTERNS, VAGUE, is_home, is_real, mark
from novelgen.text.fact_words import KIN, Attribute
from novelgen.text.mentions import EntityKind, Mentions, NamedSentence
from novelgen.text.quantities import quantities_in
from novelgen.text.titles import Sex

_PRONOUN = re.compile(r"\b(?:([Hh]e|[Hh]is)|([Ss]he|[Hh]er))\b(?!['’])")
_PLACE_VERB = re.compile(r"\b(?:stood|stands|lay|lies|situated)\b")
_PRONOUNS = frozenset({"he", "she", "his", "her"})
_IN_APPOSITION = re.compile(MARKED.pattern + ",")
_LOOKS_BACK = 4
_OLDEST = 120
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class StatedFact:
    """A fact and the sentence that states it."""

    entry: str
    attribute: Attribute
    value: str
    sentence: str
    paragraph: int
    number: int
    """Of the sentence in the chapter, from 0."""


def facts_of(sentences: Sequence[NamedSentence], mentions: Mentions) -> list[StatedFact]:
    """The facts of a chapter, in order, each of them once."""
    reader = _Reader(mentions)
    found: dict[tuple[str, str, str], StatedFact] = {}
    for sentence in sentences:
        for fact in reader.read(sentence):
            found.setdefault((fact.entry, fact.attribute, fact.value), fact)
    trades = {
        (fact.entry, fact.number) for fact in found.values() if fact.attribute is Attribute.WORK
    }
    return [
        fact
        for fact in found.values()
        if fact.attribute is not Attribute.IS or (fact.entry, fact.number) not in trades
    ]


def statement(entry: str, attribute: str, value: str) -> str:
    """A fact as a sentence."""
    if attribute in (Attribute.EYES, Attribute.HAIR):
        return f"{entry} has {value} {attribute}."
    forms = {
        Attribute.AGE: f"{entry} is {value} years old.",
        Attribute.IS: f"{entry} is {value}.",
        Attribute.WORK: f"{entry} is {_article(value)} {value}.",
        Attribute.DEATH: f"{entry} is dead.",
        Attribute.HOME: f"{entry} lives {value}.",
        Attribute.PLACE: f"{_capital(entry)} stands {value}.",
        Attribute.OWNS: f"{entry} owns {value}.",
    }
    if attribute in forms:
        return forms[Attribute(attribute)]
    if attribute in KIN:
        return f"{value} is {entry}'s {attribute}."
    body = value.rstrip(".")
    if body.casefold().startswith(entry.casefold()):
        return f"{body}."
    return f"{entry} {body}." if not attribute else f"{entry}, {attribute}: {body}."


class _Reader:
    """Reads sentence after sentence, and remembers who was named last."""

    def __init__(self, mentions: Mentions) -> None:
        self._names = mentions.names
        self._persons = {
            entry.name for entry in mentions.entries if entry.kind is EntityKind.CHARACTER
        }
        self._places = {entry.name for entry in mentions.entries if entry.kind is EntityKind.PLACE}
        self._far: set[int] = set()
        """Marks for pronouns amid a sentence that mean somebody named before it."""
        self._recent: list[list[str]] = []
        """The persons of the last sentences."""

    def read(self, sentence: NamedSentence) -> Iterator[StatedFact]:
        marked, entries, written = self._marked(sentence)
        if entries or _PLACE_VERB.search(marked):
            for attribute, pattern in PATTERNS:
                for match in pattern.finditer(marked):
                    fact = self._fact(sentence, match, attribute, entries, written)
                    if fact is not None and is_real(marked[: match.start()], fact.attribute):
                        yield fact

    def _marked(self, sentence: NamedSentence) -> tuple[str, list[str | None], list[str]]:
        """The narration with a mark for every name and pronoun that is understood.

        With it the entries that the marks stand for, and the words that stood there.
        """
        text = sentence.told.narration
        entries: list[str | None] = []
        written: list[str] = []
        pieces: list[str] = []
        persons: list[str] = []
        position = 0
        self._far.clear()

        def take(start: int, end: int, entry: str | None, ending: str = "") -> None:
            nonlocal position
            pieces.extend([text[position:start], mark(len(entries)), ending])
            entries.append(entry)
            written.append(text[start:end])
            position = end

        def resolve_until(stop: int) -> None:
            for pronoun in _PRONOUN.finditer(text, position, stop):
                person = self._meant(pronoun, persons)
                if person is not None:
                    if person not in persons and pronoun.start():
                        self._far.add(len(entries))
                    is_possessive = pronoun.group().lower() in ("his", "her")
                    take(*pronoun.span(), person, "'s" if is_possessive else "")
                    persons.append(person)

        for phrase in sentence.phrases:
            name = sentence.told.text[phrase.start : phrase.end]
            start = text.find(name, position)
            entry = self._names.find(phrase)
            if start >= 0:  # else it stands in a quotation
                resolve_until(start)
                take(start, start + len(name), entry)
                if entry in self._persons:
                    persons.append(entry)
        resolve_until(len(text))
        self._recent = [*self._recent, persons][-_LOOKS_BACK:]
        return "".join([*pieces, text[position:]]), entries, written

    def _meant(self, pronoun: re.Match[str], persons: list[str]) -> str | None:
        """The only one named near before whom the pronoun can mean; None when it is in doubt.

        Whoever is named in the same sentence is meant before one of the last, and so on.
        """
        sex = Sex.MALE if pronoun.group(1) else Sex.FEMALE
        earlier = [person for named in self._recent[:-1] for person in named]
        for near in (persons, self._recent[-1] if self._recent else [], earlier):
            fitting = {one for one in near if self._names.sex_of(one) in (sex, Sex.UNKNOWN)}
            if fitting:
                person = fitting.pop()
                return person if not fitting and self._names.sex_of(person) is sex else None
        return None

    def _fact(
        self,
        sentence: NamedSentence,
        match: re.Match[str],
        attribute: Attribute | None,
        entries: Sequence[str | None],
        written: Sequence[str],
    ) -> StatedFact | None:
        groups = match.groupdict()
        value = MARKED.sub(lambda name: written[int(name[1])], groups.get("value") or "")
        if groups.get("noun"):
            return _made(sentence, _lower_first(match["noun"]), Attribute.PLACE, value)
        entry = entries[int(match["who"])]
        if entry is None:
            return None
        is_person = entry in self._persons
        is_pronoun = written[int(match["who"])].lower() in _PRONOUNS
        if is_pronoun and (attribute is Attribute.DEATH or _IN_APPOSITION.match(match.group())):
            return None  # whom a pronoun means is sure enough for the colour of eyes
        if attribute is None:
            other = entries[int(match["other"])]
            is_far = int(match["who"]) in self._far
            if is_far or written[int(match["other"])].lower() in _PRONOUNS:
                return None
            if other is None or other == entry or not is_person or other not in self._persons:
                return None
            return _made(sentence, entry, Attribute(match["kin"]), other)
        if attribute is Attribute.PLACE and entry not in self._places:
            return None
        if attribute not in (Attribute.IS, Attribute.PLACE) and not is_person:
            return None
        return _made(sentence, entry, attribute, value)


def _made(
    sentence: NamedSentence, entry: str, attribute: Attribute, found: str
) -> StatedFact | None:
    value = found if attribute in KIN else _value(attribute, found)
    if value is None:
        return None
    told = sentence.told
    return StatedFact(entry, attribute, value, told.text, told.paragraph, told.number)


def _value(attribute: Attribute, found: str) -> str | None:
    value = " ".join(found.split())
    if len(value) > _LONGEST_VALUE:
        return None
    if attribute is Attribute.DEATH:
        return "dead"
    if attribute is Attribute.AGE:
        years = [each.key.split()[-1] for each in quantities_in(value)]
        return years[0] if len(years) == 1 and int(years[0]) <= _OLDEST else None
    if attribute in (Attribute.EYES, Attribute.HAIR):
        return value.replace("gray", "grey").replace("blonde", "blond")
    if attribute is Attribute.HOME and not is_home(value):
        return None
    if attribute is Attribute.IS and VAGUE.search(value):
        return None
    return value


def _article(noun: str) -> str:
    return "an" if noun[:1].lower() in "aeio" else "a"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower_first(noun: str) -> str:
    return noun[:1].lower() + noun[1:]
