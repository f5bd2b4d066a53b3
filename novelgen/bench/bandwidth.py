"""How many bytes a second a device reads from its memory, measured now.

The roof under which decoding stands: every token reads all weights once.
"""

import time

import numpy as np
import torch
from numba import njit

from novelgen.modeling.fused import caching  # noqa: F401 - before anything is compiled
from novelgen.modeling.fused.team import ThreadTeam

_ITEMS = 32 * 2**20
"""int64 items: 256 MiB, larger than any cache."""
_DEVICE_ITEMS = 2**28
"""float32 items: 1 GiB."""
_DEVICE_READINGS = 16


@njit(cache=True, nogil=True)
def _sum_share(thread, num_threads, items, sums):  # type: ignore[no-untyped-def]
    first = thread * items.shape[0] // num_threads
    stop = (thread + 1) * items.shape[0] // num_threads
    share, total = items[first:stop], 0
    for i in range(share.shape[0]):
        total += share[i]
    sums[thread] = total


class DeviceBandwidthProbe:
    """Adds up one large array on a GPU; makes it once."""

    def __init__(self, device: torch.device, items: int = _DEVICE_ITEMS) -> None:
        self._items = torch.ones(items, device=device)

    def __call__(self) -> float:
        """Bytes a second of some readings; the answer waits for them all."""
        begin = time.perf_counter()
        total = sum(self._items.sum() for _ in range(_DEVICE_READINGS))
        float(total)
        elapsed = time.perf_counter() - begin
        return _DEVICE_READINGS * self._items.nbytes / elapsed


class BandwidthProbe:
    """Reads one large array again and again on all cores of a processor; makes it once."""

    def __init__(self, num_threads: int) -> None:
        self._team = ThreadTeam(num_threads)
        self._items = np.ones(_ITEMS, np.int64)
        self._sums = np.zeros(num_threads, np.int64)

    def __call__(self) -> float:
        """Bytes a second of one reading."""
        begin = time.perf_counter()
        self._team.run(_sum_share, self._items, self._sums)
        return self._items.nbytes / (time.perf_counter() - begin)
