"""What an onlooker knows of a run: a value made from its events, by the clock it is given."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from novelgen.generation.events import (
    ChapterBegun,
    ChapterFinished,
    ChapterPlanned,
    ChapterRedrafted,
    DraftBegun,
    Event,
    MemoryReread,
    NovelFinished,
    PassageRewritten,
    RunStopped,
    SegmentCommitted,
)
from novelgen.runs.standing import Stands
from storage.run_records import RunPurpose, RunRecord, RunStatus

_WINDOW_SECONDS = 12.0
"""Over which tokens a second are told."""


@dataclass(frozen=True, slots=True)
class RunPicture:
    """What goes on with a novel."""

    stands: Stands = Stands.AT_REST
    run: RunRecord | None = None
    """The newest; None before the first."""
    doing: str = ""
    """In words."""
    chapter: int = 0
    chapter_target: int = 0
    chapter_words: int = 0
    """Committed."""
    novel_words: int = 0
    draft: tuple[int, int] | None = None
    """Which draft of how many, where a chapter is drafted anew."""
    tokens_per_second: float = 0.0
    words_per_second: float = 0.0
    """Committed since the run was first looked at; 0 until a segment was."""
    guard_events: int = 0
    """Rows that the guard ended, since the run was first looked at."""
    last_guard: str = ""
    ending: Event | None = None
    """The last event of a run that has ended in good order."""

    @property
    def is_writing(self) -> bool:
        return self.stands is Stands.RUNNING

    @property
    def is_busy(self) -> bool:
        """Whether a process has the novel."""
        return self.stands is not Stands.AT_REST

    @property
    def has_crashed(self) -> bool:
        return (
            self.stands is Stands.AT_REST
            and self.run is not None
            and self.run.status is RunStatus.CRASHED
        )

    def seconds_left(self, words: int) -> float | None:
        """How long so many words take at this pace; None where it is not known."""
        return words / self.words_per_second if self.words_per_second > 0 else None


class PictureMaker:
    """Makes the picture while a run is followed."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.picture = RunPicture()
        self._pieces: deque[tuple[float, int]] = deque()
        self._words = 0
        self._since: float | None = None

    def begin(self, stands: Stands, run: RunRecord | None, doing: str = "") -> None:
        """Another run, or none, is looked at."""
        self._pieces.clear()
        self._words, self._since = 0, None
        self.picture = RunPicture(stands=stands, run=run, doing=doing)

    def catch_up(self, events: Iterable[Event]) -> None:
        """Take in what happened before anybody looked."""
        for event in events:
            self.take(event)
        self._words, self._since = 0, self._now()
        self.picture = replace(self.picture, words_per_second=0.0)

    def see(self, run: RunRecord) -> None:
        """The run as it is stored now."""
        if run.status is not RunStatus.RUNNING:
            self.picture = replace(self.picture, stands=Stands.AT_REST)
        self.picture = replace(self.picture, run=run)

    def count(self, pieces: int) -> None:
        """Tokens were drawn; call it with every look, also with 0."""
        now = self._now()
        self._pieces.append((now, pieces))
        while now - self._pieces[0][0] > _WINDOW_SECONDS:
            self._pieces.popleft()
        seconds = now - self._pieces[0][0]
        drawn = sum(count for _, count in self._pieces)
        if seconds > 1.0:
            self.picture = replace(self.picture, tokens_per_second=drawn / seconds)

    def strike(self, kind: str, detail: str) -> None:
        """The guard has ended a row."""
        self.picture = replace(
            self.picture,
            guard_events=self.picture.guard_events + 1,
            last_guard=f"{kind}: {detail}" if detail else kind,
        )

    def take(self, event: Event) -> None:
        """An event of the run."""
        picture = self.picture
        match event:
            case ChapterPlanned(number=number, total_chapters=total):
                picture = replace(picture, doing=f"planned chapter {number} of {total}")
            case ChapterBegun(number=number, target_words=target):
                picture = _in_chapter(picture, number, target, f"writing chapter {number}")
            case DraftBegun(chapter=number, number=draft, total=total, target_words=target):
                doing = f"drafting chapter {number} anew, {draft} of {total}"
                picture = replace(_in_chapter(picture, number, target, doing), draft=(draft, total))
            case MemoryReread(done=done, total=total):
                picture = replace(picture, doing=f"reading {done} of {total} segments again")
            case SegmentCommitted():
                picture = self._committed(picture, event)
            case ChapterFinished(number=number):
                picture = replace(picture, doing=f"finished chapter {number}")
            case NovelFinished() | RunStopped() | ChapterRedrafted() | PassageRewritten():
                picture = replace(picture, ending=event)
        self.picture = picture

    def _committed(self, picture: RunPicture, event: SegmentCommitted) -> RunPicture:
        self._since = self._now() if self._since is None else self._since
        self._words += event.words
        seconds = self._now() - self._since
        doing = picture.doing
        if picture.run is None or picture.run.purpose is RunPurpose.WRITE:
            doing = f"writing chapter {event.chapter}"
        return replace(
            picture,
            doing=doing,
            chapter=event.chapter,
            chapter_words=event.chapter_words,
            novel_words=event.novel_words,
            words_per_second=self._words / seconds if seconds > 0 else picture.words_per_second,
        )


def _in_chapter(picture: RunPicture, number: int, target: int, doing: str) -> RunPicture:
    return replace(
        picture, chapter=number, chapter_target=target, chapter_words=0, doing=doing, draft=None
    )
