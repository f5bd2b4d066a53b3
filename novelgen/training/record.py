"""Records of trainings: base model, recipe and books, as JSON beside what was made of them.

Two records tell of the same training when nothing differs that has an effect on its weights.
"""

import json
from pathlib import Path
from typing import Any

from novelgen.errors import StorageError

# Settings that may change on the way: the steps stay the same.
_WITHOUT_EFFECT = ("gradient_checkpointing",)


def read_record(path: Path) -> dict[str, Any]:
    """The record in a file. Raises `StorageError` when it is damaged, `OSError` when not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not isinstance(found.get("config"), dict):
            raise ValueError("it is no record of a training")
    except ValueError as error:
        raise StorageError(
            f"{path} is damaged: {error}.", f"Remove {path.parent}, or name another --output."
        ) from error
    return found


def differences(found: dict[str, Any], record: dict[str, Any]) -> set[str]:
    """What a record that was read has otherwise than one that was made, by name."""
    flat_found = {**found, **found["config"]}
    flat_record = {**record, **record["config"]}
    plain = json.loads(json.dumps(flat_record))
    names = (set(flat_found) | set(plain)) - {"config", *_WITHOUT_EFFECT}
    return {name for name in names if flat_found.get(name) != plain.get(name)}
