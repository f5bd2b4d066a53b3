"""Whether the processes that share a model still do the same, as each of them sees it.

What is computed together needs all of them, call by call. After an error that only one of them may
have had, nothing more can be computed by these processes; others have to be started. Knows nothing
of engines.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import distributed

from novelgen.errors import DeviceFailed

_SECONDS_TO_HEAR = 120
"""How long one whose own part failed waits to hear how the others fare."""
_REMEDY = "Everything committed is kept. Start the processes anew; novelgen.log says more."


class Lockstep:
    """Kept by the first process, which decides what is done next."""

    def __init__(self) -> None:
        self._is_lost = False

    def require(self) -> None:
        """Raises `DeviceFailed` where the processes are out of step."""
        if self._is_lost:
            raise DeviceFailed("The processes that share the model are out of step.", _REMEDY)

    @contextmanager
    def call(self, *refusals: type[Exception]) -> Iterator[None]:
        """One call in all processes, which `refusals` end in all of them alike.

        Raises `DeviceFailed` where a process has ended, and from then on after any other error.
        """
        self.require()
        self._is_lost = True  # until it is known that all have come through
        try:
            yield
        except DeviceFailed:
            raise
        except refusals:
            self._is_lost = False
            raise
        except RuntimeError as error:
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise DeviceFailed(
                f"A process that shares the model has ended or failed: {reason}.", _REMEDY
            ) from error
        self._is_lost = False


def all_succeeded(here: bool) -> bool:
    """Whether all processes have done their part; called by each of them.

    Raises `RuntimeError` where another one has ended, or where this one failed and another does
    not say how it fares, as it may wait for this one in the middle of its part.
    """
    told = torch.tensor([here], dtype=torch.uint8)
    asked = distributed.all_reduce(told, distributed.ReduceOp.MIN, async_op=True)
    if here:
        asked.wait()
    else:
        asked.wait(timedelta(seconds=_SECONDS_TO_HEAR))
    return bool(told.item())
