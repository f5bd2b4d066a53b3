"""Watches rows while they grow, and ends those that raise an alarm; the others go on.

A row is looked at when it has grown by some lines. What it held then is what is judged later,
however many more tokens an engine in another process had drawn before it heard of it.
"""

from collections.abc import Callable, Collection

from novelgen.generation.stop import RunObserver, Struck

_CHARS_BETWEEN_LOOKS = 400


class StreamGuard:
    """The observer of one decode call. `judge` says what is wrong with a row's text."""

    def __init__(self, inner: RunObserver, judge: Callable[[str], Struck | None]) -> None:
        self._inner = inner
        self._judge = judge
        self._texts: dict[int, str] = {}
        self._looked_at: dict[int, int] = {}
        self._rejected: set[int] = set()

    def on_text(self, row: int, text: str) -> None:
        self._inner.on_text(row, text)
        if row in self._rejected:
            return
        grown = self._texts.get(row, "") + text
        self._texts[row] = grown
        seen = self._looked_at.get(row, 0)
        if len(grown) - seen >= _CHARS_BETWEEN_LOOKS:
            self._looked_at[row] = len(grown)
            struck = self._judge(grown)
            if struck is not None:
                self._rejected.add(row)
                self._inner.on_struck(row, struck)

    def on_void(self, row: int) -> None:
        self._inner.on_void(row)
        if row not in self._rejected:
            self._texts.pop(row, None)
            self._looked_at.pop(row, None)

    def on_wait(self, is_waiting: bool) -> None:
        self._inner.on_wait(is_waiting)

    def should_stop(self) -> bool:
        return self._inner.should_stop()

    def rejected_rows(self) -> Collection[int]:
        return self._rejected

    def text_of(self, row: int, drawn: str) -> str:
        """What a row held when it was ended here; else `drawn`, all that the engine gave."""
        return self._texts[row] if row in self._rejected else drawn
