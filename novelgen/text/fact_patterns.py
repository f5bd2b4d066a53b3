"""Forms of English sentences that say a fact of somebody: "X was a baker", "X's brother Y".

The patterns read narration in which every name is a mark (`mark`), and every quotation one sign.
What is only wished, feared, denied or told of by others is kept out by the words before.
"""

import re

from novelgen.text.fact_words import (
    BUILDINGS,
    EYE_COLOURS,
    HAIR_COLOURS,
    KIN,
    WORK_WORDS,
    Attribute,
)

MARK = "\ue000"
"""Begins what stands for a name."""
_CLOSE = "\ue001"
MARKED = re.compile(rf"{MARK}(\d+){_CLOSE}")


def mark(number: int) -> str:
    """What stands for name `number` in the text that patterns read."""
    return f"{MARK}{number}{_CLOSE}"


_X = rf"{MARK}(?P<who>\d+){_CLOSE}"
_Y = rf"{MARK}(?P<other>\d+){_CLOSE}"
# One of several that are listed, of whom the rest says nothing.
_ALONE = rf"(?<! of )(?<!{_CLOSE} and )(?<! or )(?<!{_CLOSE}, )(?<!{_CLOSE}, and )"
_OF_X = r"['’]s? "
_WAS = r" (?:was|is|had been) (?:now |then |still |also |already |once |himself |herself )?"
_FEW = r"(?:(?!not |no )[a-z-]+,? ){0,2}?"
_SOME = r"(?:(?!and |or |not |no )[a-z-]+,? (?:and )?){0,3}?"
_END = r"(?=[.,;:!?)—]|$| and | but | when )"
_END_OF_NOUN = r"(?=[.,;:!?)—]|$| (?:and|but|when|who|with|in|of|at|by|for|to) )"
_WORK = "|".join(WORK_WORDS)
_EYES = rf"(?P<value>{'|'.join(EYE_COLOURS)})"
_HAIR = rf"(?P<value>{'|'.join(HAIR_COLOURS)})"
_KIN = rf"(?P<kin>{'|'.join(sorted(KIN))})"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|three|four|"
    "five|six|seven|eight|nine"
)
_YEARS = rf"(?P<value>\d{{1,3}}|(?:{_TENS})(?:[ -](?:{_UNITS}))?|{_TEENS})"
_NEARLY = r"(?:(?:only|just|barely|about|nearly|almost|some|now|then|still|over|past|but) )*"
_OLD = r"(?= years old| years of age)"
_A_PLACE = rf"(?:the |an? |his |her |{MARK})"
_REST = r"[^.,;:!?—…]{2,60}"
_BODY = "hair|nose|face|skin|mouth|cheeks"
_PEOPLE = (
    "man|woman|girl|boy|lady|gentleman|person|fellow|child|stranger|neighbour|friend|village|town|"
    "city|ship|inn|estate"
)
_WHERE = (
    "by|on|near|at|beside|above|opposite|below|among|beyond|in the|close to|close by|north of|"
    "south of|east of|west of|half ?way"
)
_KILLED = (
    r"(?:was|had been) (?:killed|murdered|hanged|"
    r"(?:drowned|buried)(?! in (?!the (?:river|sea|lake|bay|churchyard|earth))))"
)
_DEAD = rf"(?P<value>(?:was|is|lay|had been) (?:now |already )?dead|had died|died|{_KILLED})"
_AFTER_DEATH = (
    r"(?=[.,;!]| (?:in|at|on|of|by|before|after|last|that|this|when|and|from|there|yesterday)\b)"
    r"(?! (?:of|with) (?:shame|laughing|laughter|curiosity|fear|boredom)| to | in love| and alive)"
)
_ONLY = r"(?:(?!and |or )[a-z-]+,? ){0,2}?"
_ONE_ALONE = rf"(?!['’]| and {MARK}|, {MARK})"

