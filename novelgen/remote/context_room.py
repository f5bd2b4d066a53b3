"""How much a server's model attends to, as far as it is known, and the tail that fits into it."""

from collections.abc import Callable

from novelgen.errors import ModelError
from novelgen.text.sentences import split_sentences

_KEPT_SHARE = 0.8
"""Of a request that was too long, where the server does not say what would fit."""


class ContextRoom:
    """The room of one session. It only ever becomes smaller."""

    def __init__(self, size: int) -> None:
        self.size = size
        """Tokens, as `estimate_tokens` counts them."""

    def fitted_tail(self, tail: str, total: Callable[[str], int]) -> str:
        """As much of the end of `tail` as fits, from a sentence on; `total` counts a request.

        Raises `ModelError` when the request does not fit without any tail.
        """
        if total(tail) <= self.size:
            return tail
        if total("") > self.size:
            raise ModelError(
                f"A question to the server takes {total(''):,} tokens, what is kept for the answer "
                f"included, and its model attends to about {self.size:,}.",
                "Load the model with a longer context, or set context_tokens in the server's "
                "section to what it really has, so that less is asked at once.",
            )
        starts = [sentence.start for sentence in split_sentences(tail)] or [len(tail)]
        low, high = 0, len(starts)
        while low < high:
            middle = (low + high) // 2
            if total(tail[starts[middle] :].lstrip()) <= self.size:
                high = middle
            else:
                low = middle + 1
        return tail[starts[low] :].lstrip() if low < len(starts) else ""

    def shrink(self, size: int, asked: int, told: int | None) -> None:
        """A request of `asked` tokens did not fit, made for a room of `size`.

        `told` is the limit that the server named. Where that is beyond what was asked, more was
        asked than was counted. Another request may have found out the same.
        """
        if self.size < size:
            return
        is_named = told is not None and told < asked
        self.size = told if is_named and told is not None else int(asked * _KEPT_SHARE)
