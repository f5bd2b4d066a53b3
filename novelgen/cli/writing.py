"""Drives one run from the command line: model, progress, Ctrl-C, and what is said at the end."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

from novelgen.bootstrap import Workbench
from novelgen.cli.edited import say_redrafted
from novelgen.cli.endings import Ending, ending_of, exit_code_of, say_ending, say_spent
from novelgen.cli.invocation import Invocation
from novelgen.cli.progress import pull_display
from novelgen.cli.rereading import reread_memory, wants_reread
from novelgen.cli.rewritten import say_rewritten
from novelgen.cli.run_display import SECONDS_BETWEEN_LINES, RunDisplay
from novelgen.engine.protocol import Engine
from novelgen.engine.spending import SpendingMeter
from novelgen.errors import ExitCode, ForeignMemoryError
from novelgen.generation.events import ChapterRedrafted, Event, PassageRewritten
from novelgen.generation.foreign_memory import require_own_memory
from novelgen.generation.infill import Infill
from novelgen.generation.regeneration import Redraft
from novelgen.generation.run import RunTerms
from novelgen.generation.stop import StopSignal
from novelgen.metrics.serving import served_metrics
from novelgen.metrics.standing import MeasuredState
from novelgen.runs.folder import live_file
from novelgen.runs.live import LiveBroadcast
from storage.records import NovelRecord
from storage.run_records import RunRecord

if TYPE_CHECKING:
    from novelgen.metrics.worker_metrics import WorkerMetrics

_WORKER = "run"
"""What a run that is no fleet's is called in its metrics."""
_SECONDS_BETWEEN_LINES_IN_A_LOG = 60.0


def write_novel(
    invocation: Invocation,
    workbench: Workbench,
    novel: NovelRecord,
    terms: RunTerms,
    wish: Redraft | Infill | None = None,
) -> ExitCode:
    """Write a novel until it is finished or stopped; prints its id or its JSON document.

    With a `wish` one of its chapters is drafted anew, or a passage rewritten, instead.
    """
    output = invocation.output
    stop = StopSignal()
    terms = replace(terms, is_unattended=invocation.is_unattended)
    with (
        workbench.runs.claimed(novel),
        served_metrics(
            workbench.settings, output.note, worker=_WORKER, model_name=novel.model
        ) as metrics,
    ):
        with pull_display(output) as on_progress:
            engine = workbench.engines.load(novel, on_progress, output.note)
            planner = workbench.engines.load_planner(novel, on_progress, output.note)
        if metrics is not None:
            engine, planner = _measured(metrics, engine, planner)
        novel = _with_own_memory(invocation, workbench, novel, engine, stop)
        words = workbench.find(novel.id).totals.words
        display = _display(invocation, stop, novel, words, terms.meter)
        workbench.runs.clear_crashed(novel.id)
        with LiveBroadcast(display) as live:
            run = workbench.runs.start_run(novel, engine, terms, stop, live, wish, planner)
            live.open(live_file(workbench.paths, run.id))
            try:
                events = run.events() if metrics is None else metrics.noting(run.events())
                ending = _to_the_end(events, display, stop, is_worker=invocation.is_worker)
            finally:
                say_spent(output, terms.meter)
    if isinstance(ending, ChapterRedrafted):
        say_redrafted(output, novel, ending)
        return ExitCode.DONE
    if isinstance(ending, PassageRewritten):
        say_rewritten(output, novel, ending)
        return ExitCode.DONE
    say_ending(output, novel, ending)
    if output.as_json:
        document = run_json(workbench, novel.id, run.record())
        output.document(document | spending_json(terms.meter))
    else:
        output.data(novel.id)
    return exit_code_of(ending)


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


def spending_json(meter: SpendingMeter) -> dict[str, Any]:
    """What a run spent, by server; nothing for one that asked none."""
    spent = meter.by_server
    if not spent:
        return {}
    return {"spending": {name: each.as_json() for name, each in sorted(spent.items())}}


def _measured(
    metrics: "WorkerMetrics", engine: Engine, planner: Engine | None
) -> tuple[Engine, Engine | None]:
    """The engines of a run, which is ready to write, with their work measured."""
    metrics.set_state(MeasuredState.WRITING)
    return metrics.engine(engine), None if planner is None else metrics.engine(planner)


def _with_own_memory(
    invocation: Invocation,
    workbench: Workbench,
    novel: NovelRecord,
    engine: Engine,
    stop: StopSignal,
) -> NovelRecord:
    """The novel with a memory that this engine can go on from, read again if the person agrees.

    Raises `ForeignMemoryError`.
    """
    try:
        require_own_memory(workbench.store, novel, engine)
    except ForeignMemoryError as refusal:
        if not wants_reread(invocation.output, refusal):
            raise
        with stop_on_signals(stop):
            reread_memory(invocation.output, workbench, novel, engine, stop)
    return workbench.find(novel.id).novel


def _display(
    invocation: Invocation,
    stop: StopSignal,
    novel: NovelRecord,
    words: int,
    meter: SpendingMeter,
) -> RunDisplay:
    seconds = SECONDS_BETWEEN_LINES
    if invocation.is_worker:
        seconds = _SECONDS_BETWEEN_LINES_IN_A_LOG
    return RunDisplay(stop, invocation.output, novel.target_words, words, seconds, meter)


def _to_the_end(
    events: Iterable[Event], display: RunDisplay, stop: StopSignal, *, is_worker: bool
) -> Ending | None:
    ending: Ending | None = None
    try:
        with stop_on_signals(stop, is_worker=is_worker):
            for event in events:
                display.show(event)
                ending = ending_of(event) or ending
    finally:
        display.close()
    return ending


@contextmanager
def stop_on_signals(stop: StopSignal, *, is_worker: bool = False) -> Iterator[None]:
    """First Ctrl-C: stop after the segment. Second, or a terminate signal: stop between tokens.

    The handlers only set flags. To a worker a closed terminal is nothing.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if stop.is_requested:
            stop.stop_now()
        else:
            stop.stop_after_segment()

    def terminate(_signal: int, _frame: FrameType | None) -> None:
        stop.stop_now()

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
    if hasattr(signal, "SIGHUP") and not is_worker:  # the terminal was closed; Windows has none
        handlers[signal.SIGHUP] = terminate
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
