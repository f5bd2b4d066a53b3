"""What a person may ask of the resident process: what it does, and to end."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError
from novelgen.paths import Paths
from novelgen.resident.launch import end, find
from novelgen.resident.rendezvous import output_file, read_rendezvous


@dataclass(frozen=True, slots=True)
class ResidentStatus:
    """The resident engine as it is now."""

    pid: int
    models: tuple[str, ...]
    is_computing: bool
    idle_seconds: float
    connections: int
    """Programs that hold it, this question left out."""
    keep_warm_minutes: float
    resident_bytes: int
    output: Path
    """The file with what the process printed."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"output": str(self.output)}


def resident_status(paths: Paths) -> ResidentStatus | None:
    """What the resident engine does; None when there is none.

    Raises `ModelError` when there is one that does not answer.
    """
    found = find(paths)
    if found is None:
        left = read_rendezvous(paths)
        if left is not None and left.is_alive:
            raise ModelError(
                f"The engine's process {left.pid} does not answer.",
                "End it with `novelgen engine stop --force`.",
            )
        return None
    rendezvous, client = found
    told = client.ask("status")
    client.close()
    process = rendezvous.process()
    return ResidentStatus(
        pid=rendezvous.pid,
        models=tuple(told["models"]),
        is_computing=told["is_computing"],
        idle_seconds=told["idle_seconds"],
        connections=told["connections"] - 1,
        keep_warm_minutes=told["keep_warm_minutes"],
        resident_bytes=0 if process is None else process.memory_info().rss,
        output=output_file(paths),
    )


def stop_resident(paths: Paths) -> bool:
    """End the resident engine, one that does not answer too; returns whether there was one.

    Raises `ModelError` when it does not go.
    """
    found = find(paths)
    if found is not None:
        end(*found)
        return True
    left = read_rendezvous(paths)
    if left is None or not left.is_alive:
        return False
    end(left, None)
    return True
