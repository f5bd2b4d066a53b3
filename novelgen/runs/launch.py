"""Starts a worker: a fresh interpreter that works on a novel and outlives the terminal.

The worker runs an ordinary command of this program, with the same directories, database and
settings. It is given no terminal and no shell, and prints into a log file of the novel. Nothing
secret stands in its arguments: the database address goes through its environment.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from novelgen.errors import StorageError
from novelgen.paths import ENV_HOME, ENV_MODELS, Paths
from novelgen.runs.detachment import detached, environment_elsewhere
from novelgen.runs.folder import worker_log

ENV_DATABASE = "NOVELGEN_DATABASE_URL"
_LARGEST_LOG = 1_000_000
"""Bytes; a larger log is put aside before a worker begins."""


@dataclass(frozen=True, slots=True)
class WorkerOrder:
    """What a worker is to do, and with what."""

    novel_id: str
    arguments: Sequence[str]
    """A command and its options, such as `["resume", "3f2a9c0d1e2f"]`."""
    database_url: str
    config_file: Path | None = None
    debug: bool = False
    is_unattended: bool = True
    """Whether nobody looks on: the chapters that it drafts then wait in the inbox."""


class Worker:
    """A worker that was started, as its starter sees it."""

    def __init__(self, process: "subprocess.Popen[bytes]", log: Path, said_before: int) -> None:
        self._process = process
        self._log = log
        self._read = said_before
        self.pid = process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it lives."""
        return self._process.poll()

    def news(self) -> list[str]:
        """The whole lines that it printed since the last call."""
        try:
            with self._log.open("rb") as file:
                file.seek(self._read)
                said = file.read()
        except OSError:
            return []
        end = len(said) if self.exit_code is not None else said.rfind(b"\n") + 1
        self._read += end
        return said[:end].decode("utf-8", "replace").splitlines()

    def let_go(self) -> None:
        """It outlives this process, which is not to wait for it."""
        if self._process.returncode is None:
            self._process.returncode = 0


def start_worker(paths: Paths, order: WorkerOrder) -> Worker:
    """Start a worker and return at once. Raises `StorageError` when its log cannot be written."""
    log = worker_log(paths, order.novel_id)
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        _put_aside(log)
        with log.open("ab") as output:
            said_before = log.stat().st_size
            return Worker(_process(paths, order, output), log, said_before)
    except OSError as error:
        raise StorageError(
            f"No detached run can be started: {error.filename or log}: {error.strerror or error}.",
            "Check that the folder exists, that you may write there, and the space on its disk.",
        ) from error


def _process(paths: Paths, order: WorkerOrder, output: BinaryIO) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _command(order),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd=paths.state,
        env=_environment(paths, order),
        **detached(in_background=True),
    )


def _command(order: WorkerOrder) -> list[str]:
    config = [] if order.config_file is None else ["--config", str(order.config_file.absolute())]
    debug = ["--debug"] if order.debug else []
    flags = ["--unattended" if order.is_unattended else "--worker", *config, *debug]
    return [sys.executable, "-P", "-m", "novelgen", *flags, *order.arguments]


def _environment(paths: Paths, order: WorkerOrder) -> dict[str, str]:
    """Relative places are made absolute, since a worker begins in another directory."""
    places = {ENV_DATABASE: order.database_url, ENV_MODELS: str(paths.models.absolute())}
    if home := os.environ.get(ENV_HOME):
        places[ENV_HOME] = str(Path(home).expanduser().absolute())
    return environment_elsewhere(os.environ) | places | {"PYTHONIOENCODING": "utf-8"}


def _put_aside(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
