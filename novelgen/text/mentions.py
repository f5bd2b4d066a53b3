"""The persons, places and things that a chapter names: what each is called, and where first.

Told by the words around a name: who speaks, smiles or has a title is a person, what stands behind
"in" is a place. English only. A name that nothing tells the kind of is left out unless it comes
again and again.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from novelgen.text.given_names import GIVEN_NAMES
from novelgen.text.known_names import KnownName, KnownNames, folded, split_titles
from novelgen.text.name_phrases import PLACE_WORDS, NamePhrase, name_phrases
from novelgen.text.names import names_in
from novelgen.text.speech_verbs import SPEECH_VERBS
from novelgen.text.titles import MENS_TITLES, Sex, sex_of_titles
from novelgen.text.told_sentences import ToldSentence


class EntityKind(StrEnum):
    """What a name is the name of."""

    CHARACTER = "character"
    PLACE = "place"
    THING = "thing"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """A person, place or thing of a chapter."""

    name: str
    """The fullest name; of one that was known before, the name it is known by."""
    kind: EntityKind
    aliases: tuple[str, ...]
    count: int
    paragraph: int
    """Where it is named first, from 1."""
    sentence: str
    sex: Sex
    is_new: bool


@dataclass(frozen=True, slots=True)
class NamedSentence:
    """A sentence with the names in it."""

    told: ToldSentence
    phrases: tuple[NamePhrase, ...]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The entries of a chapter, in the order of their first mention, and whose which name is."""

    entries: tuple[Mentioned, ...]
    names: KnownNames


_PERSON_VERBS_LISTED = """
said asked cried replied answered whispered shouted called murmured muttered exclaimed added
continued thought laughed sighed smiled nodded looked went came stood sat walked ran turned knew
felt saw took gave held shook rose spoke told began wondered waited listened remembered frowned
stared hesitated paused blushed wept kissed shrugged glanced bowed says asks thinks looks
"""
_PERSON_VERBS = frozenset(_PERSON_VERBS_LISTED.split())
_PERSONAL_LISTED = """
eyes hair face hand hands voice heart mind head arm arms lips mouth shoulder brother sister mother
father wife husband son daughter uncle aunt friend smile
"""
_PERSONAL = frozenset(_PERSONAL_LISTED.split())
_PLACE_WEIGHTS = {"in": 2.0, "into": 2.0, "at": 1.0, "near": 1.0, "through": 1.0, "reached": 2.0,
                  "to": 0.5, "from": 0.5, "towards": 0.5, "toward": 0.5, "leaving": 0.5,
                  "outside": 2.0, "across": 1.0, "around": 1.0}  # fmt: skip
_LEAST_EVIDENCE = 1.0
_OFTEN = 3
_NAME_VOTES = 2
_CLEARLY = 3
_LAST_WORD = re.compile(r"([^\W\d_]+)\W*\Z")
_NEXT_WORD = re.compile(r"\A(?:['’]s)?[,\s]+([^\W\d_]+)")
_PRONOUNS = re.compile(r"\b(?:(he|him|his|himself)|(she|her|hers|herself))\b", re.IGNORECASE)


def named_sentences(
    sentences: Sequence[ToldSentence], known: Iterable[KnownName] = ()
) -> list[NamedSentence]:
    """Every sentence with its names; those of `known` entries are names wherever they stand."""
    names = set(names_in("\n".join(sentence.text for sentence in sentences)))
    for entry in known:
        for name in entry.names:
            names.update(word for word in split_titles(name)[1] if word[:1].isupper())
    return [NamedSentence(each, tuple(name_phrases(each.text, names))) for each in sentences]


def mentions_of(sentences: Sequence[NamedSentence], known: Sequence[KnownName] = ()) -> Mentions:
    """The entries that a chapter names; those of `known` keep their names and kinds."""
    uses = _read(sentences)
    names = _names(uses, known)
    gathered: defaultdict[str, list[_Uses]] = defaultdict(list)
    for each in uses.values():
        entry = names.find(each.phrase)
        if entry is not None:
            gathered[entry].append(each)
    found = _mentioned(gathered, known, names)
    return Mentions(tuple(sorted(found, key=lambda one: (one.paragraph, one.name))), names)


class _Uses:
    """What a chapter tells about one form of a name."""

    def __init__(self, phrase: NamePhrase, first: ToldSentence) -> None:
        self.phrase = phrase
        self.first = first
        self.count = 0
        self.evidence: Counter[EntityKind] = Counter()
        self.sexes: Counter[Sex] = Counter()

    @property
    def sex(self) -> Sex:
        told = sex_of_titles(self.phrase.titles)
        if told is not Sex.UNKNOWN:
            return told
        votes = self.sexes + Counter({_likely_sex(self.phrase): _NAME_VOTES})
        male, female = votes[Sex.MALE], votes[Sex.FEMALE]
        if max(male, female) < _CLEARLY * min(male, female) or male == female:
            return Sex.UNKNOWN
        return Sex.MALE if male > female else Sex.FEMALE


def _read(sentences: Sequence[NamedSentence]) -> dict[str, _Uses]:
    uses: dict[str, _Uses] = {}
    for sentence in sentences:
        for phrase in sentence.phrases:
            each = uses.setdefault(folded(phrase.text), _Uses(phrase, sentence.told))
            each.count += 1
            _weigh(each, sentence.told.text, phrase)
    for sentence, following in zip(sentences, [*sentences[1:], None], strict=False):
        if len({phrase.text for phrase in sentence.phrases}) == 1:
            phrase = sentence.phrases[0]
            uses[folded(phrase.text)].sexes.update(_pronouns_of(phrase, sentence, following))
    return uses


