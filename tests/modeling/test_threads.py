"""Threads are as many as the physical cores this process may use."""

from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from novelgen.modeling import threads


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    def make(logical: int, physical: int | None, allowed: int, quota: str = "max 100000") -> None:
        monkeypatch.setattr(
            psutil, "cpu_count", lambda logical=True: cores if logical else physical
        )
        cores = logical
        monkeypatch.setattr(
            psutil.Process, "cpu_affinity", lambda _: list(range(allowed)), raising=False
        )
        (tmp_path / "cpu.max").write_text(quota)
        monkeypatch.setattr(threads, "_CPU_QUOTA", tmp_path / "cpu.max")

    return make


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((16, 8, 16), 8),
        ((16, 8, 3), 2),
        ((16, 16, 5), 5),
        ((4, None, 4), 4),
        ((16, 8, 16, "250000 100000"), 3),
        ((16, 8, 16, "nonsense"), 8),
        ((2, 4, 2), 2),
    ],
)
def test_cores(machine: Any, given: tuple[Any, ...], expected: int) -> None:
    machine(*given)
    assert threads.physical_cores() == expected


def test_what_the_person_set_stays(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    machine(16, 8, 16)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    threads.use_physical_cores()
    assert torch.get_num_threads() == before
    monkeypatch.delenv("OMP_NUM_THREADS")
    threads.use_physical_cores()
    assert torch.get_num_threads() == 8
    torch.set_num_threads(before)
