"""How many threads compute: one for every physical core that this process may use.

A second thread on a core shares its arithmetic and its caches, and the fused step's threads wait
for the slowest of them.
"""

import math
import os
from contextlib import suppress
from pathlib import Path

import psutil

_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def physical_cores() -> int:
    """Cores that this process may use: its affinity and its control group's quota count."""
    logical, physical = psutil.cpu_count() or 1, psutil.cpu_count(logical=False)
    allowed = logical
    with suppress(AttributeError, NotImplementedError, psutil.Error):  # not on every system
        allowed = len(psutil.Process().cpu_affinity() or []) or logical
    threads_a_core = max(1, logical // (physical or logical))
    return max(1, min(-(-allowed // threads_a_core), _quota() or allowed))


def use_physical_cores() -> None:
    """Let torch compute with as many threads, unless the person has set `OMP_NUM_THREADS`."""
    if "OMP_NUM_THREADS" in os.environ:
        return
    import torch

    torch.set_num_threads(physical_cores())


def _quota() -> int | None:
    """Whole cores of the control group's time, rounded up; None without a limit."""
    try:
        quota, period = _CPU_QUOTA.read_text(encoding="ascii").split()
        return math.ceil(int(quota) / int(period))
    except (OSError, ValueError, ZeroDivisionError):
        return None
