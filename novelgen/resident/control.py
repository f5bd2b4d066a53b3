"""What a person may ask of the resident process: what it does, and to end."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from novelgen.paths import Paths
from novelgen.resident.launch import end, find
from novelgen.resident.rendezvous import output_file


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
    """What the resident engine does; None when there is none."""
    found = find(paths)
    process = found and found[0].process()
    if found is None or process is None:
        return None
    told = found[1].ask("status")
    found[1].close()
    return ResidentStatus(
        pid=found[0].pid,
        models=tuple(told["models"]),
        is_computing=told["is_computing"],
        idle_seconds=told["idle_seconds"],
        connections=told["connections"] - 1,
        keep_warm_minutes=told["keep_warm_minutes"],
        resident_bytes=process.memory_info().rss,
        output=output_file(paths),
    )


def stop_resident(paths: Paths) -> None:
    """End the resident engine, if there is one. Raises `ModelError` when it does not go."""
    found = find(paths)
    if found is not None:
        end(*found)
