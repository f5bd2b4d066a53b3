"""A program that types into a sitting as fast as it can, and is there to be killed.

Imports everything once, then forks a typist for every order, a JSON object a line on stdin. A
typist sits down to chapter 1 and makes the edits that its seed gives. Its number is told on stdout,
then `sits`, then a line after every edit that `typed` returned from; `ended CODE` follows its end.
"""

import json
import os
import random
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from novelgen.paths import resolve_paths
from novelgen.sittings import journal
from novelgen.sittings.sitting import Sitting, open_sitting
from novelgen.text.marked_text import MarkedText
from storage.store import open_store

WORDS = ("lamp ", "tower, ", "é", "n", " ", "\n\n", "“No,” ", "she said. ", "x" * 300)
LONGEST_TEXT = 2_000


def edits(seed: int, marked: MarkedText) -> Iterator[tuple[int, int, str, bool]]:
    """Edits without end; the one who makes them keeps `marked` up to date."""
    chance = random.Random(seed)
    while True:
        length = len(marked.text)
        start = chance.randint(0, length)
        gone = chance.choice([0, 0, 0, 0, 1, 12]) if length > 100 else 0
        if length > LONGEST_TEXT:
            gone = length // 2
        end = min(length, start + gone)
        yield start, end, chance.choice(WORDS), chance.random() < 0.2


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def type_on(sitting: Sitting, seed: int) -> None:
    marked = MarkedText(sitting.buffer, sitting.machine)
    for start, end, text, by_machine in edits(seed, marked):
        marked.replace(start, end, text, by_machine=by_machine)
        sitting.typed(start, end, text, by_machine=by_machine)
        say("typed")


def save_on(sitting: Sitting, seed: int) -> None:
    chance, never = random.Random(seed), threading.Event()
    while True:
        never.wait(chance.uniform(0.0, 0.02))
        sitting.save()


def sit(order: dict[str, Any]) -> None:
    if order["is_short"]:
        journal.SYNC_SECONDS = 0.002
        journal.LONGEST_BYTES = 1_000
    paths = resolve_paths(order["home"])
    with open_store(order["database"]) as store:
        sitting = open_sitting(store, paths, order["novel"], order["branch"], 1)
        say("sits")
        if order["saves"]:
            threading.Thread(target=save_on, args=(sitting, order["seed"]), daemon=True).start()
        type_on(sitting, order["seed"])


def sit_in_a_process(order: dict[str, Any]) -> int:
    """The exit code of a forked typist."""
    child = os.fork()
    if child == 0:
        try:
            say(f"started {os.getpid()}")
            sit(order)
        except BaseException:  # noqa: BLE001 - the end of a forked process
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main() -> None:
    for line in sys.stdin:
        say(f"ended {sit_in_a_process(json.loads(line))}")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
