"""Finds the resident process, starts it where there is none, and ends it."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict

import psutil
from filelock import FileLock, Timeout

from novelgen.errors import ModelError
from novelgen.paths import Paths
from novelgen.resident.client import EngineGone, ResidentClient
from novelgen.resident.handshake import NoHandshake, reach
from novelgen.resident.rendezvous import (
    Rendezvous,
    build_of_this_process,
    clear_traces,
    output_file,
    read_rendezvous,
    start_lock_file,
)
from novelgen.runs.detachment import detached, environment_elsewhere

_SECONDS_TO_START = 30.0
_SECONDS_TO_END = 10.0
_SECONDS_BETWEEN_LOOKS = 0.02


class NoResidentEngine(Exception):
    """The process could not be started or reached; the caller loads its model itself."""


def connect(paths: Paths, keep_seconds: float) -> ResidentClient:
    """A connection to the resident process of these directories, which is started if need be.

    A process of another build or environment is told to end when it is no longer used, and
    replaced. Raises `NoResidentEngine`.
    """
    try:
        paths.state.mkdir(parents=True, exist_ok=True)
        with FileLock(start_lock_file(paths), timeout=_SECONDS_TO_START):
            found = read_rendezvous(paths)
            if found is not None and found.is_alive:
                client = _reach(found)
                if client is None:
                    raise NoResidentEngine(
                        f"process {found.pid} does not answer; `novelgen engine stop --force` "
                        "ends it"
                    )
                if found.build == build_of_this_process():
                    return client
                client.ask("retire")
                client.close()
            else:
                clear_traces(paths)
            return _start(paths, keep_seconds)
    except (OSError, Timeout, EngineGone, subprocess.SubprocessError) as error:
        raise NoResidentEngine(str(error)) from error


def find(paths: Paths) -> tuple[Rendezvous, ResidentClient] | None:
    """The process that is there, of whatever build; None when there is none."""
    found = read_rendezvous(paths)
    client = None if found is None else _reach(found)
    return None if found is None or client is None else (found, client)


def release_unused(paths: Paths) -> None:
    """Have models given back that nobody uses: another program is about to need the memory."""
    found = find(paths)
    if found is not None:
        with suppress(EngineGone):
            found[1].ask("drop_unheld")
            found[1].close()


def end(found: Rendezvous, client: ResidentClient | None) -> None:
    """End the process, and wait until it has. Raises `ModelError` when it does not go.

    Without a `client`, because it does not answer, it is ended by force.
    """
    if client is not None:
        with suppress(EngineGone):
            client.ask("stop")
        client.close()
    process = found.process()
    if process is None:
        return
    with suppress(psutil.Error):
        try:
            process.wait(_SECONDS_TO_END if client is not None else 0.0)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_SECONDS_TO_END)
    if found.is_alive:
        raise ModelError(
            f"The engine's process {found.pid} does not end.", "End it with the system's means."
        )


def _reach(found: Rendezvous) -> ResidentClient | None:
    if not found.is_alive:
        return None
    try:
        return ResidentClient(reach(found.address, bytes.fromhex(found.secret)))
    except (NoHandshake, ValueError):
        return None


def _start(paths: Paths, keep_seconds: float) -> ResidentClient:
    """A fresh interpreter of its own session, so that no terminal's Ctrl-C reaches it."""
    before = read_rendezvous(paths)
    folders = json.dumps({name: str(place) for name, place in asdict(paths).items()})
    command = [sys.executable, "-P", "-m", "novelgen.resident", folders, str(keep_seconds)]
    with output_file(paths).open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=paths.state,
            env=environment_elsewhere(os.environ),
            **detached(),
        )
    deadline = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        found = read_rendezvous(paths)
        if found is not None and found != before and (client := _reach(found)) is not None:
            process.returncode = 0  # it outlives this process, which is not to wait for it
            return client
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    process.kill()
    raise NoResidentEngine(f"it did not start; see {output_file(paths)}")
