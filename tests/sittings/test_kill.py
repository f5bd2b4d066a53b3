"""`kill -9` while somebody types, hundreds of times: not one edit that was taken is lost."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from novelgen.sittings.buffer import as_buffer, as_handed_in
from novelgen.sittings.recovered_text import RecoveredText
from novelgen.sittings.recovery import keep_aside, take_up, throw_away
from novelgen.text.machine_words import Ranges
from novelgen.text.marked_text import MarkedText
from tests.faults.conftest import kill_after_spin
from tests.sittings.conftest import Room
from tests.sittings.typist import edits

TYPIST = Path(__file__).parent / "typist.py"
KILLS = 150
"""Of each kind."""

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


class Typists:
    """Forks typists, one after the other, and kills them."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(TYPIST)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )

    def kill(self, order: dict[str, object], after: int, spin_seconds: float) -> int:
        """Kill a typist that long after so many edits; how many `typed` returned from."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        process_id = int(self._line().removeprefix("started "))
        told = 0
        if self._line() != "sits":
            raise AssertionError("the typist found no seat")
        for line in iter(self._line, f"ended {-signal.SIGKILL}"):
            assert line == "typed"
            told += 1
            if told == after:
                kill_after_spin(process_id, spin_seconds)
        return told

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the typist program is gone"
        return line.strip()


@pytest.fixture(scope="module")
def typists() -> Iterator[Typists]:
    made = Typists()
    yield made
    made.close()


def kill_somebody(room: Room, typists: Typists, chance: random.Random, *, saves: bool) -> bool:
    """Kill a typist and look at what is left; whether there was recovered text."""
    base = as_buffer(room.desk.store, room.seen())
    seed = chance.randrange(2**32)
    order: dict[str, object] = {
        "home": str(room.paths.state.parent),
        "database": room.desk.store.url,
        "novel": room.place.novel_id,
        "branch": room.place.branch_id,
        "seed": seed,
        "saves": saves,
        "is_short": chance.random() < 0.5,
    }
    after = chance.choice([1, 2, 5, 20, 100, 300])
    told = typists.kill(order, after, chance.uniform(0.0, 0.01))
    possible = stands(base.text, base.machine, seed, told)
    left = room.recovered()
    if not left:
        text = room.seen().text
        assert text in [as_handed_in(stand, ()).handed_in.text for stand, _ in possible]
        return False
    (recovered,) = left
    assert (recovered.text, recovered.machine) in possible
    assert recovered.is_current and recovered.can_take_up
    take_care_of(room, recovered, chance)
    return True


def stands(text: str, machine: Ranges, seed: int, told: int) -> list[tuple[str, Ranges]]:
    """What stands after so many edits, and after the next, which was perhaps taken."""
    marked = MarkedText(text, machine)
    found = []
    for number, edit in enumerate(islice(edits(seed, marked), told + 1)):
        if number == told:
            found.append((marked.text, marked.ranges))
        start, end, new, by_machine = edit
        marked.replace(start, end, new, by_machine=by_machine)
    return [*found, (marked.text, marked.ranges)]


def take_care_of(room: Room, recovered: RecoveredText, chance: random.Random) -> None:
    store, paths = room.desk.store, room.paths
    match chance.choice(["throw away", "keep", "go on", "go on"]):
        case "throw away":
            throw_away(paths, recovered)
        case "keep":
            keep_aside(store, paths, recovered)
        case "go on":
            with take_up(store, paths, recovered) as sitting:
                sitting.save()
    assert room.recovered() == []


@pytest.mark.parametrize("saves", [False, True], ids=["typing", "typing and saving"])
def test_killed_while_somebody_types(room: Room, typists: Typists, saves: bool) -> None:
    chance = random.Random(saves)
    found = sum(kill_somebody(room, typists, chance, saves=saves) for _ in range(KILLS))
    assert found >= KILLS // 3
    assert not list(room.journal.parent.glob("*.journal"))
