"""How a person stops a run: after the current segment, or between two tokens."""

from dataclasses import dataclass
from threading import Event

from novelgen.engine.protocol import QuietObserver
from novelgen.generation.events import StopReason


class StopSignal:
    """Set from a signal handler or another thread; read by the story loop. Never unset."""

    def __init__(self) -> None:
        self._after_segment = Event()
        self._now = Event()
        self._reason = StopReason.ASKED
        self.why = ""
        """The reason in words, where there is more to say."""

    def stop_after_segment(self, reason: StopReason = StopReason.ASKED, why: str = "") -> None:
        """Finish and commit the segment in hand, then stop. The first reason given stands."""
        if not self._after_segment.is_set():
            self._reason, self.why = reason, why
        self._after_segment.set()

    def stop_now(self) -> None:
        """Stop between tokens; the segment in hand is dropped and drawn again on resume."""
        self._after_segment.set()
        self._now.set()

    @property
    def is_requested(self) -> bool:
        return self._after_segment.is_set()

    @property
    def reason(self) -> StopReason:
        """Why the stop was asked for, where it was."""
        return self._reason

    @property
    def is_immediate(self) -> bool:
        return self._now.is_set()


@dataclass(frozen=True, slots=True)
class Struck:
    """Why a row was ended, and where: `text` is what does not stand, behind what is `kept`."""

    kept: str
    text: str
    kind: str
    """An `AlarmKind`."""
    detail: str


class RunObserver(QuietObserver):
    """Watches the decode calls of a run and relays the stop; front ends override what they show."""

    def __init__(self, stop: StopSignal) -> None:
        self._stop = stop

    def on_passage(self, chapter: int, segment: int, passage: int, open_text: str = "") -> None:
        """A passage is about to be drawn behind `open_text`, which is not committed yet.

        What is shown of an earlier try is void.
        """

    def on_attempt(self, attempt: int, kept: str) -> None:
        """All rows begin anew, behind what was kept of the attempt before; the first one is 0."""

    def on_struck(self, row: int, struck: Struck) -> None:
        """The guard has ended a row."""

    def on_chosen(self, text: str) -> None:
        """One draft was chosen: this is how it will stand."""

    def should_stop(self) -> bool:
        return self._stop.is_immediate
