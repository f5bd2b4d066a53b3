"""Drives one run from the command line: model, progress, Ctrl-C, and what is said at the end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from novelgen.bootstrap import Workbench
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output
from novelgen.cli.progress import RunDisplay, pull_display
from novelgen.cli.redrafted import say_redrafted
from novelgen.errors import ExitCode
from novelgen.generation.events import (
    ChapterRedrafted,
    NovelFinished,
    RunStopped,
    StopReason,
)
from novelgen.generation.regeneration import Redraft
from novelgen.generation.run import RunTerms
from novelgen.generation.stop import StopSignal
from storage.records import NovelRecord, RunRecord

_EXIT_CODES = {
    StopReason.ASKED: ExitCode.INTERRUPTED,
    StopReason.WORD_LIMIT: ExitCode.LIMIT,
    StopReason.CHAPTER_LIMIT: ExitCode.LIMIT,
    StopReason.PLAN_ONLY: ExitCode.DONE,
    StopReason.CHANGED: ExitCode.FAILED,
}


def write_novel(
    invocation: Invocation,
    workbench: Workbench,
    novel: NovelRecord,
    terms: RunTerms,
    redraft: Redraft | None = None,
) -> ExitCode:
    """Write a novel until it is finished or stopped; prints its id or its JSON document.

    With a `redraft` one of its chapters is drafted anew instead.
    """
    output = invocation.output
    stop = StopSignal()
    with workbench.claimed(novel):
        with pull_display(output) as on_progress:
            engine = workbench.load_engine(novel, on_progress, output.note)
        words = workbench.find(novel.id).totals.words
        display = RunDisplay(stop, output, novel.target_words, words)
        run = workbench.start_run(novel, engine, terms, stop, display, redraft)
        ending: NovelFinished | RunStopped | ChapterRedrafted | None = None
        try:
            with stop_on_signals(stop):
                for event in run.events():
                    display.show(event)
                    if isinstance(event, NovelFinished | RunStopped | ChapterRedrafted):
                        ending = event
        finally:
            display.close()
    _say_ending(output, novel, ending)
    if isinstance(ending, ChapterRedrafted):
        say_redrafted(output, novel, ending)
    elif output.as_json:
        output.document(run_json(workbench, novel.id, run.record()))
    else:
        output.data(novel.id)
    if isinstance(ending, RunStopped):
        return _EXIT_CODES[ending.reason]
    return ExitCode.DONE


def run_json(workbench: Workbench, novel_id: str, run: RunRecord | None) -> dict[str, Any]:
    """The JSON keys of a run, a contract with other programs."""
    summary = workbench.find(novel_id)
    seconds = run.elapsed_seconds if run else 0.0
    tokens = run.tokens if run else 0
    return {
        "id": summary.novel.id,
        "title": summary.novel.title,
        "target_words": summary.novel.target_words,
        "words": summary.totals.words,
        "chapters": summary.totals.chapters,
        "segments": summary.totals.segments,
        "status": summary.novel.status.value,
        "seconds": round(seconds, 3),
        "tokens": tokens,
        "tokens_per_second": round(tokens / seconds, 2) if seconds else 0.0,
        "run_id": run.id if run else None,
    }


def _say_ending(
    output: Output, novel: NovelRecord, ending: NovelFinished | RunStopped | ChapterRedrafted | None
) -> None:
    if isinstance(ending, NovelFinished):
        output.note(
            f"Finished: {ending.words:,} of {ending.target_words:,} words. "
            f"Export it with `novelgen export {novel.id}`."
        )
    elif isinstance(ending, RunStopped) and ending.reason is StopReason.PLAN_ONLY:
        output.note(
            f"Planned. Look at it with `novelgen show {novel.id}`, "
            f"write it with `novelgen resume {novel.id}`."
        )
    elif isinstance(ending, RunStopped) and ending.reason is StopReason.CHANGED:
        output.note(
            f"Paused: {ending.why} The text as it stands now is kept; `novelgen resume "
            f"{novel.id}` goes on from it."
        )
    elif isinstance(ending, RunStopped):
        output.note(
            f"Stopped at {ending.words:,} of {novel.target_words:,} words; nothing is lost. "
            f"Go on with `novelgen resume {novel.id}`."
        )


@contextmanager
def stop_on_signals(stop: StopSignal) -> Iterator[None]:
    """First Ctrl-C: stop after the segment. Second, or a terminate signal: stop between tokens.

    The handlers only set flags.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_requested:
            stop.stop_now()
        else:
            stop.stop_after_segment()

    def terminate(_signal: int, _frame: FrameType | None) -> None:
        stop.stop_now()

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
    if hasattr(signal, "SIGHUP"):  # the terminal was closed; Windows has none
        handlers[signal.SIGHUP] = terminate
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
