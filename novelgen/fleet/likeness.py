"""Whether the workers of a fleet are alike: another version or other prompts write other words.

A novel may pass from worker to worker at any segment, so one that would go on otherwise than the
others has no place among them.
"""

import hashlib
from pathlib import Path

from novelgen.errors import UsageError
from storage.records import JsonObject
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_COMPARED = {"novelgen": "another version of novelgen", "prompts": "other prompt templates"}


def prompts_digest(*folders: Path) -> str:
    """A digest of all templates in the folders, by name; the same for the same on any machine."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.glob("*.jinja")):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def require_alike(store: Store, work: UnitOfWork, versions: JsonObject) -> None:
    """Raises `UsageError` when a living worker writes with another version or other prompts.

    `work` is the writing in which the worker enters, so that two that enter at once are compared.
    """
    present = work.fleet_workers.present()
    living = store.living_workers({worker.id for worker in present})
    for worker in present:
        if worker.id not in living:
            continue
        for name, told in _COMPARED.items():
            if worker.versions.get(name) != versions.get(name):
                raise UsageError(
                    f"The worker {worker.name} on {worker.host} has {told} than this one: "
                    f"{worker.versions.get(name)} there, {versions.get(name)} here.",
                    "Let all machines of the fleet have the same, or ask its workers to leave "
                    "with `novelgen fleet stop` first.",
                )
