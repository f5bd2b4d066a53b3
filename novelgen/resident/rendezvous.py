"""Where the resident process is found: a small file with its address, secret and build.

The file lies in the state directory, readable by its owner alone. What it says is a hint: the
process may be gone.
"""

import hashlib
import json
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

import novelgen
from novelgen.engine.libraries import library_versions
from novelgen.paths import Paths

# What decides how an engine computes: a process that was started with other values is another.
_DECISIVE_VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "MKL_NUM_THREADS",
    "NUMBA_CPU_FEATURES",
    "NUMBA_CPU_NAME",
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "PYTORCH_CUDA_ALLOC_CONF",
)
_LONGEST_SOCKET_PATH = 100
"""Bytes that every system allows in the path of a socket."""
_FOLDER_PREFIX = "novelgen-engine-"
"""Of the temporary folder for a socket whose path would be too long."""


@dataclass(frozen=True, slots=True)
class Rendezvous:
    """A resident process, and how to talk to it."""

    address: str
    secret: str
    pid: int
    started: float
    """When the process began, as the system counts it: tells it from a later one of its number."""
    build: str

    @property
    def is_alive(self) -> bool:
        process = self.process()
        return process is not None and process.status() != psutil.STATUS_ZOMBIE

    def process(self) -> psutil.Process | None:
        """The very process, not another that was given its number; None when it is gone."""
        with suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(process.create_time() - self.started) < 1.0:
                return process
        return None


def rendezvous_file(paths: Paths) -> Path:
    return paths.state / "engine.json"


def start_lock_file(paths: Paths) -> Path:
    """Held while a process is looked for and started, so that there is one."""
    return paths.state / "engine.lock"


def output_file(paths: Paths) -> Path:
    """What the process, or what kills it, prints."""
    return paths.state / "engine.out"


def read_rendezvous(paths: Paths) -> Rendezvous | None:
    """What the file says; None when there is none or it is no such file."""
    try:
        told = json.loads(rendezvous_file(paths).read_text(encoding="utf-8"))
        found = Rendezvous(**told)
    except (OSError, ValueError, TypeError):
        return None
    has_texts = all(isinstance(told[name], str) for name in ("address", "secret", "build"))
    has_numbers = isinstance(told["pid"], int) and isinstance(told["started"], int | float)
    return found if has_texts and has_numbers and found.pid > 0 else None


def make_rendezvous(paths: Paths) -> Rendezvous:
    """One for this process, with a free address and a new secret."""
    return Rendezvous(
        address=_free_address(paths),
        secret=secrets.token_hex(32),
        pid=os.getpid(),
        started=psutil.Process().create_time(),
        build=build_of_this_process(),
    )


def publish(paths: Paths, rendezvous: Rendezvous) -> None:
    """Write the file, whole or not at all."""
    target = rendezvous_file(paths)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".engine-")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(rendezvous), file)
    Path(name).replace(target)


def withdraw(paths: Paths, rendezvous: Rendezvous) -> None:
    """Remove the file if it is still about this process, and its socket."""
    if read_rendezvous(paths) == rendezvous:
        rendezvous_file(paths).unlink(missing_ok=True)
    _remove_socket(Path(rendezvous.address))


def build_of_this_process() -> str:
    """A SHA-256 of program, libraries and the variables that decide how an engine computes.

    A process of another build is not talked to: it may compute otherwise.
    """
    root = Path(novelgen.__file__).parent
    newest = max(file.stat().st_mtime_ns for file in root.rglob("*.py"))
    # What the product sets itself counts as set, whether it has done so yet or not.
    environment = {"OMP_WAIT_POLICY": "PASSIVE"} | os.environ
    decisive = {name: environment.get(name) for name in _DECISIVE_VARIABLES}
    parts = [novelgen.__version__, newest, sys.prefix, str(root), decisive, library_versions()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def clear_traces(paths: Paths) -> None:
    """Remove what processes left that were killed. Call it while there is none."""
    left = read_rendezvous(paths)
    if left is not None:
        _remove_socket(Path(left.address))
    rendezvous_file(paths).unlink(missing_ok=True)


def _remove_socket(socket: Path) -> None:
    if os.name != "posix":
        return
    socket.unlink(missing_ok=True)
    if socket.parent.name.startswith(_FOLDER_PREFIX):
        with suppress(OSError):
            socket.parent.rmdir()


def _free_address(paths: Paths) -> str:
    number = secrets.token_hex(6)
    if os.name != "posix":
        return rf"\\.\pipe\novelgen-{number}"
    address = paths.state / f"engine-{number}.sock"
    if len(os.fsencode(address)) > _LONGEST_SOCKET_PATH:
        address = Path(tempfile.mkdtemp(prefix=_FOLDER_PREFIX)) / "engine.sock"  # mode 0700
    paths.state.mkdir(parents=True, exist_ok=True)
    return str(address)
