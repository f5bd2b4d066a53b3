"""The chapter in the person's own editor, by key, and where no other program can be started."""

import shutil
import stat
import sys
from pathlib import Path

import pytest

from novelgen.bootstrap import Workbench
from novelgen.manuscript.origins import WordOrigin, words_by_origin
from novelgen.tui.writing.outside import as_on_the_page
from tests.tui.conftest import TITLE
from tests.tui.terminal import Terminal
from tests.tui.writing.conftest import Sat

_PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize("key", ["f12", "alt+e"])
async def test_where_no_program_can_be_started_that_is_told_and_nothing_lost(
    sat: Sat, key: str
) -> None:
    async with sat() as visit:
        await visit.type("Snow. ")
        await visit.press(key)
        await visit.until(lambda: "No other program can be started from here." in visit.told)
        await visit.press("enter")
        await visit.until(lambda: visit.page.has_focus)
        await visit.type("Rain. ")
        await visit.leave()
        await visit.until(lambda: visit.text().startswith("Snow. Rain. "))


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
def test_what_an_editor_leaves_is_put_on_the_page(
    written_home: Path, bench: Workbench, environment: dict[str, str], tmp_path: Path
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho "Snow fell at last." >> "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    for name in ("PYTHONWARNINGS", "NO_COLOR", "TMUX", "VISUAL"):
        environment.pop(name, None)
    environment |= {"EDITOR": str(editor), "NOVELGEN_HOME": str(written_home)}
    command = [sys.executable, "-m", "novelgen", "tui"]
    terminal = Terminal(tmp_path / "tmux", command, environment, _PATIENCE_SECONDS)
    try:
        terminal.until(TITLE)
        terminal.keys("Enter")
        terminal.until("e Edit")
        terminal.keys("e")
        terminal.until("nothing typed yet")
        terminal.keys("F12")
        terminal.until("not saved yet")
        terminal.keys("C-End")
        terminal.until("Snow fell at last.")
        terminal.keys("F2")
        terminal.until("saved as revision 2")
    finally:
        terminal.close()
    with bench.store.reading() as work:
        chapter = work.chapters.get(work.novels.find(TITLE).active_branch_id, 1)
        assert chapter is not None
        text = work.texts.of_revision(chapter.revision.id)
        origins = words_by_origin(work, chapter)
    assert text.endswith("\n\nSnow fell at last.")
    assert origins[WordOrigin.AUTHOR] == 4, "words that nobody touched stay the machine's"
    assert not list((written_home / "state").glob("editing/*")), "the file has gone"


def test_a_file_is_read_as_the_page_has_it() -> None:
    raw = "One.\n[[over\nlines]] Two. \n\n\n Three.\n"
    assert as_on_the_page(raw) == "One.\n\n[[over\nlines]] Two.\n\nThree."