def _pronouns_of(
    phrase: NamePhrase, sentence: NamedSentence, following: NamedSentence | None
) -> Iterable[Sex]:
    """The sex that pronouns tell of the only one named, behind the name and in what follows."""
    told = sentence.told
    behind = _PRONOUNS.search(told.narration)
    if behind and told.narration.find(phrase.words[-1]) < behind.start():
        yield Sex.MALE if behind.group(1) else Sex.FEMALE
    if following is not None and following.told.paragraph == told.paragraph:
        leading = _PRONOUNS.match(following.told.narration)
        if leading:
            yield Sex.MALE if leading.group(1) else Sex.FEMALE


def _likely_sex(phrase: NamePhrase) -> Sex:
    given = GIVEN_NAMES.get(phrase.words[0].lower(), Sex.UNKNOWN)
    if given is Sex.UNKNOWN and any(title.lower() in MENS_TITLES for title in phrase.titles):
        return Sex.MALE
    return given


def _weigh(uses: _Uses, sentence: str, phrase: NamePhrase) -> None:
    before = _LAST_WORD.search(sentence[max(0, phrase.start - 20) : phrase.start])
    after = _NEXT_WORD.match(sentence[phrase.end : phrase.end + 30])
    word_before = before.group(1).lower() if before else ""
    word_after = after.group(1).lower() if after else ""
    character, place, thing = 0.0, 0.0, 0.0
    if phrase.titles and phrase.titles[-1].lower() not in ("saint", "st"):
        character += 4
    if phrase.words[-1].lower() in PLACE_WORDS and len(phrase.words) > 1:
        place += 4
    if word_before in SPEECH_VERBS or word_after in _PERSON_VERBS or word_after == "who":
        character += 2
    if phrase.is_possessive and word_after in _PERSONAL:
        character += 2
    if _is_addressed(sentence, phrase):
        character += 1
    if not phrase.is_possessive:
        place += _PLACE_WEIGHTS.get(word_before, 0.0)
    if word_before == "the" and not phrase.titles:
        thing += 1
    uses.evidence.update(
        {EntityKind.CHARACTER: character, EntityKind.PLACE: place, EntityKind.THING: thing}
    )


def _is_addressed(sentence: str, phrase: NamePhrase) -> bool:
    """Whether it stands between marks, as in "No, Anna." """
    before, after = sentence[: phrase.start].rstrip(" "), sentence[phrase.end : phrase.end + 1]
    return before[-1:] in ',"“' and before != "" and after in ",.!?" and after != ""


def _names(uses: dict[str, _Uses], known: Sequence[KnownName]) -> KnownNames:
    """The known names, and those of the chapter, the fullest first, which shorter ones join."""
    names = KnownNames.of(known)
    order = sorted(uses.values(), key=lambda one: (_rank(one.phrase), one.first.number))
    for each in order:
        found = names.find(each.phrase)
        if found is not None:
            names.add(KnownName(found, (each.phrase.text,), sex=each.sex))
        elif not _is_ambiguous(each.phrase, order):
            names.add(KnownName(each.phrase.text, sex=each.sex))
    return names


def _rank(phrase: NamePhrase) -> tuple[int, int]:
    """Full names before titled ones, these before bare ones."""
    return (-len(phrase.words), -len(phrase.titles))


def _is_ambiguous(phrase: NamePhrase, order: Sequence[_Uses]) -> bool:
    """Whether a bare name is a part of several others, so that it makes no entry of its own."""
    if phrase.titles or len(phrase.words) > 1:
        return False
    others = {
        each.phrase.text
        for each in order
        if phrase.words[0] in each.phrase.words and each.phrase.text != phrase.text
    }
    return len(others) > 1


def _mentioned(
    gathered: dict[str, list[_Uses]], known: Sequence[KnownName], names: KnownNames
) -> Iterable[Mentioned]:
    entries = {entry.name: entry for entry in known}
    for name, uses in gathered.items():
        evidence: Counter[EntityKind] = Counter()
        for each in uses:
            evidence.update(each.evidence)
        count = sum(each.count for each in uses)
        entry = entries.get(name)
        kind = EntityKind(entry.kind) if entry and entry.kind else _kind(evidence, count)
        if kind is None:
            continue
        first = min(uses, key=lambda one: one.first.number).first
        forms = dict.fromkeys(each.phrase.text for each in uses)
        have: Set[str] = {folded(one) for one in (entry.names if entry else (name,))}
        yield Mentioned(
            name=name,
            kind=kind,
            aliases=tuple(sorted(form for form in forms if folded(form) not in have)),
            count=count,
            paragraph=first.paragraph,
            sentence=first.text,
            sex=names.sex_of(name),
            is_new=entry is None,
        )


def _kind(evidence: Counter[EntityKind], count: int) -> EntityKind | None:
    order = (EntityKind.CHARACTER, EntityKind.PLACE, EntityKind.THING)
    best = max(order, key=lambda kind: evidence[kind])
    if evidence[best] >= _LEAST_EVIDENCE:
        return best
    return EntityKind.CHARACTER if count >= _OFTEN else None
