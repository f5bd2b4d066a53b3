"""One row of a decode call while its answer streams in: thoughts, repetitions and ends taken care
of. Knows no requests."""

import re

from novelgen.engine.growing_text import GrowingText
from novelgen.engine.protocol import DecodeObserver
from novelgen.engine.values import Candidate, DecodeRequest, FinishReason
from novelgen.remote.answer_start import AnswerStart
from novelgen.text.thoughts import ThoughtFilter

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class GrowingRow:
    """A row; what may be shown goes to the observer as it comes."""

    def __init__(
        self,
        number: int,
        request: DecodeRequest,
        reply_start: str,
        tail: str,
        observer: DecodeObserver | None,
    ) -> None:
        self.number = number
        self._request = request
        self._reply_start, self._tail = reply_start, tail
        self._observer = observer
        self.num_tokens = 0
        """Of the answer that counts, thoughts included."""
        self.has_thought = False
        """Whether the server sent thoughts apart from the answer."""
        self._has_shown = False
        self._begin()

    @property
    def is_growing(self) -> bool:
        return self._growing.finish_reason is None

    def begin_again(self) -> None:
        """Nothing of what came so far counts."""
        if self._has_shown and self._observer is not None:
            self._observer.on_void(self.number)
        self.num_tokens = 0
        self._begin()

    def add(self, piece: str) -> None:
        """A piece of the answer came; it may end the row."""
        answer = self._thoughts.add(_UNSTORABLE.sub("\ufffd", piece))
        if self._thoughts.is_void:
            self._thoughts.is_void = False
            if self._has_shown and self._observer is not None:
                self._observer.on_void(self.number)
            self._begin_answer()
        self._grow(self._start.add(answer))
        if self.is_growing and self._is_rejected():
            self.finish(FinishReason.REJECTED)

    def finish(self, reason: FinishReason) -> None:
        """End the row where it stands."""
        if self.is_growing:
            self._grow(self._start.add(self._thoughts.finish()))
        if self.is_growing:
            self._grow(self._start.finish())
        if self.is_growing:
            self._show(self._growing.finish(reason))

    def candidate(self) -> Candidate:
        """What became of the row."""
        return Candidate(
            self._growing.text, self.num_tokens, 0.0, self._growing.finish_reason or _LENGTH
        )

    def _begin(self) -> None:
        self._thoughts = ThoughtFilter(heeds_strays=True)
        self._begin_answer()

    def _begin_answer(self) -> None:
        self._has_shown = False
        self._start = AnswerStart(self._reply_start, self._tail)
        self._growing = GrowingText(self._request.stop_strings, self._request.max_words)

    def _grow(self, text: str) -> None:
        if text:
            self._show(self._growing.add(text))

    def _show(self, text: str) -> None:
        if text and self._observer is not None:
            self._has_shown = True
            self._observer.on_text(self.number, text)

    def _is_rejected(self) -> bool:
        return self._observer is not None and self.number in self._observer.rejected_rows()


_LENGTH = FinishReason.LENGTH
