"""Every key of the writing desk's help screen, pressed in a real terminal under tmux.

Terminals swallow keys, or send the same for two; what counts is what each does on the page.
"""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from novelgen.tui.writing.desk import WritingDesk
from novelgen.tui.writing.page import WritingPage
from tests.conftest import CommandLine
from tests.tui.terminal import Terminal

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here"),
]
_PATIENCE_SECONDS = 60.0
_TEXT = "One went home. Two stayed thhere.\n\nThree came late.\n\n* * *\n\nFour left. Five slept.\n"
_MARK = "Ω"

# What stands around a letter that is typed after the keys.
_MOVES = {
    "Right": ("C-Home", "OΩne"),
    "Left": ("C-End", "sleptΩ."),
    "Down": ("C-Home", "ΩThree"),
    "Up": ("C-End", "* * *"),
    "C-Right": ("C-Home", "OneΩ went"),
    "C-Left": ("C-End", "sleptΩ."),
    "M-Right": ("C-Home", "home. ΩTwo"),
    "M-Left": ("C-End", "left. ΩFive"),
    "C-Down": ("C-Home", "ΩThree"),
    "C-Up": ("C-End", "ΩFour"),
    "M-Down": ("C-Home", "ΩFour"),
    "M-Up": ("C-End", "ΩFour"),
    "C-End": ("C-Home", "slept.Ω"),
    "C-Home": ("C-End", "ΩOne"),
    "End": ("C-Home", "thhere.Ω"),
    "C-e": ("C-Home", "thhere.Ω"),
    "Home": ("C-End", "ΩFour"),
    "C-a": ("C-End", "ΩFour"),
    "PageDown": ("C-Home", "Ω"),
    "PageUp": ("C-End", "Ω"),
}
# What a letter takes the place of, when it is typed after the keys.
_SELECTIONS = {
    "S-Right": ("C-Home", "Ωne went"),
    "S-Left": ("C-End", "sleptΩ"),
    "S-Down": ("C-Home", "ΩThree"),
    "S-Up": ("C-End", "Ω"),
    "S-End": ("C-Home", "Ω"),
    "S-Home": ("C-End", "Ω"),
    "C-S-Right": ("C-Home", "Ω went"),
    "C-S-Left": ("C-End", "sleptΩ"),
    "M-S-Right": ("C-Home", "ΩTwo stayed"),
    "M-S-Left": ("C-End", "Four left. Ω"),
    "C-S-Down": ("C-Home", "ΩThree"),
    "C-S-Up": ("C-End", "Ω"),
    "M-S-Down": ("C-Home", "ΩFour"),
    "M-S-Up": ("C-End", "Ω"),
    "C-S-End": ("C-Home", "Ω"),
    "C-S-Home": ("C-End", "Ω"),
    "M-a": ("C-Home", "Ω"),
}
# What stands there afterwards, and what does not.
_CHANGES = {
    "BSpace": ("C-End", "slept ", "slept."),
    "DC": ("C-Home", "ne went", "One"),
    "C-d": ("C-Home", "ne went", "One"),
    "C-w": ("C-End", "Five slept", "slept."),
    "M-BSpace": ("C-End", "Five slept", "slept."),
    "C-k": ("C-Home", "Three", "One went"),
    "C-u": ("C-End", "* * *", "Four left"),
}
# What is on the screen then, and the keys that lead back to the page.
_ACTIONS = {
    "F1": ("Type to search", ["Escape"]),
    "F3": ("alt+w", ["Escape"]),
    "C-f": ("alt+w", ["Escape"]),
    "F4": ("In the second field", ["Escape"]),
    "F5": ("→ word", ["Escape"]),
    "C-Space": ("→ word", ["Escape"]),
    "F6": ("What happens next?", ["Escape"]),
    "F7": ("Learn the word", ["Escape"]),
    "F8": ("To check", ["Escape"]),
    "F9": ("Typewriter scrolling", ["Escape"]),
    "F10": ("Which revision?", ["Escape"]),
    "C-p": ("Search for commands", ["Escape"]),
}
_TESTED_BELOW = {
    "f2", "ctrl+s", "escape", "alt+d", "alt+e", "f12", "ctrl+z", "alt+z", "ctrl+underscore",
    "ctrl+y", "alt+y", "ctrl+x", "alt+x", "ctrl+c", "alt+c", "ctrl+v", "alt+v", "ctrl+pagedown",
    "alt+pagedown", "ctrl+pageup", "alt+pageup",
}  # fmt: skip
_NOT_SENT_BY_TMUX = {
    "super+backspace", "super+c", "super+x", "super+y", "super+z",  # of another keyboard
    "ctrl+backspace", "ctrl+shift+k", "alt+delete",  # tmux sends what others send as well
}  # fmt: skip


@pytest.fixture
def terminal(
    environment: dict[str, str], novelgen: CommandLine, tmp_path: Path
) -> Iterator[Terminal]:
    for name in ("PYTHONWARNINGS", "NO_COLOR", "TMUX"):
        environment.pop(name, None)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf '\\n\\nFrom outside.\\n' >> \"$1\"\n", encoding="utf-8")
    editor.chmod(0o700)
    environment["EDITOR"] = str(editor)
    environment.pop("VISUAL", None)
    environment["NOVELGEN_HOME"] = str(tmp_path / "home")
    options = ["--model", "scripted", "--title", "Keys", "--premise", "A sea.", "--seed", "1"]
    novelgen("new", *options, "--target-words", "1500", "--chapters", "3", "--plan-only")
    novelgen("edit", "Keys", "--chapter", "1", stdin=_TEXT)
    novelgen("edit", "Keys", "--chapter", "2", stdin="Chapter two stands here.")
    command = [sys.executable, "-m", "novelgen", "tui", "Keys"]
    terminal = Terminal(tmp_path / "tmux", command, environment, _PATIENCE_SECONDS)
    terminal.until("One went home.")
    terminal.keys("e")
    terminal.until("F2 ^s Save")
    yield terminal
    terminal.close()


