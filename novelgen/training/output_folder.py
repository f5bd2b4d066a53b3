"""The folder of an adapter as a training finds it: what it made there, and what others put beside.

Knows which files a training writes; every other file, as a README or measured results, is
somebody's own and stays when the adapter is written anew.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from novelgen.errors import ModelError, StorageError
from novelgen.modeling.adapter import LORA_CONFIG_NAME, LORA_NAME, MEMORY_NAME, load_adapter
from novelgen.modeling.adapter_config import CONFIG_NAME, CONTROL_FOLDER, NAMES_NAME, RECORD_NAME
from novelgen.training.record import differences, read_record

_WRITTEN = (CONFIG_NAME, MEMORY_NAME, LORA_NAME, LORA_CONFIG_NAME)


def carry_over(output: Path, staging: Path) -> None:
    """Copy what no training writes from `output`, if there is one, to `staging`.

    Raises `OSError`.
    """
    if not output.is_dir():
        return
    written = {
        *(output / name for name in (*_WRITTEN, NAMES_NAME, RECORD_NAME)),
        *(output / CONTROL_FOLDER / name for name in _WRITTEN),
    }

    def left_out(folder: str, names: Sequence[str]) -> list[str]:
        return [name for name in names if Path(folder) / name in written]

    shutil.copytree(output, staging, symlinks=True, ignore=left_out, dirs_exist_ok=True)


def holds_adapter_of(output: Path, record: dict[str, Any], fingerprint: str) -> bool:
    """Whether `output` holds what this training would write, `record` being its own record.

    `fingerprint` is the base model's.
    """
    folders = [output]
    if len(record["phases"]) > 1:
        folders.append(output / CONTROL_FOLDER)
    try:
        found = read_record(output / RECORD_NAME)
        for folder in folders:
            load_adapter(folder, fingerprint)
    except (OSError, StorageError, ModelError):
        return False
    return not differences(found, record)
