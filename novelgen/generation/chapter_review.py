"""Looks over a chapter that is complete: the guard's alarms in it, and where it leaves its voice.

The guard saw passages while they grew; what only the whole chapter shows, and what a person or an
older version wrote, is seen here. Findings are kept with their place, for `check` and the inbox.
"""

from collections.abc import Iterator, Set

from novelgen.generation.book_so_far import ChaptersBefore
from novelgen.story.voice import VoiceSheet
from novelgen.story.voice_drift import voice_drift
from novelgen.text.alarms.echoes import EchoIndex
from novelgen.text.alarms.kinds import Alarm, AlarmKind
from novelgen.text.alarms.watch import Watch
from novelgen.text.passages import excerpt
from storage.story_records import NewFinding

_MESSAGES = {
    AlarmKind.REPEAT: "these words stand in the book already",
    AlarmKind.SENTENCE: "this sentence was said a short while ago",
    AlarmKind.LOOP: "it turns in circles here",
    AlarmKind.LEAK: "it talks about the story instead of telling it",
    AlarmKind.ECHO: "it copies the plan",
    AlarmKind.BORROWED_NAME: "a name from a book that the model was trained on",
    AlarmKind.LITTER: "this belongs on a web page",
    AlarmKind.QUOTES: "a quotation is not closed, or was not opened",
    AlarmKind.PARAGRAPH: "it does not come to an end",
    AlarmKind.NOT_PROSE: "this is no prose",
    AlarmKind.BANNED: "a phrase that is banned",
}
_VOICE = "voice"
_MOST_OF_A_KIND = 20
"""Of one kind in one chapter: who reads on has understood."""


def review_chapter(
    branch_id: str,
    number: int,
    revision_id: str,
    text: str,
    before: ChaptersBefore,
    sheet: VoiceSheet,
    *,
    borrowed_names: Set[str] = frozenset(),
    known_names: Set[str] = frozenset(),
    told: str = "",
) -> list[NewFinding]:
    """What is odd in a chapter, by its place.

    `known_names` are casefolded, of plan, bible and the chapters before; `told` is what the plan
    says, which the text must not copy.
    """
    watch = Watch(
        index=before.index,
        echoes=EchoIndex(told),
        borrowed_names=borrowed_names,
        known_names=known_names,
    )
    counted: dict[str, int] = {}
    found: list[NewFinding] = []
    for finding in [
        *_alarms(watch, branch_id, number, revision_id, text),
        *_drifts(sheet, branch_id, number, revision_id, text),
    ]:
        counted[finding.kind] = counted.get(finding.kind, 0) + 1
        if counted[finding.kind] <= _MOST_OF_A_KIND:
            found.append(finding)
    return sorted(found, key=lambda finding: finding.paragraph)


def _alarms(
    watch: Watch, branch_id: str, number: int, revision_id: str, text: str
) -> Iterator[NewFinding]:
    for alarm in watch.alarms(text, is_whole=True):
        message = _MESSAGES[alarm.kind]
        if alarm.kind in (AlarmKind.PARAGRAPH, AlarmKind.NOT_PROSE):
            message = alarm.detail
        yield NewFinding(
            branch_id=branch_id,
            kind=alarm.kind.value,
            message=message,
            chapter=number,
            paragraph=_paragraph_at(text, alarm.start),
            revision_id=revision_id,
            passage=_passage(text, alarm),
        )


def _drifts(
    sheet: VoiceSheet, branch_id: str, number: int, revision_id: str, text: str
) -> Iterator[NewFinding]:
    for drift in voice_drift(sheet, text):
        yield NewFinding(
            branch_id=branch_id,
            kind=_VOICE,
            message=drift.message,
            chapter=number,
            paragraph=drift.paragraph,
            revision_id=revision_id,
            passage=drift.passage,
        )


def _paragraph_at(text: str, place: int) -> int:
    """The number of the paragraph that a character stands in, from 1."""
    return sum(1 for line in text[: place + 1].split("\n") if line.strip())


def _passage(text: str, alarm: Alarm) -> str:
    """The words that raised an alarm, with those around them in their paragraph."""
    first = text.rfind("\n", 0, alarm.start) + 1
    last = text.find("\n", alarm.start)
    last = len(text) if last < 0 else last
    return excerpt(text[first:last], alarm.start - first, min(alarm.end, last) - first)
