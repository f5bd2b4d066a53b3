"""Where the parts of a model may lie, for those who ask before torch is imported.

one      every weight on one device
split    layers over all GPUs and then the CPU's memory; each computes where it lies, and what
         lies in memory is copied to the first GPU whenever it is needed
tensor   every matrix shared out among the processes of torchrun, which compute together
"""

import os
from enum import StrEnum

from novelgen.errors import UsageError


class Placement(StrEnum):
    ONE = "one"
    SPLIT = "split"
    TENSOR = "tensor"


DeviceMap = str | dict[str, str | int]
"""`auto`, or a device (`cuda:1`, `cpu`, `disk`) for each part of a model by name."""


def leads(placement: str) -> bool:
    """Whether this process speaks for others that torchrun started to share the model."""
    return placement == Placement.TENSOR and num_processes() > 1 and process_rank() == 0


def num_processes() -> int:
    """How many processes torchrun started together; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def require_processes() -> None:
    """Raise `UsageError` where torchrun started no other process."""
    if num_processes() < 2:
        raise UsageError(
            "placement tensor needs several processes.",
            "Start it with `torchrun --nproc-per-node 2 -m novelgen ...`, or set placement auto.",
        )


def process_rank() -> int:
    """Which of them this is, from 0."""
    return int(os.environ.get("RANK", "0"))