def test_every_key_does_what_the_help_screen_says(terminal: Terminal) -> None:
    _move(terminal)
    _select(terminal)
    _change(terminal)
    _act(terminal)
    _take_back(terminal)
    _cut_and_paste(terminal)
    _edit_outside(terminal)
    _save_and_turn(terminal)
    terminal.keys("Escape")
    terminal.until("e Edit")
    terminal.keys("M-q")
    terminal.until_so(lambda: not terminal.is_open(), "alt+q ends the workbench")


def test_no_key_of_the_help_screen_is_left_out() -> None:
    pressed = {*_MOVES, *_SELECTIONS, *_CHANGES, *_ACTIONS}
    named = {_as_textual(key) for key in pressed} | _TESTED_BELOW | _NOT_SENT_BY_TMUX
    bound = {
        key for widget in (WritingPage(), WritingDesk()) for key in widget._bindings.key_to_bindings
    }
    assert bound - named == set()


def _as_textual(key: str) -> str:
    """A key of tmux by the workbench's name."""
    names = {"BSpace": "backspace", "DC": "delete", "Space": "@"}
    *held, last = key.split("-")
    words = {"C": "ctrl", "M": "alt", "S": "shift"}
    return "+".join([*sorted(words[each] for each in held), names.get(last, last.lower())])


def _move(terminal: Terminal) -> None:
    for key, (start, around) in _MOVES.items():
        terminal.keys(start, key)
        terminal.type(_MARK)
        terminal.until_so(
            lambda wanted=around: _MARK in terminal.shown() and wanted in (terminal.shown()),
            f"{key}: {around}",
        )
        terminal.keys("BSpace")
        terminal.until_so(lambda: _MARK not in terminal.shown(), f"{key}: the mark went again")


def _select(terminal: Terminal) -> None:
    for key, (start, around) in _SELECTIONS.items():
        terminal.keys(start, key)
        terminal.type(_MARK)
        terminal.until_so(lambda wanted=around: wanted in terminal.shown(), f"{key}: {around}")
        terminal.keys("C-z")
        _until_whole(terminal, key)


def _change(terminal: Terminal) -> None:
    for key, (start, there, gone) in _CHANGES.items():
        terminal.keys(start, key)
        terminal.until_so(
            lambda a=there, b=gone: a.strip() in terminal.shown() and b not in terminal.shown(),
            f"{key}: {there!r} and no {gone!r}",
        )
        terminal.keys("C-z")
        _until_whole(terminal, key)


def _act(terminal: Terminal) -> None:
    for key, (shown, back) in _ACTIONS.items():
        terminal.keys("C-Home", key)
        terminal.until(shown)
        terminal.keys(*back)
        terminal.until_so(
            lambda told=shown: told not in terminal.shown(), f"{key}: back on the page"
        )
        _until_whole(terminal, key)


def _take_back(terminal: Terminal) -> None:
    for undo, redo in (("C-z", "C-y"), ("M-z", "M-y"), ("C-_", "C-y")):
        terminal.keys("C-Home")
        terminal.type(_MARK)
        terminal.until("ΩOne")
        terminal.keys(undo)
        terminal.until_so(lambda: _MARK not in terminal.shown(), f"{undo} takes back")
        terminal.keys(redo)
        terminal.until("ΩOne")
        terminal.keys("BSpace")
        _until_whole(terminal, undo)


def _cut_and_paste(terminal: Terminal) -> None:
    for cut, copy, paste in (("C-x", "C-c", "C-v"), ("M-x", "M-c", "M-v")):
        terminal.keys("C-Home", "C-S-Right", cut)
        terminal.until_so(lambda: "One went" not in terminal.shown(), f"{cut} cuts")
        terminal.keys(paste)
        _until_whole(terminal, paste)
        terminal.keys("C-Home", "C-S-Right", copy, "C-End", paste)
        terminal.until("slept.One")
        terminal.keys("C-z")
        terminal.until_so(lambda: "slept.One" not in terminal.shown(), f"{copy} copies")


def _edit_outside(terminal: Terminal) -> None:
    for key in ("M-e", "F12"):
        terminal.keys(key)
        terminal.until("From outside.")
        terminal.keys("C-z")
        terminal.until_so(lambda: "From outside." not in terminal.shown(), f"{key} was undone")


def _save_and_turn(terminal: Terminal) -> None:
    for number, save in enumerate(("F2", "C-s"), 2):
        terminal.keys("C-Home")
        terminal.type("So ")
        terminal.keys(save)
        terminal.until(f"saved as revision {number}")
    for on, back in (("C-PageDown", "C-PageUp"), ("M-PageDown", "M-PageUp")):
        terminal.keys(on)
        terminal.until("Chapter two stands here.")
        terminal.until("Chapter 2 ·")
        terminal.keys(back)
        terminal.until("So So One")
        terminal.until("Chapter 1 ·")
    terminal.type("gone ")
    terminal.keys("M-d")
    terminal.until("is thrown away")
    terminal.keys("y")
    terminal.until("e Edit")
    assert "gone " not in terminal.shown()
    terminal.keys("e")
    terminal.until("F2 ^s Save")


def _until_whole(terminal: Terminal, key: str) -> None:
    pieces = [piece for piece in _TEXT.split("\n\n") if piece.strip()]
    terminal.until_so(
        lambda: all(piece.strip() in terminal.shown() for piece in pieces),
        f"after {key}: the text is as it was",
    )
