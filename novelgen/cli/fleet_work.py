"""One worker of a fleet in the foreground: what it tells, and how signals let it leave."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from novelgen.bootstrap import Workbench
from novelgen.cli.invocation import Invocation
from novelgen.errors import ExitCode, ModelError
from novelgen.fleet.visit import WorkerEnding
from novelgen.fleet.watch import LeaveSignal


def work_here(
    invocation: Invocation,
    workbench: Workbench,
    name: str | None,
    *,
    leaves_when_done: bool,
    index: int,
) -> ExitCode:
    """Work until the queue is done, or a signal comes.

    Raises `ModelError` when the device has failed and only another process can go on.
    """
    leave = LeaveSignal()
    note = invocation.output.note
    called = name or f"{socket.gethostname()}-{os.getpid()}"
    workbench.fleet.require_server()
    note(f"Worker {called}. Ctrl-C leaves after the segment in hand.")
    with leave_on_signals(leave):
        ending = workbench.fleet.workers.work(
            called, leave, note, leaves_when_done=leaves_when_done, index=index
        )
    if ending is WorkerEnding.DEVICE_FAILED:
        raise ModelError(
            "The device has failed; what was in hand is in the queue again.",
            "Start the worker anew.",
        )
    note("Left.")
    if invocation.output.as_json:
        invocation.output.document({"worker": called, "ending": ending.value})
    return ExitCode.DONE


@contextmanager
def leave_on_signals(leave: LeaveSignal) -> Iterator[None]:
    """Ctrl-C: leave after the segment, the second time at once, as a terminate signal does."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        leave.ask()

    def terminate(_signal: int, _frame: FrameType | None) -> None:
        leave.leave_now()

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
