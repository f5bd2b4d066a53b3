"""Facts about one person that cannot both be true, and dead persons who speak.

Only what has one value is compared: eyes, hair, how two people are related, an age that falls.
Shades of one colour are one, hair may turn grey, and what is said of two namesakes is not told
apart. A novel may mean it so: a finding is a question.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.text.fact_words import KIN, Attribute
from novelgen.text.known_names import KnownNames
from novelgen.text.mentions import NamedSentence
from novelgen.text.name_phrases import NamePhrase
from novelgen.text.speech_verbs import SPEECH_VERBS

_EYES = {
    "blue": {"blue"}, "light blue": {"blue", "grey"}, "pale blue": {"blue", "grey"},
    "dark blue": {"blue", "violet"}, "blue-grey": {"blue", "grey"}, "grey-blue": {"blue", "grey"},
    "grey-green": {"grey", "green"}, "green": {"green"}, "brown": {"brown", "hazel", "black"},
    "light brown": {"brown", "hazel", "amber"}, "dark brown": {"brown", "black"},
    "black": {"black", "brown"}, "grey": {"grey"}, "hazel": {"hazel", "brown", "green", "amber"},
    "amber": {"amber", "hazel", "brown"}, "violet": {"violet", "blue"},
}  # fmt: skip
_FAIR = frozenset({"blond", "golden", "fair", "flaxen", "yellow", "sandy"})
_DARK = frozenset({"black", "raven", "dark brown"})
_BROWN = frozenset({"brown", "dark brown", "light brown", "chestnut", "auburn"})
_RED = frozenset({"red", "auburn", "ginger", "sandy", "chestnut", "golden"})
_OLD = frozenset({"grey", "white", "silver"})
_HAIR = (_FAIR | {"light brown"}, _DARK, _BROWN, _RED, _OLD)
_RELATION = {
    Attribute.BROTHER: "sibling", Attribute.SISTER: "sibling", Attribute.FATHER: "parent",
    Attribute.MOTHER: "parent", Attribute.SON: "child", Attribute.DAUGHTER: "child",
    Attribute.HUSBAND: "spouse", Attribute.WIFE: "spouse", Attribute.UNCLE: "uncle or aunt",
    Attribute.AUNT: "uncle or aunt", Attribute.NEPHEW: "nephew or niece",
    Attribute.NIECE: "nephew or niece", Attribute.COUSIN: "cousin",
}  # fmt: skip
_TURNED = {"parent": "child", "child": "parent", "uncle or aunt": "nephew or niece",
           "nephew or niece": "uncle or aunt"}  # fmt: skip
_SAYS = "|".join(SPEECH_VERBS)
_SPEAKS = re.compile(rf"\A,?\s*(?:{_SAYS})\b")
_SAID_BY = re.compile(rf"(?:{_SAYS})\s\Z")


@dataclass(frozen=True, slots=True)
class PlacedFact:
    """A fact with where in the book it is stated."""

    id: int
    """The caller's own number for it."""
    entry: str
    attribute: str
    value: str
    chapter: int
    paragraph: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two passages that cannot both be true, the earlier one first."""

    entry: str
    attribute: str
    earlier: PlacedFact
    later: PlacedFact


def contradictions(known: Iterable[PlacedFact], new: Sequence[PlacedFact]) -> list[Contradiction]:
    """New facts against known ones and against each other; one of an entry and attribute.

    A fact that agrees with any known one is none: what is odd then was found before. Of several
    that it contradicts the first is told.
    """
    found: dict[tuple[str, str], Contradiction] = {}
    before = sorted(known, key=lambda one: (one.chapter, one.paragraph))
    for fact in new:
        key = _key(fact)
        comparable = [other for other in before if _key(other) == key]
        against = [other for other in comparable if _contradict(*_in_order(other, fact))]
        is_odd = bool(against) and (fact.attribute == Attribute.AGE or against == comparable)
        if is_odd and key not in found:
            earlier, later = _in_order(against[0], fact)
            found[key] = Contradiction(fact.entry, fact.attribute, earlier, later)
        before.append(fact)
    return list(found.values())


def speakers(
    sentences: Sequence[NamedSentence], names: KnownNames, wanted: Iterable[str]
) -> Iterator[tuple[str, NamedSentence]]:
    """Those of the wanted entries that say something, each with the first sentence of it."""
    left = set(wanted)
    for sentence in sentences if left else ():
        narration = sentence.told.narration
        if not narration or not sentence.told.has_speech:
            continue
        for phrase in sentence.phrases:
            entry = names.find(phrase)
            if entry is not None and entry in left and _says(narration, sentence, phrase):
                left.discard(entry)
                yield entry, sentence


def _key(fact: PlacedFact) -> tuple[str, str]:
    if fact.attribute in KIN:
        return " ".join(sorted((fact.entry, fact.value))), "kin"
    return fact.entry, fact.attribute


def _contradict(earlier: PlacedFact, later: PlacedFact) -> bool:
    if earlier.attribute in KIN and later.attribute in KIN:
        return _kin_contradict(earlier, later)
    if earlier.entry != later.entry or earlier.attribute != later.attribute:
        return False
    if earlier.attribute == Attribute.EYES:
        one, other = (_EYES.get(fact.value, {fact.value}) for fact in (earlier, later))
        return one.isdisjoint(other)
    if earlier.attribute == Attribute.HAIR:
        return _hair_contradicts(earlier.value, later.value)
    if earlier.attribute == Attribute.AGE:
        ages = [fact.value for fact in (earlier, later)]
        return all(age.isdecimal() for age in ages) and int(ages[1]) < int(ages[0])
    return False


def _hair_contradicts(earlier: str, later: str) -> bool:
    if earlier == later or later in _OLD:
        return False
    return not any(earlier in group and later in group for group in _HAIR)


def _kin_contradict(earlier: PlacedFact, later: PlacedFact) -> bool:
    """Whether two people are related in two ways: X's brother Y, and Y's husband X."""
    pair = {earlier.entry, earlier.value}
    if len(pair) != 2 or pair != {later.entry, later.value}:
        return False
    one = _RELATION[Attribute(earlier.attribute)]
    other = _RELATION[Attribute(later.attribute)]
    if earlier.entry != later.entry:
        other = _TURNED.get(other, other)
    return one != other


def _in_order(one: PlacedFact, other: PlacedFact) -> tuple[PlacedFact, PlacedFact]:
    if (one.chapter, one.paragraph) <= (other.chapter, other.paragraph):
        return one, other
    return other, one


def _says(narration: str, sentence: NamedSentence, phrase: NamePhrase) -> bool:
    """Whether the narrator lets that one speak: said X, or X said."""
    name = sentence.told.text[phrase.start : phrase.end]
    at = narration.find(name)
    if at < 0 or phrase.is_possessive:
        return False
    before, after = narration[max(0, at - 20) : at], narration[at + len(name) :]
    return bool(_SPEAKS.match(after) or _SAID_BY.search(before))
