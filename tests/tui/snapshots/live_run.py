"""News of a run that writes, as its watch would tell them, at one moment."""

from dataclasses import replace

from textual.pilot import Pilot

from novelgen.generation.events import ChapterBegun
from novelgen.generation.stop import Struck
from novelgen.runs.live import AttemptOpened, PassageOpened, PieceDrawn, RowStruck
from novelgen.runs.standing import Stands
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.run.live_page import LivePageReader
from novelgen.tui.run.news import RunNews, RunTold
from novelgen.tui.run.picture import RunPicture
from storage.run_records import RunStatus
from tests.tui.conftest import until

_CHAPTER = 6
_LOOP = Struck("", "She counted the steps. She counted the steps. She", "loop", "3 times")
_COMMITTED = (
    "The fog came in before supper and stayed. Joran Galloway set the lamp going by hand, as his "
    "mother had done it, and wrote the hour in the book.\n\n"
    "At nine there was a knock at the seaward door, where nobody could stand.\n\n"
)
_DRAWN = " “You are early,” said Petra Maddox, who had not turned round. “It is dated to"
_SPEEDS = (21.0, 24.5, 26.0, 25.2, 27.9, 28.4)


async def a_passage_being_written(pilot: "Pilot[None]") -> None:
    """The sixth chapter grows; the guard has struck a loop, and another draft is under way."""
    screen = pilot.app.screen
    assert isinstance(screen, NovelScreen)
    run = screen.novel.picture.run
    assert run is not None
    screen.novel.choose_chapter(_CHAPTER)
    page = LivePageReader()
    page.take(
        [
            PassageOpened(_CHAPTER, 0, 0, _COMMITTED),
            AttemptOpened(0, ""),
            PieceDrawn(0, _LOOP.text),
            RowStruck(0, _LOOP),
            AttemptOpened(1, ""),
            PieceDrawn(0, _DRAWN),
        ]
    )
    picture = RunPicture(
        stands=Stands.RUNNING,
        run=replace(run, status=RunStatus.RUNNING, device="cpu", dtype="float32"),
        doing=f"writing chapter {_CHAPTER}",
        chapter=_CHAPTER,
        chapter_target=750,
        novel_words=3900,
        words_per_second=12.0,
        guard_events=1,
        last_guard="loop: 3 times",
    )
    for speed in _SPEEDS:
        events = (ChapterBegun(_CHAPTER, 8, "", 750),) if speed == _SPEEDS[0] else ()
        at_that = replace(picture, tokens_per_second=speed)
        screen.post_message(RunTold(RunNews(at_that, page.page, events=events)))
    await until(pilot, lambda: screen.novel.picture.tokens_per_second == _SPEEDS[-1])
