"""Records of trainings: base model, recipe and books, as JSON beside what was made of them.

Two records tell of the same training when nothing differs that has an effect on its weights.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from novelgen.errors import StorageError
from novelgen.training.config import option_of

# What may change on the way: the steps stay the same. A model is known by its fingerprint, however
# its folder is named.
_WITHOUT_EFFECT = ("gradient_checkpointing", "base_model")
_LONGEST_VALUE = 40
_OTHERWISE = {
    "base_model_fingerprint": "another model",
    "books": "other books",
    "brief_version": "briefs of another novelgen",
}


def read_record(path: Path) -> dict[str, Any]:
    """The record in a file. Raises `StorageError` when it is damaged, `OSError` when not there."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not isinstance(found.get("config"), dict):
            raise ValueError("it is no record of a training")
    except ValueError as error:
        raise StorageError(
            f"{path}, which tells what is trained in {path.parent}, is damaged: {error}.",
            "Bring that file back from a copy. Without one, take it alone away and give the very "
            "settings of before, which nothing can check then; or name another --output.",
        ) from error
    return found


def differences(found: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """What a record that was read has otherwise than one that was made, in words, sorted."""
    before = {**found, **found["config"]}
    now = json.loads(json.dumps({**record, **record["config"]}))
    names = sorted((set(before) | set(now)) - {"config", *_WITHOUT_EFFECT})
    return [
        _describe(option_of(name), before.get(name), now.get(name))
        if name in record["config"]
        else _OTHERWISE.get(name, name)
        for name in names
        if before.get(name) != now.get(name)
    ]


def _describe(option: str, before: Any, now: Any) -> str:
    values = [json.dumps(value) for value in (before, now)]
    if max(map(len, values)) > _LONGEST_VALUE:
        return option
    return f"{option} {values[0]} there, {values[1]} now"
