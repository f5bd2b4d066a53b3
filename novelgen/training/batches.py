"""Batches made ready for the model, ahead of it where it is quicker than they can be made.

Guarantees: what a step reads follows from the step alone, whoever made it ready.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from torch.utils.data import DataLoader, Dataset

from novelgen.modeling.threads import physical_cores
from novelgen.modeling.tokenization import Tokenization
from novelgen.training.briefs import DerivedBriefs
from novelgen.training.windows import Shape, Window, WindowBatch, WindowSampler

_MAX_WORKERS = 6
# Batches that each worker may be ahead.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class ReadyBatch:
    """What one process reads in one optimizer step."""

    shape: Shape
    token_ids: Sequence[Sequence[int]]
    """A row a window."""
    briefs: Sequence[Sequence[int]]
    """The tokens of each row's brief, none where there is none."""
    seed: int
    num_windows: int
    """Windows of the step over all processes."""


class BatchMaker(Dataset[ReadyBatch]):
    """Makes the batch of any step ready: windows drawn, text tokenised, briefs written."""

    def __init__(
        self,
        sampler: WindowSampler,
        tokenization: Tokenization,
        brief_room: Callable[[Shape], int],
        process: int = 0,
        num_processes: int = 1,
    ) -> None:
        """`brief_room` says how many tokens of a brief fit into a shape.

        `process` of `num_processes` reads every so-many-th window of a batch.
        """
        self._sampler, self._tokenization, self._brief_room = sampler, tokenization, brief_room
        self._process, self._num_processes = process, num_processes
        self._briefs = DerivedBriefs(tokenization)

    def __getitem__(self, step: int) -> ReadyBatch:
        """The batch of optimizer step `step`, counted from 0. Raises as `WindowSampler.batch`."""
        batch = self._sampler.batch(step)
        rows = batch.windows[self._process :: self._num_processes]
        return ReadyBatch(
            batch.shape,
            [window.token_ids for window in rows],
            [self._brief(window, batch) for window in rows],
            batch.seed,
            len(batch.windows),
        )

    def _brief(self, window: Window, batch: WindowBatch) -> Sequence[int]:
        if not batch.shape.has_brief:
            return ()
        cut = batch.shape.num_tokens - batch.shape.last_tokens
        earlier = self._tokenization.decode(window.token_ids[:cut])
        passage = self._tokenization.decode(window.token_ids[cut:])
        brief = self._briefs.token_ids(window.book, window.start, earlier, passage)
        # Names and words are as long as a book has them; what does not fit is left out whole.
        return brief if len(brief) <= self._brief_room(batch.shape) else ()


def batches(maker: BatchMaker, first: int, end: int, num_workers: int = 0) -> Iterator[ReadyBatch]:
    """The batches of steps `first` to `end`, made by so many processes beside this one."""
    if num_workers == 0:
        yield from (maker[step] for step in range(first, end))
        return
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # it cannot be, once forked
    loader = DataLoader(
        maker,
        batch_size=None,
        sampler=range(first, end),
        num_workers=num_workers,
        prefetch_factor=_AHEAD,
        multiprocessing_context="fork",  # books and vocabulary are shared, not copied
    )
    # A terminal tells all processes of Ctrl-C; the one that trains decides when to stop.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        made = iter(loader)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    yield from made


def workers_beside(device_type: str) -> int:
    """How many processes make batches ready while `device_type` computes.

    0 where the model itself needs the cores, or where processes cannot be forked.
    """
    if device_type == "cpu" or not sys.platform.startswith("linux"):
        return 0
    return max(0, min(_MAX_WORKERS, physical_cores() - 1))
