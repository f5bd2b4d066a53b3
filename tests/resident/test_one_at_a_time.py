"""Processes that load engines one after the other, also past one that was killed."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.resident.one_at_a_time import one_at_a_time
from novelgen.resident.order import EngineOrder, FitQuestion, LoadedEngine

ORDER = EngineOrder(
    "scripted", "", "", None, "", 256, 1, "cpu", "float32", "none", "one", cuda_graphs=False
)
QUESTION = FitQuestion(1_000, (1,), 768)
# Begins to load, says so, and never ends.
HOLDER = """
import sys, threading
from pathlib import Path
from novelgen.resident.one_at_a_time import one_at_a_time
def load(order, question):
    print("loading", flush=True)
    threading.Event().wait()
one_at_a_time(load, Path(sys.argv[1]))(None, None)
"""


def load(order: EngineOrder, _question: FitQuestion) -> LoadedEngine:
    return LoadedEngine(ScriptedEngine(order.segment_size), "fits")


def test_a_process_waits_until_the_one_before_has_loaded_or_died(tmp_path: Path) -> None:
    lock = tmp_path / "state" / "loading.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == "loading\n"
        loaded: list[LoadedEngine] = []
        thread = threading.Thread(
            target=lambda: loaded.append(one_at_a_time(load, lock)(ORDER, QUESTION)), daemon=True
        )
        thread.start()
        thread.join(1.0)
        assert thread.is_alive() and not loaded
        holder.kill()
        thread.join()
    assert [each.fit for each in loaded] == ["fits"]
    assert one_at_a_time(load, lock)(ORDER, QUESTION).fit == "fits", "and the next one has its turn"


def test_an_error_ends_the_turn(tmp_path: Path) -> None:
    def fail(_order: EngineOrder, _question: FitQuestion) -> LoadedEngine:
        raise LookupError("no weights")

    lock = tmp_path / "loading.lock"
    with pytest.raises(LookupError):
        one_at_a_time(fail, lock)(ORDER, QUESTION)
    assert one_at_a_time(load, lock)(ORDER, QUESTION).fit == "fits"


def test_where_there_can_be_no_lock_the_model_is_loaded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    loaded = one_at_a_time(load, tmp_path / "file" / "loading.lock")(ORDER, QUESTION)
    assert loaded.fit == "fits"
