"""One call of the program: its directories, settings and output. Opens things when asked."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from novelgen.cli.output import Output
from novelgen.errors import ExitCode, UsageError
from novelgen.paths import Paths

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the global options say."""

    paths: Paths
    output: Output
    config_file: Path | None = None
    database_url: str | None = None
    debug: bool = False
    is_worker: bool = False
    """Whether another process of this program started this one, without a terminal."""
    is_unattended: bool = False
    """Whether this is a worker that nobody looks at: its chapters wait in the inbox."""

    @contextmanager
    def workbench(self, **flags: Any) -> Iterator["Workbench"]:
        """The workbench with this call's settings; its database is closed afterwards."""
        from novelgen.bootstrap import Workbench
        from novelgen.config import load_settings

        settings = load_settings(
            self.paths, self.config_file, database_url=self.database_url, **flags
        )
        with Workbench(self.paths, settings, self.output.error) as workbench:
            yield workbench

    @contextmanager
    def writing_workbench(self, **flags: Any) -> Iterator["Workbench"]:
        """The workbench of a command that writes; the other processes of torchrun end with it.

        After an error torchrun ends them, since this process ends with a code that is not 0.
        """
        with self.workbench(**flags) as workbench:
            yield workbench
            settings = workbench.settings
        from novelgen.modeling.placement import leads

        if leads(settings.placement):
            from novelgen.modeling.tensor_parallel import dismiss_followers

            dismiss_followers(settings.device)

    def follow_first_process(self) -> None:
        """In a process that torchrun started to share a model: compute with the first, then exit.

        It opens no database and prints nothing; what goes wrong is in the log. In the first
        process, and without torchrun, nothing happens. Raises `UsageError` when several processes
        would each write by themselves.
        """
        from novelgen.modeling.placement import num_processes, process_rank

        if num_processes() < 2:
            return
        from novelgen.config import load_settings

        settings = load_settings(self.paths, self.config_file)
        if settings.placement != "tensor":
            raise UsageError(
                f"{num_processes()} processes were started to write one novel, and placement is "
                f"{settings.placement}.",
                "Set NOVELGEN_PLACEMENT=tensor to share the model out, or start one process.",
            )
        if process_rank() == 0:
            return
        from novelgen.log import log_unexpected
        from novelgen.modeling.tensor_parallel import follow

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process stops for both
        try:
            follow(settings.device)
        except Exception as error:
            log_unexpected(error)
            raise typer.Exit(ExitCode.FAILED) from error
        raise typer.Exit


def invocation_of(context: typer.Context) -> Invocation:
    """The invocation that the main callback stored."""
    found = context.find_object(Invocation)
    if found is None:
        raise RuntimeError("the main callback has not run")
    return found
