"""Manuscripts that lie where novelgen is started: one to bring in, one that comes back."""

import os
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish
from tests.tui.conftest import TITLE
from tests.tui.snapshots.conftest import NOW

_DAY_SECONDS = 86_400
_SALT = """---
title: Salt
author: Ada Renn
---

# Part One: The Shore

## Chapter 1: The Letter

The keeper found the letter on a Sunday. *It was dated tomorrow.* She read it twice.

## Chapter 2: The Boat

Marek rowed out to the rock with Petra. The sea was as grey as slate, and Petra sang.

# Part Two: The Lamp

## Chapter 3: Snow

Petra lit the lamp, and Marek wept. Outside, the first snow fell on the tower.
"""
_STRANGER = "# A Recipe\n\nTake six eggs, flour, and a spoon of salt; stir, and bake it slowly."


def some_manuscripts(_: Workbench, folder: Path) -> None:
    """One that can be brought in, and others beside it."""
    for days, name in enumerate(("salt.md", "salt, first draft.docx", "letters.txt"), 1):
        _write(folder / name, _SALT, days)
    (folder / "old").mkdir()


def one_that_came_back(bench: Workbench, folder: Path) -> None:
    """The novel without its first chapter; in the second one a paragraph was added."""
    file = bench.exports.to_path(TITLE, ExportWish("md"), folder / "back.md", overwrite=False)
    head, _, rest = file.read_text().partition("\n# Chapter 1")
    _, _, rest = rest.partition("\n# Chapter 2")
    second, _, rest = rest.partition("\n# Chapter 3")
    second = f"{second.rstrip()}\n\nShe never told anybody what she had seen there.\n"
    text = f"{head}\n{_STRANGER}\n\n# Chapter 2{second}\n# Chapter 3{rest}"
    _write(file, text, 1)


def _write(file: Path, text: str, days_old: int) -> None:
    file.write_text(text, encoding="utf-8")
    moment = NOW.timestamp() - days_old * _DAY_SECONDS
    os.utime(file, (moment, moment))
