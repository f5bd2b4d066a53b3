"""Starts and stops the runs of a novel, each in a process of its own that outlives the screen."""

import asyncio
from collections.abc import Callable, Sequence

from novelgen.errors import ModelError, NovelgenError
from novelgen.generation.novel_context import RunLimits
from novelgen.runs.launch import Worker
from novelgen.runs.orders import resume_arguments
from novelgen.tui.desk import Desk
from storage.run_records import PauseRequest, RunRecord, RunStatus

_SECONDS_BETWEEN_LOOKS = 0.2
_LINES_TOLD = 6


class RunControl:
    """The runs of one novel, as a person orders them."""

    def __init__(self, desk: Desk, novel_id: str) -> None:
        self._desk = desk
        self._novel_id = novel_id

    async def write(self, limits: RunLimits, say: Callable[[str], object]) -> None:
        """Go on with the novel; returns once the run has begun. Raises `NovelgenError`."""
        novel = await self._desk.ask(lambda workbench: workbench.find(self._novel_id).novel)
        await self.order(resume_arguments(novel, limits), say)

    async def order(self, arguments: Sequence[str], say: Callable[[str], object]) -> None:
        """Have a worker carry out a command on the novel; returns once its run has begun.

        `say` is given what the worker says until then. Raises `NovelgenError` where it ended
        without one.
        """
        before, worker = await self._desk.ask(
            lambda workbench: (
                workbench.runs.latest_run(self._novel_id),
                workbench.runs.start_worker(
                    workbench.find(self._novel_id).novel,
                    arguments,
                    self._desk.config_file,
                    debug=self._desk.debug,
                    is_unattended=False,
                ),
            )
        )
        try:
            await self._begun(worker, 0 if before is None else before.epoch, say)
        finally:
            worker.let_go()  # it goes on, whatever becomes of the screen

    async def pause(self, *, at_once: bool = False) -> bool:
        """Ask the run to stop after its segment, or at once; False when none is going on."""
        request = PauseRequest.NOW if at_once else PauseRequest.AFTER_SEGMENT
        run = await self._latest()
        if run is None or run.status is not RunStatus.RUNNING:
            return False
        run_id = run.id

        def ask_for_it() -> None:
            with self._desk.workbench.store.writing() as work:
                work.runs.request_pause(run_id, request)

        await self._desk.ask(lambda _: ask_for_it())
        return True

    async def look(self, *, away: bool) -> None:
        """Nobody looks on any more, or somebody does again: it says what waits in the inbox."""
        from novelgen.generation.unattended import look_away, look_on

        run = await self._latest()
        if run is None or run.status is not RunStatus.RUNNING or run.is_unattended == away:
            return
        run_id = run.id

        def note() -> None:
            with self._desk.workbench.store.writing() as work:
                (look_away if away else look_on)(work, run_id)

        await self._desk.ask(lambda _: note())

    async def _begun(self, worker: Worker, epoch: int, say: Callable[[str], object]) -> None:
        """Wait for the worker's run; it may end without one, and with nothing wrong."""
        said: list[str] = []
        while True:
            has_ended = worker.exit_code is not None
            run = await self._latest()
            for line in worker.news():
                if line.strip() != self._novel_id:  # what a command prints for scripts
                    said.append(line)
                    say(line.removeprefix("novelgen: "))
            if run is not None and run.epoch > epoch:
                return
            if has_ended:
                if worker.exit_code:
                    raise _ended(worker, said)
                return
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)

    async def _latest(self) -> RunRecord | None:
        return await self._desk.ask(lambda workbench: workbench.runs.latest_run(self._novel_id))


def _ended(worker: Worker, said: Sequence[str]) -> NovelgenError:
    """Why a worker ended before its run began, in its own words."""
    lines = [line.removeprefix("novelgen: ") for line in said if line.strip()]
    if not lines:
        return ModelError(
            f"The process that should write ended with code {worker.exit_code} and said nothing.",
            "Try once more; perhaps memory ran out. `novelgen doctor` looks at the machine.",
        )
    return ModelError("\n".join(lines[-_LINES_TOLD:]), "")
