"""Fetches a model while somebody looks on, who may end it at any moment.

The work is done by a process of its own (`fetch_process`), so that it can be ended whatever it
waits for, and the one that shows it stays free of torch.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

from novelgen.errors import ModelError
from novelgen.modeling.pull_progress import Progress, Stage
from novelgen.paths import Paths
from novelgen.runs.detachment import detached, environment_elsewhere

_SECONDS_TO_CLEAR = 5.0
"""What it is given to clear up after itself, once it was asked to end."""


class Fetch:
    """One model being fetched."""

    def __init__(self, paths: Paths, name: str) -> None:
        self._paths = paths
        self._name = name
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = threading.Event()

    def run(self, on_progress: Callable[[Progress], object]) -> bool:
        """Fetch it; False when it was cancelled. Raises `ModelError`."""
        with self._lock:
            if self._cancelled.is_set():
                return False
            self._process = process = self._started()
        with process:
            last = _listen(process, on_progress)
        if self._cancelled.is_set():
            return False
        if last.get("done"):
            return True
        raise ModelError(
            str(
                last.get("error") or f"{self._name} was not fetched: the process that did it died."
            ),
            str(last.get("remedy") or f"Try once more, or: novelgen models pull {self._name}"),
        )

    def cancel(self) -> None:
        """End it, from any thread; nothing half-fetched is ever taken for a model."""
        with self._lock:
            self._cancelled.set()
            process = self._process
        if process is not None and process.poll() is None:
            _end(process, kills=False)
            last_resort = threading.Timer(_SECONDS_TO_CLEAR, _end_what_lives, [process])
            last_resort.daemon = True
            last_resort.start()

    def _started(self) -> "subprocess.Popen[bytes]":
        arguments = [self._name, str(self._paths.models.absolute())]
        try:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "novelgen.bootstrap.fetch_process", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment_elsewhere(os.environ),
                **detached(),
            )
        except OSError as error:
            raise ModelError(
                f"No process could be started to fetch {self._name}: {error.strerror}.",
                "Close other programs and try once more.",
            ) from error


def _listen(
    process: "subprocess.Popen[bytes]", on_progress: Callable[[Progress], object]
) -> dict[str, Any]:
    """Pass its progress on until it ends; returns its last word."""
    last: dict[str, Any] = {}
    for line in process.stdout or ():
        told = _read(line)
        if "stage" in told:
            on_progress(_progress(told))
        elif told:
            last = told
    return last


def _end_what_lives(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        _end(process, kills=True)


def _end(process: "subprocess.Popen[bytes]", *, kills: bool) -> None:
    """End it with the package client that it started."""
    try:
        if sys.platform == "win32":
            process.kill() if kills else process.terminate()
        else:
            os.killpg(process.pid, signal.SIGKILL if kills else signal.SIGTERM)
    except ProcessLookupError:
        return


def _read(line: bytes) -> dict[str, Any]:
    """What a line tells; nothing where a library has printed."""
    try:
        document = json.loads(line)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _progress(told: dict[str, Any]) -> Progress:
    return Progress(
        Stage(told["stage"]),
        told["fraction"],
        told.get("bytes_done", 0),
        told.get("bytes_total", 0),
    )
