"""The device a model will run on: which, how much memory, how fast it reads weights.

CUDA before MPS before CPU. Memory is what this process may use: inside a container the limit of
the control group counts, not the machine. torch is imported inside functions only.
"""

import time
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from novelgen.errors import ModelError, UsageError
from novelgen.modeling.threads import physical_cores

if TYPE_CHECKING:
    import torch

_PROBE_ROWS, _PROBE_COLUMNS = 4096, 4096
"""A float32 matrix of 64 MiB: larger than the caches of common processors."""
_PROBE_REPEATS = 5
_READ_ROWS, _READ_WIDTH = 256, 1024
_CGROUP = Path("/sys/fs/cgroup")


class DeviceKind(StrEnum):
    CUDA = "cuda"
    MPS = "mps"
    CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Device:
    """A device and its memory as it is now."""

    kind: DeviceKind
    name: str
    memory_total_bytes: int
    memory_available_bytes: int


def torch_device(wanted: str = "auto") -> "torch.device":
    """The device for `auto`, `cuda`, `cuda:1`, `mps` or `cpu`.

    `auto` takes the first of CUDA, MPS and CPU that there is. Raises `UsageError` for a name
    that is none, `ModelError` for one that this machine does not have.
    """
    import torch

    present = _present_kinds()
    if wanted == "auto":
        return torch.device(present[0].value)
    try:
        chosen = torch.device(wanted)
    except RuntimeError as error:
        raise UsageError(
            f"There is no device {wanted!r}.",
            "Set NOVELGEN_DEVICE, or the command's --device, to auto, cuda, mps or cpu.",
        ) from error
    count = torch.cuda.device_count() if chosen.type == DeviceKind.CUDA else 1
    if chosen.type not in present or (chosen.index or 0) >= count:
        raise ModelError(
            f"This machine has no device {wanted} (or torch was installed without it).",
            f"Set NOVELGEN_DEVICE, or the command's --device, to auto or {present[0].value}.",
        )
    return chosen


def describe_device(wanted: str = "auto") -> Device:
    """The device that `torch_device` chooses, and its memory. Raises as that does."""
    chosen = torch_device(wanted)
    kind = DeviceKind(chosen.type)
    if kind is DeviceKind.CUDA:
        import torch

        free, total = torch.cuda.mem_get_info(chosen)
        return Device(kind, torch.cuda.get_device_name(chosen), total, free)
    total, available = machine_memory()
    if kind is DeviceKind.MPS:
        return Device(kind, "Apple GPU", total, available)
    return Device(kind, f"CPU, {physical_cores()} cores", total, available)


def describe_all_devices(kind: DeviceKind) -> Device:
    """All GPUs and the CPU as one, for a model that is split over them.

    Off CUDA there is nothing to split over: the one device there is.
    """
    if kind is not DeviceKind.CUDA:
        return describe_device(kind.value)
    cards = cuda_cards()
    total, available = machine_memory()
    return Device(
        kind,
        f"{_counted(cards)} and the CPU",
        total + sum(card.memory_total_bytes for card in cards),
        available + sum(card.memory_available_bytes for card in cards),
    )


def describe_processes(kind: DeviceKind, processes: int) -> Device:
    """What `processes` that share a model out evenly may use: the smallest card, so many times.

    On a CPU they share its memory.
    """
    if kind is not DeviceKind.CUDA:
        return describe_device(kind.value)
    cards = cuda_cards()[:processes]
    return Device(
        kind,
        _counted(cards),
        len(cards) * min(card.memory_total_bytes for card in cards),
        len(cards) * min(card.memory_available_bytes for card in cards),
    )


def cuda_cards() -> list[Device]:
    """Every CUDA device and its memory as it is now."""
    import torch

    return [describe_device(f"cuda:{index}") for index in range(torch.cuda.device_count())]


def _counted(cards: list[Device]) -> str:
    return cards[0].name if len(cards) == 1 else f"{len(cards)} x {cards[0].name}"


@cache
def cpu_bytes_per_second() -> float:
    """How fast this processor reads weights: the best of a few matrix-vector products.

    Takes about a tenth of a second, once a process.
    """
    import torch

    matrix = torch.ones(_PROBE_ROWS, _PROBE_COLUMNS)
    vector = torch.ones(_PROBE_COLUMNS)
    best = float("inf")
    with torch.inference_mode():
        torch.mv(matrix, vector)
        for _ in range(_PROBE_REPEATS):
            begin = time.perf_counter()
            torch.mv(matrix, vector)
            best = min(best, time.perf_counter() - begin)
    return matrix.numel() * matrix.element_size() / best


@cache
def cpu_multiplications_per_second() -> float:
    """How fast this processor multiplies and adds, in a segment's worth of rows at once.

    The best of a few products of matrices; takes some hundredths of a second, once a process.
    """
    import torch

    rows, weights = torch.ones(_READ_ROWS, _READ_WIDTH), torch.ones(_READ_WIDTH, _READ_WIDTH)
    best = float("inf")
    with torch.inference_mode():
        torch.mm(rows, weights)
        for _ in range(_PROBE_REPEATS):
            begin = time.perf_counter()
            torch.mm(rows, weights)
            best = min(best, time.perf_counter() - begin)
    return _READ_ROWS * _READ_WIDTH * _READ_WIDTH / best


def _present_kinds() -> list[DeviceKind]:
    import torch

    present = [DeviceKind.CUDA] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        present.append(DeviceKind.MPS)
    return [*present, DeviceKind.CPU]


def machine_memory() -> tuple[int, int]:
    """Total and available bytes, within the control group's limit where there is one."""
    memory = psutil.virtual_memory()
    total, available = int(memory.total), int(memory.available)
    limit, used = _read_cgroup("memory.max"), _read_cgroup("memory.current")
    if limit is not None and limit < total:
        total = limit
        available = min(available, max(0, limit - (used or 0)))
    return total, available


def _read_cgroup(name: str) -> int | None:
    try:
        text = (_CGROUP / name).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if text.isdigit() else None
