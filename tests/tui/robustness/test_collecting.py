"""Full collections of garbage wait until nobody presses keys, but not for ever."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from novelgen.tui import collecting
from novelgen.tui.collecting import GarbageCollector
from tests.tui.conftest import TITLE, Opened, shown, until

_OLD = 2


def make_waiting(count: int) -> None:
    """So many younger collections since the last full one, which is now."""
    gc.collect()
    for _ in range(count):
        gc.collect(_OLD - 1)


def waiting() -> int:
    return gc.get_count()[_OLD]


@pytest.fixture
def collector() -> Iterator[GarbageCollector]:
    garbage = GarbageCollector()
    garbage.take_over()
    yield garbage
    garbage.let_go()


def test_it_waits_for_a_moment_of_rest(
    collector: GarbageCollector, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_waiting(collecting._ENOUGH)
    collector.touched()
    collector.look()
    assert waiting() >= collecting._ENOUGH
    monkeypatch.setattr(collecting, "_SECONDS_OF_REST", 0.0)
    collector.look()
    assert waiting() < collecting._ENOUGH


def test_much_does_not_wait(collector: GarbageCollector) -> None:
    make_waiting(collecting._MUCH)
    collector.touched()
    collector.look()
    assert waiting() < collecting._ENOUGH


async def test_what_python_does_by_itself_comes_back(written_home: Path, opened: Opened) -> None:
    before = gc.get_threshold()
    async with opened() as pilot:
        await until(pilot, lambda: TITLE in shown(pilot))
        assert gc.get_threshold() != before
    assert gc.get_threshold() == before
