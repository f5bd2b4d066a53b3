"""How a run ended: what a person is told, and the exit code."""

from novelgen.cli.edited import say_redrafted
from novelgen.cli.output import Output
from novelgen.cli.rewritten import say_rewritten
from novelgen.engine.spending import SpendingMeter
from novelgen.errors import ExitCode, NovelgenError, StorageError
from novelgen.generation.events import (
    ChapterRedrafted,
    Event,
    NovelFinished,
    PassageRewritten,
    RunStopped,
    StopReason,
)
from storage.records import NovelRecord
from storage.run_records import RunRecord, RunStatus

Ending = NovelFinished | RunStopped | ChapterRedrafted | PassageRewritten

_EXIT_CODES = {
    StopReason.ASKED: ExitCode.INTERRUPTED,
    StopReason.WORD_LIMIT: ExitCode.LIMIT,
    StopReason.CHAPTER_LIMIT: ExitCode.LIMIT,
    StopReason.BEAT_LIMIT: ExitCode.LIMIT,
    StopReason.PLAN_ONLY: ExitCode.DONE,
    StopReason.CHANGED: ExitCode.FAILED,
    StopReason.BUDGET: ExitCode.LIMIT,
}


def ending_of(event: Event) -> Ending | None:
    """The event, if a run ends with it."""
    return event if isinstance(event, Ending) else None


def exit_code_of(ending: Ending | None) -> ExitCode:
    """The exit code of a run that ended in good order."""
    return _EXIT_CODES[ending.reason] if isinstance(ending, RunStopped) else ExitCode.DONE


def say_ending(output: Output, novel: NovelRecord, ending: Ending | None) -> None:
    """Tell how a run ended in good order, and what to do next."""
    if isinstance(ending, NovelFinished):
        output.note(
            f"Finished: {ending.words:,} of {ending.target_words:,} words. "
            f"Export it with `novelgen export {novel.id}`."
        )
    elif isinstance(ending, ChapterRedrafted):
        if not output.as_json:  # its document is another one
            say_redrafted(output, novel, ending)
    elif isinstance(ending, PassageRewritten):
        if not output.as_json:
            say_rewritten(output, novel, ending)
    elif isinstance(ending, RunStopped):
        output.note(_stopped(novel, ending))


def say_spent(output: Output, meter: SpendingMeter) -> None:
    """Tell what a run spent at servers, if it asked any."""
    for server, spent in sorted(meter.by_server.items()):
        output.note(f"Spent at {server}: {spent.in_words()}.")


def say_run_ended(
    output: Output, novel: NovelRecord, run: RunRecord, ending: Ending | None
) -> ExitCode:
    """Tell how a run of any process ended; returns the exit code that it has or would have had."""
    if run.status is RunStatus.CRASHED:
        output.error(
            f"Run {run.id} (process {run.pid} on {run.host}) has crashed; it was last heard of at "
            f"{run.heartbeat_at:%Y-%m-%d %H:%M} UTC.",
            f"Everything committed is kept. Go on with `novelgen resume {novel.id}`.",
        )
        return ExitCode.FAILED
    if run.status is RunStatus.FAILED:
        output.error(
            f"Run {run.id} failed. {run.error or ''}".rstrip(),
            f"Everything committed is kept. Go on with `novelgen resume {novel.id}`.",
        )
        return _code_of_error(run.error or "")
    say_ending(output, novel, ending)
    return exit_code_of(ending)


def _stopped(novel: NovelRecord, ending: RunStopped) -> str:
    if ending.reason is StopReason.PLAN_ONLY:
        return (
            f"Planned. Look at it with `novelgen show {novel.id}`, "
            f"write it with `novelgen resume {novel.id}`."
        )
    if ending.reason is StopReason.BUDGET:
        return (
            f"The budget of this run is used up, at {ending.words:,} of {novel.target_words:,} "
            f"words"
            + (f" (spent: {ending.why})" if ending.why else "")
            + f"; nothing is lost. `novelgen resume {novel.id}` goes on with a new budget: "
            "--budget-tokens, --budget-cost, or what the server's section says."
        )
    if ending.reason is StopReason.ASKED and ending.why:
        return f"Stopped. {ending.why}"
    if ending.reason is StopReason.CHANGED:
        return (
            f"Paused: {ending.why} The text as it stands now is kept; "
            f"`novelgen resume {novel.id}` goes on from your text."
        )
    return (
        f"Stopped at {ending.words:,} of {novel.target_words:,} words; nothing is lost. "
        f"Go on with `novelgen resume {novel.id}`."
    )


def _code_of_error(text: str) -> ExitCode:
    """Of an error as a run keeps it, with its name in front."""
    name = text.partition(":")[0]
    storage = {"StorageFailure", "DatabaseUnavailable", "HeadMoved", "RecordNotFound"}
    if name in storage:
        return StorageError.exit_code
    kinds = {kind.__name__: kind.exit_code for kind in _kinds(NovelgenError)}
    return kinds.get(name, ExitCode.FAILED)


def _kinds(kind: type[NovelgenError]) -> list[type[NovelgenError]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in _kinds(sub))]
