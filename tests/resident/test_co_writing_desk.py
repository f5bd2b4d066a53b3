"""The co-writer's desk over a resident process: one model with the run, waits told, lost, found."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from novelgen.bootstrap.workbench import NovelRequest, Workbench
from novelgen.config import load_settings
from novelgen.engine.protocol import Engine, QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, SamplingParams
from novelgen.generation.co_writing import DrawingCancelled
from novelgen.generation.co_writing_values import Cursor
from novelgen.paths import Paths
from novelgen.resident.control import resident_status
from novelgen.resident.rendezvous import read_rendezvous
from tests.modeling.tiny_models import PROSE

LONG = DecodeRequest(
    memory=None,
    brief="",
    tail=PROSE[:100],
    sampling=SamplingParams(),
    stream_keys=tuple(stream_key(3, "test", [row]) for row in range(32)),
    max_new_tokens=3_800,
    min_new_tokens=3_800,
)


class Until(QuietObserver):
    """Tells of the first text, and stops when it is told to."""

    def __init__(self) -> None:
        self.has_begun, self.ends = threading.Event(), threading.Event()

    def on_text(self, row: int, text: str) -> None:
        self.has_begun.set()

    def should_stop(self) -> bool:
        return self.ends.is_set()


@pytest.fixture
def workbench(paths: Paths, tiny_model: Path) -> Iterator[Workbench]:
    settings = load_settings(
        paths,
        None,
        model=str(tiny_model),
        adapter="none",
        device="cpu",
        dtype="float32",
        keep_warm_minutes=5,
    )
    with Workbench(paths, settings) as made:
        made.create_novel(NovelRequest("T", "", "A keeper finds a letter.", 600, 1))
        yield made


def drawing_on(engine: Engine, observer: Until) -> threading.Thread:
    """A run in the middle of a passage."""
    thread = threading.Thread(target=engine.decode, args=(LONG, observer))
    thread.start()
    assert observer.has_begun.wait(60)
    return thread


def test_it_shares_the_model_with_a_run_and_waits_its_turn(
    workbench: Workbench, paths: Paths
) -> None:
    novel, said = workbench.find("T").novel, list[str]()
    run = workbench.engines.load(novel, lambda _: None, said.append)
    writer = workbench.co_writing.open(novel.id, lambda _: None, said.append)
    assert "still loaded" in said[-1]
    status = resident_status(paths)
    assert status is not None and len(status.models) == 1 and status.connections == 2
    observer, waits = Until(), list[bool]()
    drawing = drawing_on(run, observer)

    def on_wait(is_waiting: bool) -> None:
        waits.append(is_waiting)
        observer.ends.set()  # the passage of the run ends, and the co-writer's turn comes

    shown: list[str] = []
    with pytest.raises(DrawingCancelled):
        writer.continue_at(
            Cursor(1, PROSE[:200], ""),
            on_text=shown.append,
            on_wait=on_wait,
            is_wanted=lambda: not shown,
        )
    drawing.join(60)
    assert waits == [True, False]
    assert shown


def test_who_waits_may_give_it_up(workbench: Workbench) -> None:
    novel = workbench.find("T").novel
    run = workbench.engines.load(novel, lambda _: None, lambda _: None)
    writer = workbench.co_writing.open(novel.id, lambda _: None, lambda _: None)
    observer, waits = Until(), list[bool]()
    drawing = drawing_on(run, observer)
    with pytest.raises(DrawingCancelled):
        writer.continue_at(
            Cursor(1, PROSE[:200], ""), on_wait=waits.append, is_wanted=lambda: not waits
        )
    assert drawing.is_alive()
    observer.ends.set()
    drawing.join(60)
    assert waits == [True]


def test_a_lost_engine_is_opened_again(workbench: Workbench, paths: Paths) -> None:
    novel = workbench.find("T").novel
    writer = workbench.co_writing.open(novel.id, lambda _: None, lambda _: None)
    first = read_rendezvous(paths)
    assert first is not None
    counted = writer._engine.count_tokens("Anyone?")
    os.kill(first.pid, signal.SIGKILL)
    psutil.Process(first.pid).wait(60)
    assert writer._engine.count_tokens("Anyone?") == counted
    second = read_rendezvous(paths)
    assert second is not None and second.pid != first.pid
    assert workbench.co_writing.open(novel.id, lambda _: None, lambda _: None) is writer
