"""The voice of a book whose author gave none: measured on its prose, or guessed from its premise.

Plain rules, and no more than they can tell: the genre from words of the premise, person and tense
from pronouns and verbs.
"""

import re
from collections.abc import Iterable

from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_drift import FIRST_SHARE
from novelgen.text.narration import NOTHING, Narration, Person, Tense, measure_narration

MEASURED_WORDS = 4_000
"""Words of narration that are enough; the beginning of a book decides how it is told."""
_LEAST_WORDS = 300
_SECOND_SHARE = 0.5
_PRESENT_SHARE = 0.5
_GENRES = {
    "mystery": "murder murdered detective killer clue clues inspector suspect suspects alibi",
    "ghost story": "ghost ghosts haunted haunting spirits seance",
    "horror": "monster monsters horror demon demons undead vampire vampires",
    "fantasy": "dragon dragons wizard wizards magic magical sorcerer witch elves kingdom prophecy",
    "science fiction": "spaceship starship planet planets galaxy robot robots android alien aliens"
    " mars colony spacecraft orbit",
    "thriller": "spy spies conspiracy assassin terrorist hostage kidnapped ransom",
    "romance": "love lovers wedding bride marriage romance",
    "adventure": "treasure expedition pirate pirates jungle shipwreck voyage desert",
    "western": "cowboy sheriff ranch outlaw saloon",
    "war story": "war soldier soldiers battle trenches regiment",
    "family story": "sisters brothers inherit inherits family father mother daughter",
}
_WORD = re.compile(r"[^\W\d_]+")


def voice_of_premise(premise: str) -> VoiceSheet:
    """What the premise tells of how the book is to sound: past tense, third person by default."""
    told = measure_narration(premise)
    person = Person.FIRST if told.first > told.third else Person.THIRD
    return VoiceSheet(genre=_genre(premise), point_of_view=person, tense=Tense.PAST)


def voice_of_prose(texts: Iterable[str]) -> VoiceSheet | None:
    """Person and tense of the prose written so far; None while there is too little of it.

    Reads no more texts than it needs.
    """
    told = NOTHING
    for text in texts:
        told += measure_narration(text)
        if told.words >= MEASURED_WORDS:
            break
    if told.words < _LEAST_WORDS:
        return None
    return VoiceSheet(point_of_view=_person(told), tense=_tense(told))


def _person(told: Narration) -> Person:
    if told.second_share > _SECOND_SHARE:
        return Person.SECOND
    return Person.FIRST if told.first_share >= FIRST_SHARE else Person.THIRD


def _tense(told: Narration) -> Tense:
    return Tense.PRESENT if told.present_share > _PRESENT_SHARE else Tense.PAST


def _genre(premise: str) -> str:
    """The genre most of whose words stand in the premise; empty when none does."""
    words = [word.lower() for word in _WORD.findall(premise)]
    scores = {
        genre: sum(word in signs.split() for word in words) for genre, signs in _GENRES.items()
    }
    best = max(scores, key=lambda genre: scores[genre])
    return best if scores[best] else ""
