"""Sends a run into a process of its own, and tells the person where it went."""

import time
from collections.abc import Sequence

from novelgen.bootstrap import Workbench
from novelgen.cli.interrupts import Interrupts, explained_interrupt
from novelgen.cli.invocation import Invocation
from novelgen.cli.output import Output
from novelgen.cli.writing import run_json
from novelgen.errors import ExitCode, UsageError
from novelgen.runs.folder import worker_log
from novelgen.runs.launch import Worker
from storage.records import NovelRecord
from storage.run_records import RunRecord

_SECONDS_BETWEEN_LOOKS = 0.1


def detach_run(
    invocation: Invocation, workbench: Workbench, novel: NovelRecord, arguments: Sequence[str]
) -> ExitCode:
    """Have a worker run `arguments`, a command on the novel that starts a run; wait until it has.

    Prints the novel's id, or the document of the run. What the worker says until then, such as
    why it cannot start, is passed on. Raises `UsageError` when the novel is being written.
    """
    _require_one_process()
    output = invocation.output
    before = workbench.runs.latest_run(novel.id)
    worker = workbench.runs.start_worker(
        novel, arguments, invocation.config_file, debug=invocation.debug
    )
    remedy = f"Process {worker.pid} goes on: `novelgen attach {novel.id}`."
    with explained_interrupt(output, remedy) as interrupts:
        epoch = before.epoch if before else 0
        run = _begun(workbench, novel, worker, epoch, output, interrupts)
    if run is None:
        log = worker_log(workbench.paths, novel.id)
        output.note(f"The detached process ended before its run began; it printed into {log}.")
        return _code(worker.exit_code)
    worker.let_go()
    output.note(
        f"Run {run.id} goes on without this terminal, in process {run.pid}. Look on with "
        f"`novelgen attach {novel.id}`, stop it with `novelgen pause {novel.id}`."
    )
    if output.as_json:
        output.document(run_json(workbench, novel.id, run))
    else:
        output.data(novel.id)
    return ExitCode.DONE


def _begun(
    workbench: Workbench,
    novel: NovelRecord,
    worker: Worker,
    epoch: int,
    output: Output,
    interrupts: Interrupts,
) -> RunRecord | None:
    """The worker's run, once it has begun; None when the worker ended without one."""
    while True:
        has_ended = worker.exit_code is not None
        run = workbench.runs.latest_run(novel.id)
        if run is not None and run.epoch > epoch:
            return run
        for line in worker.news():
            _pass_on(line, output, has_ended=has_ended)
        if has_ended:
            return None
        interrupts.raise_lost()
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _pass_on(line: str, output: Output, *, has_ended: bool) -> None:
    """Why it ended is said even with `--quiet`."""
    if has_ended and output.is_quiet:
        output.error(line.removeprefix("novelgen: "))
    else:
        output.note(line)


def _code(code: int | None) -> ExitCode:
    """A worker that a signal ended has a code below 0."""
    try:
        return ExitCode(code or ExitCode.FAILED)
    except ValueError:
        return ExitCode.FAILED


def _require_one_process() -> None:
    from novelgen.modeling.placement import num_processes

    if num_processes() > 1:
        raise UsageError(
            "--detach and torchrun each start the processes of a run.", "Use one of them."
        )
