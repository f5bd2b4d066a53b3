"""Facts about one person that cannot both be true, and dead persons who speak.

Only what has one value is compared: eyes, hair, how two people are related, an age that falls.
Shades of one colour are one, hair may turn grey, and what is said of two namesakes is not told
apart. A novel may mean it so: a finding is a question.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from novelgen.text.fact_words import KIN, Attribute
from novelgen.text.known_names import KnownNames, split_titles
from novelgen.text.mentions import NamedSentence

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
_SPEAKS = re.compile(
    r"\A,?\s*(?:said|asked|cried|replied|answered|whispered|shouted|murmured|muttered|exclaimed)\b"
)
_SAID_BY = re.compile(
    r"(?:said|asked|cried|replied|answered|whispered|shouted|murmured|muttered|exclaimed)\s\Z"
)


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

    Of several known facts that a new one contradicts the last counts.
    """
    found: dict[tuple[str, str], Contradiction] = {}
    before = list(known)
    for fact in new:
        for other in reversed(before):
            key = _key(fact)
            earlier, later = sorted((other, fact), key=lambda one: (one.chapter, one.paragraph))
            if key in found or not _contradict(earlier, later):
                continue
            found[key] = Contradiction(fact.entry, fact.attribute, earlier, later)
        before.append(fact)
    return list(found.values())


def speakers(
    sentences: Sequence[NamedSentence], names: KnownNames, wanted: Iterable[str]
) -> Iterator[tuple[str, NamedSentence]]:
    """Those of the wanted entries that say something, each with the first sentence of it."""
    left = set(wanted)
    for sentence in sentences if left else ():
        text = sentence.told.text
        if not sentence.told.has_speech:
            continue
        for phrase in sentence.phrases:
            entry = names.find(phrase)
            if entry not in left or entry is None:
                continue
            before, after = text[: phrase.start], text[phrase.end :]
            if phrase.is_possessive or not _is_outside(text, phrase.start):
                continue
            if _SPEAKS.match(after) or _SAID_BY.search(before[-20:]):
                left.discard(entry)
                yield entry, sentence


def is_unmistakable(name: str) -> bool:
    """Whether a name is hardly another's: a given name and a surname, or no title."""
    titles, words = split_titles(name)
    return len(words) > 1 or not titles


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


def _is_outside(text: str, position: int) -> bool:
    """Whether a place in a sentence is outside its quotations, by the marks before it."""
    before = text[:position]
    return before.count('"') % 2 == 0 and before.count("“") <= before.count("”")