# The attribute None: what kin of X the other one is, is in the group `kin`.
_FORMS: tuple[tuple[Attribute | None, str], ...] = (
    (Attribute.WORK, rf"{_ALONE}{_X}{_WAS}(?:a|an|the) {_SOME}(?P<value>{_WORK}){_END_OF_NOUN}"),
    (
        Attribute.WORK,
        rf"{_ALONE}{_X}, (?:who was )?(?:a|an|the) {_FEW}(?P<value>{_WORK})"
        rf"(?=[,.;](?! and {MARK}| and I\b))",
    ),
    (
        Attribute.IS,
        rf"\A{_X} (?:was|is|had been) (?P<value>(?:an?|the) (?:[a-z-]+,? ){{0,4}}?[a-z-]+"
        r"(?: of [a-z-]+(?: [a-z-]+){0,3})?)(?=[.;])",
    ),
    (
        Attribute.IS,
        rf"{_ALONE}{_X}, (?P<value>an? (?:[a-z-]+ ){{1,4}}?(?:{_PEOPLE})"
        r"(?: (?:of|from|with) [a-z-]+(?: [a-z-]+){0,3})?)(?=[,.;])",
    ),
    (
        Attribute.AGE,
        rf"{_ALONE}{_X} (?:was|is|had been) {_NEARLY}{_YEARS}"
        r"(?= years old| years of age|[.;]|, and\b|,? when\b|$| and (?:had|looked|not|un))",
    ),
    (Attribute.AGE, rf"{_X}(?:, who was|,) {_NEARLY}{_YEARS}{_OLD}"),
    (Attribute.AGE, rf"{_X},? (?:aged|an? [a-z]+ of) {_NEARLY}{_YEARS}\b"),
    (Attribute.AGE, rf"{_YEARS}-year-old {_X}"),
    (Attribute.EYES, rf"{_ALONE}{_X} (?:had|has) {_SOME}{_EYES} eyes\b(?! on| for| of)"),
    (Attribute.EYES, rf"{_X}{_OF_X}{_FEW}{_EYES} eyes\b"),
    (
        Attribute.EYES,
        rf"{_ALONE}{_X} (?:had|has) [^.;:!?]{{0,40}}?\b(?:{_BODY})[ ,a-z]{{1,30}}?\b{_EYES} eyes\b",
    ),
    (Attribute.EYES, rf"{_X}{_OF_X}eyes (?:were|are) {_FEW}{_EYES}{_END}"),
    (Attribute.HAIR, rf"{_ALONE}{_X} (?:had|has) {_SOME}{_HAIR} hair\b"),
    (
        Attribute.HAIR,
        rf"{_X} (?:was|is) an? (?:[a-z-]+,? ){{0,4}}?(?:{_PEOPLE}),? with {_FEW}{_HAIR} hair\b",
    ),
    (
        Attribute.EYES,
        rf"{_X} (?:was|is) an? (?:[a-z-]+,? ){{0,4}}?(?:{_PEOPLE}),? with [a-z, -]{{0,40}}?"
        rf"\b{_EYES} eyes\b",
    ),
    (Attribute.HAIR, rf"{_X}{_OF_X}{_FEW}{_HAIR} hair\b"),
    (Attribute.HAIR, rf"{_X}{_OF_X}hair (?:was|is) {_FEW}{_HAIR}{_END}"),
    (None, rf"{_X}{_OF_X}{_ONLY}{_KIN} {_Y}{_ONE_ALONE}"),
    (None, rf"{_X}{_OF_X}{_ONLY}{_KIN}, {_Y}(?=[,.;])(?!, and |, {MARK})"),
    (None, rf"(?<! and ){_Y}(?:, | (?:was|is) ){_X}{_OF_X}(?:[a-z-]+ )?{_KIN}(?=[,.;])"),
    (
        None,
        rf"(?<! and ){_Y}(?:,| (?:was|is)) (?:the|an?) {_FEW}{_KIN} of {_X}(?!['’]| and {MARK})",
    ),
    (Attribute.DEATH, rf"{_ALONE}(?<!Had ){_X} {_DEAD}{_AFTER_DEATH}"),
    (
        Attribute.HOME,
        rf"{_ALONE}{_X} (?:lived|lives|dwelt|resided) "
        rf"(?P<value>(?:alone )?(?:in|at|near|beside|next to|on|over) {_A_PLACE}{_REST})",
    ),
    (
        Attribute.PLACE,
        rf"(?:(?P<noun>[Tt]he (?:[a-z-]+ )?(?:{'|'.join(BUILDINGS)}))|{_X}) "
        rf"(?:stood|stands|lay|lies|was situated|is situated) (?P<value>(?:{_WHERE})\b{_REST})",
    ),
    (
        Attribute.OWNS,
        rf"{_ALONE}{_X} (?:owned|possessed|owns|possesses) "
        rf"(?P<value>(?:a|an|the|two|three|four) {_REST})",
    ),
)
PATTERNS = tuple((attribute, re.compile(form)) for attribute, form in _FORMS)

# What is said in passing, and holds for no longer than the scene.
VAGUE = re.compile(
    r"\b(?:little|moment|minute|deal|while|lot|bit|time|day|night|morning|hour|case|matter|question|"
    r"first|last|next|one|only|same|way|kind|sort|thing|cause|reason|subject|object|picture|result|"
    r"sight|shock|relief|success|failure|bunch|dozen|dozens|victim|least|type|model|shadow|blow|"
    r"mistake|fact|truth|best|worst|more|most|less|such)\b"
)

# Words before a fact in its clause that make it none.
_IN_CLAUSE = r"\b[^.;:!?]{0,60}\Z"
_UNREAL = re.compile(
    r"\b(?:if|whether|as though|unless|suppos\w+|wish\w*|dream\w*|imagin\w+|fanc\w+|pretend\w*|"
    r"hop\w+|perhaps|maybe|not|never|nor|neither|no|hardly|once|almost|nearly|like|till|until|"
    r"would|could|might|(?-i:may|will)|should|shall|every|any|lest|seem\w*|appear\w*)" + _IN_CLAUSE,
    re.IGNORECASE,
)
_NO_HOME = re.compile(
    r"in (?:no|such|fear|hope|dread|terror|peace|style|comfort|silence|an? (?:\w+ )?(?:state|life|"
    r"dream|world|agony|atmosphere|manner|way))\b"
)
_HEARSAY = re.compile(
    r"\b(?:thought|believ\w+|fear\w+|heard|said|says|told|rumou?r\w*|report\w*|think\w*|thinks|"
    r"suspect\w*|declar\w*|swore|guess\w*|doubt\w*|lie|lied|convinced|sure|certain|wonder\w*|that)"
    + _IN_CLAUSE,
    re.IGNORECASE,
)
_ANOTHER_TIME = re.compile(
    r"\b(?:since|when|until|till|before|after|as|while|from the time|picture|photograph|portrait|"
    r"remember\w*)" + _IN_CLAUSE,
    re.IGNORECASE,
)
_CLAUSE = 80


def is_home(value: str) -> bool:
    """Whether somebody lives there, and not so."""
    return not _NO_HOME.match(value)


def is_real(before: str, attribute: Attribute) -> bool:
    """Whether the words before a fact in its sentence leave it one that the narrator states."""
    before = before[-_CLAUSE:]
    if _UNREAL.search(before):
        return False
    if attribute is Attribute.AGE and _ANOTHER_TIME.search(before):
        return False
    return attribute is not Attribute.DEATH or not _HEARSAY.search(before)
