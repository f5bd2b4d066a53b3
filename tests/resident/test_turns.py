"""Turns at the engine: in the order of asking, whoever comes back at once."""

import threading
from contextlib import ExitStack

import pytest

from novelgen.engine.scripted import ScriptedEngine
from novelgen.resident.order import LoadedEngine
from novelgen.resident.shelf import EngineShelf
from novelgen.resident.turns import Turns, WaitCancelled
from tests.resident.conftest import QUESTION, OrderOf


def waiting(turns: Turns, name: str, came: list[str], then: threading.Event) -> threading.Thread:
    """Somebody who waits for a turn, and is known to be in the queue."""
    is_queued = threading.Event()

    def wait() -> None:
        with turns.taken(on_wait=lambda waits: is_queued.set() if waits else None):
            came.append(name)
            then.wait(10)

    thread = threading.Thread(target=wait)
    thread.start()
    assert is_queued.wait(10)
    return thread


def test_turns_come_in_the_order_of_asking() -> None:
    turns, came, goes_on = Turns(), list[str](), threading.Event()
    with turns.taken():
        threads = [waiting(turns, name, came, goes_on) for name in ("one", "two", "three")]
        assert turns.num_waiting == 3
        assert came == []
    goes_on.set()
    for thread in threads:
        thread.join(10)
    assert came == ["one", "two", "three"]
    assert not turns.is_taken


def test_who_comes_back_at_once_comes_behind_who_waits() -> None:
    turns, came, goes_on = Turns(), list[str](), threading.Event()
    goes_on.set()
    first = ExitStack()
    first.enter_context(turns.taken())
    ghost = waiting(turns, "ghost", came, goes_on)
    first.close()
    with turns.taken():  # the run asks again in the same breath
        came.append("run")
    ghost.join(10)
    assert came == ["ghost", "run"]


def test_a_wait_is_told_and_can_be_given_up() -> None:
    turns, told = Turns(), list[bool]()
    with turns.taken(on_wait=told.append):
        assert told == []
        with pytest.raises(WaitCancelled), turns.taken(lambda: False, told.append):
            raise AssertionError("it never comes")
        assert told == [True]
        assert turns.num_waiting == 0
        with turns.taken_if_free() as is_held:
            assert not is_held
    with turns.taken_if_free() as is_held:
        assert is_held
        assert turns.is_taken
    assert not turns.is_taken


def test_an_engine_that_is_loaded_is_had_while_another_computes(order_of: OrderOf) -> None:
    shelf = EngineShelf(lambda order, question: LoadedEngine(ScriptedEngine(), "Fits."))
    order = order_of()
    assert shelf.hold(order, QUESTION)[1] is False
    with shelf.computing(order, lambda: True):
        assert shelf.hold(order, QUESTION)[1] is True
    assert shelf.models == ["tiny"]
