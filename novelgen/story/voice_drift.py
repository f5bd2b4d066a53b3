"""Finds where a text leaves the voice of its book: who tells it, in which tense, in which words.

Person and tense are judged over stretches of narration, for a paragraph or two of thought, letter
or general truth is no drift. docs/voice-and-infill.md says how often human novels would be accused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from novelgen.story.voice import VoiceSheet
from novelgen.text.alarms.banned import banned_alarms
from novelgen.text.narration import NOTHING, Narration, Person, Tense, measure_narration
from novelgen.text.passages import excerpt, paragraphs_of

STRETCH_WORDS = 200
"""Words of narration that person and tense are judged on, at least."""
_LEAST_WORDS = 80
"""Words of narration below which a whole text is too short to be judged."""
FIRST_SHARE = 0.25
"""Of the pronouns outside quotations, from which on somebody tells of himself."""
_FIRST_LEAST = 5
_FIRST_GONE = 0.02
_THIRD_LEAST = 12
_SECOND_SHARE = 0.3
_TENSE_SHARE = 0.75
_TENSE_LEAST = 4


class DriftKind(StrEnum):
    """In what a text leaves the voice of its book."""

    PERSON = "person"
    TENSE = "tense"
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Drift:
    """A place where a text leaves the voice. Paragraphs count from 1."""

    kind: DriftKind
    message: str
    paragraph: int
    passage: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    paragraph: int
    """The one that tells most against the voice."""
    text: str
    narration: Narration


def voice_drift(sheet: VoiceSheet, text: str) -> list[Drift]:
    """The places of `text`, a passage or a chapter, that leave the voice, in their order."""
    found = [*_banned(sheet, text), *_narration_drift(sheet, text)]
    return sorted(found, key=lambda drift: drift.paragraph)


def voice_distance(sheet: VoiceSheet, text: str) -> float:
    """How far a passage is from the person and tense of its book, 0 to 2.

    Shares of its pronouns and of its verbs; half a sentence tells little, and has little weight.
    """
    told = measure_narration(text)
    return _person_distance(sheet.point_of_view, told) + _tense_distance(sheet.tense, told)


def _person_distance(wanted: Person | None, told: Narration) -> float:
    pronouns = told.first + told.third
    if wanted is Person.THIRD:
        return told.first / max(pronouns, _FIRST_LEAST)
    if wanted is Person.FIRST:
        missing = max(0.0, FIRST_SHARE - told.first_share) / FIRST_SHARE
        return missing * min(1.0, pronouns / _THIRD_LEAST)
    return 0.0


def _tense_distance(wanted: Tense | None, told: Narration) -> float:
    others = {Tense.PAST: told.present, Tense.PRESENT: told.past, None: 0}[wanted]
    return others / max(told.past + told.present, _TENSE_LEAST)


def _banned(sheet: VoiceSheet, text: str) -> Iterator[Drift]:
    if not sheet.banned:
        return
    for number, paragraph in paragraphs_of(text):
        for alarm in banned_alarms(paragraph, sheet.banned):
            message = f"“{alarm.detail}” is banned."
            passage = excerpt(paragraph, alarm.start, alarm.end)
            yield Drift(DriftKind.BANNED, message, number, passage)


def _narration_drift(sheet: VoiceSheet, text: str) -> Iterator[Drift]:
    if sheet.point_of_view is None and sheet.tense is None:
        return
    for stretch in _stretches(text, sheet):
        told = stretch.narration
        person = _other_person(sheet.point_of_view, told)
        if person is not None:
            message = f"Told in the {person} person; the book is told in the {sheet.point_of_view}."
            yield _drift(DriftKind.PERSON, message, stretch)
        tense = _other_tense(sheet.tense, told)
        if tense is not None:
            message = f"Told in the {tense} tense; the book is told in the {sheet.tense}."
            yield _drift(DriftKind.TENSE, message, stretch)


def _other_person(wanted: Person | None, told: Narration) -> Person | None:
    """The person that a stretch is told in, where that is plainly another one."""
    tells_of_self = told.first >= _FIRST_LEAST and told.first_share >= FIRST_SHARE
    addresses = told.second >= _FIRST_LEAST and told.second_share >= _SECOND_SHARE
    if wanted is Person.THIRD and (tells_of_self or addresses):
        return Person.FIRST if tells_of_self else Person.SECOND
    if wanted is Person.SECOND and not told.second:
        if tells_of_self:
            return Person.FIRST
        return Person.THIRD if told.third >= _THIRD_LEAST else None
    gone = told.third >= _THIRD_LEAST and told.first_share <= _FIRST_GONE
    return Person.THIRD if wanted is Person.FIRST and gone else None


def _other_tense(wanted: Tense | None, told: Narration) -> Tense | None:
    """The tense that a stretch is told in, where that is plainly the other one."""
    if wanted is Tense.PAST and told.present >= _TENSE_LEAST:
        return Tense.PRESENT if told.present_share >= _TENSE_SHARE else None
    if wanted is Tense.PRESENT and told.past >= _TENSE_LEAST:
        return Tense.PAST if told.present_share <= 1 - _TENSE_SHARE else None
    return None


def _stretches(text: str, sheet: VoiceSheet) -> Iterator[_Stretch]:
    """Paragraphs taken together until they hold enough narration; a short end joins the last."""
    done: list[list[tuple[int, str, Narration]]] = []
    current: list[tuple[int, str, Narration]] = []
    words = 0
    for number, paragraph in paragraphs_of(text):
        measured = measure_narration(paragraph)
        current.append((number, paragraph, measured))
        words += measured.words
        if words >= STRETCH_WORDS:
            done.append(current)
            current, words = [], 0
    if current and done and words < STRETCH_WORDS:
        done[-1] += current
    elif current and words >= _LEAST_WORDS:
        done.append(current)
    for stretch in done:
        number, paragraph, _ = max(stretch, key=lambda each: _weight(sheet, each[2]))
        yield _Stretch(number, paragraph, sum((each[2] for each in stretch), NOTHING))


def _weight(sheet: VoiceSheet, told: Narration) -> int:
    """How much a paragraph tells against the voice."""
    person = {
        Person.FIRST: told.third,
        Person.SECOND: told.first + told.third,
        Person.THIRD: told.first + told.second,
        None: 0,
    }[sheet.point_of_view]
    tense = {Tense.PAST: told.present, Tense.PRESENT: told.past, None: 0}[sheet.tense]
    return person + tense


def _drift(kind: DriftKind, message: str, stretch: _Stretch) -> Drift:
    return Drift(kind, message, stretch.paragraph, excerpt(stretch.text, 0, 0))
