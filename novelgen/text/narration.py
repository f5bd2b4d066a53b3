"""Who tells a piece of prose, and in which tense: counted on what stands outside quotations. Pure.

Person is counted on pronouns, tense on the commonest verbs that say by their form which they are.
English only; verse, letters and dialogue without quotation marks are not told from narration.
"""

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from novelgen.text.quotations import without_quotations


class Person(StrEnum):
    """The grammatical person of the one who tells the story."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class Tense(StrEnum):
    """The tense in which a story is told."""

    PAST = "past"
    PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Narration:
    """What was counted in a text outside its quotations."""

    words: int
    first: int
    """Pronouns of the first person singular; of the plural only where they stand for a teller."""
    second: int
    third: int
    past: int
    present: int

    @property
    def first_share(self) -> float:
        """Of the pronouns of the first and third person, 0 to 1; 0 without any."""
        return _share(self.first, self.third)

    @property
    def second_share(self) -> float:
        """Of all pronouns counted, 0 to 1; 0 without any."""
        return _share(self.second, self.first + self.third)

    @property
    def present_share(self) -> float:
        """Of the verbs counted, 0 to 1; 0 without any."""
        return _share(self.present, self.past)

    def __add__(self, other: "Narration") -> "Narration":
        return Narration(
            self.words + other.words,
            self.first + other.first,
            self.second + other.second,
            self.third + other.third,
            self.past + other.past,
            self.present + other.present,
        )


NOTHING = Narration(0, 0, 0, 0, 0, 0)

_WORD = re.compile(r"[a-z]+(?:['’][a-z]+)*")
_FIRST = "i me my mine myself i'm i've i'll i'd"
_SECOND = "you your yours yourself you're you've you'll you'd"
_THIRD = """
he him his himself she her hers herself they them their theirs themselves he'd she'd they'd he's
she's they're
"""
_PAST = """
was were had did wasn't weren't hadn't didn't said went came saw took stood felt thought knew looked
turned asked seemed began got made gave found told heard kept sat ran held fell brought grew rose
spoke wanted walked moved opened pulled pushed nodded smiled stared reached watched waited passed
leaned stepped shook drew listened caught laughed cried answered replied whispered remained tried
stopped lived happened wondered
"""
_PRESENT = """
is are am has does isn't aren't hasn't doesn't i'm he's she's it's they're we're says goes
comes sees takes stands feels thinks knows looks turns asks seems begins gets makes gives finds
tells hears keeps sits runs holds falls brings grows rises speaks wants walks moves opens pulls
pushes nods smiles stares reaches watches waits passes leans steps shakes draws listens catches
laughs cries answers replies whispers remains tries stops happens wonders
"""


def measure_narration(text: str) -> Narration:
    """Count what tells person and tense in `text`, quotations left out."""
    words = Counter(
        word.replace("’", "'") for word in _WORD.findall(without_quotations(text).lower())
    )

    def count(forms: str) -> int:
        return sum(words[form] for form in forms.split())

    return Narration(
        words=words.total(),
        first=count(_FIRST),
        second=count(_SECOND),
        third=count(_THIRD),
        past=count(_PAST),
        present=count(_PRESENT),
    )


def _share(one: int, other: int) -> float:
    return one / (one + other) if one + other else 0.0
