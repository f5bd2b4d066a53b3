"""The state of a phase in one safetensors file: trained parameters and AdamW's moments.

Guarantees: written whole or not at all, no pickle, and exact, so that a run that goes on from it
follows the same loss curve. What a batch holds needs no state: it follows from the step.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from novelgen.errors import StorageError
from novelgen.training.processes import is_first_process

_PARAMETER = "parameter"
_MOMENTS = ("exp_avg", "exp_avg_sq")
_STEP = "step"


@dataclass(frozen=True, slots=True)
class PhaseState:
    """How far a phase has come."""

    step: int
    """Optimizer steps done."""
    tokens: int
    """Tokens of prose trained on; those of burn-in segments are read and not counted."""
    seconds: float
    """Time spent training, over all of its runs."""


def save_checkpoint(
    path: Path,
    state: PhaseState,
    parameters: Mapping[str, nn.Parameter],
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write the file in place of an older one. Raises `StorageError` when the disk refuses."""
    tensors: dict[str, Tensor] = {}
    for name, parameter in parameters.items():
        tensors[f"{_PARAMETER}/{name}"] = _whole(parameter)
        # Nothing for a parameter that has had no gradient yet.
        for part, value in optimizer.state.get(parameter, {}).items():
            tensors[f"{part}/{name}"] = _whole(value)
    if not is_first_process():
        return
    partial = path.with_suffix(".partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, partial, metadata={"state": json.dumps(asdict(state))})
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException as error:  # an interrupt as well leaves no half a file
        partial.unlink(missing_ok=True)
        if not isinstance(error, OSError | SafetensorError):
            raise
        raise StorageError(
            f"The checkpoint {path} could not be written: {error}.",
            "Check the free space and the permissions of the folder.",
        ) from error


def load_checkpoint(
    path: Path,
    parameters: Mapping[str, nn.Parameter],
    optimizer: torch.optim.Optimizer | None,
    may_lack: str | None = None,
) -> PhaseState:
    """Put a saved state into `parameters` and, if given, into `optimizer`.

    The file holds these parameters and no others, except that those whose names begin with
    `may_lack` stay as they are where it does not hold them: so a phase starts from the end of
    another that trained less. Raises `StorageError` for a damaged file and for one that does not
    fit.
    """
    with _opened(path) as file:
        state = _state_of(file)
        held = set(file.keys())
        _require_fitting(held, parameters, may_lack)
        for name, parameter in parameters.items():
            if f"{_PARAMETER}/{name}" in held:
                _copy(parameter, file.get_tensor(f"{_PARAMETER}/{name}"))
            if optimizer is not None and f"{_MOMENTS[0]}/{name}" in held:
                moments = {m: file.get_tensor(f"{m}/{name}") for m in _MOMENTS}
                _restore(optimizer, parameter, moments, file.get_tensor(f"{_STEP}/{name}"))
    return state


def read_state(path: Path) -> PhaseState:
    """How far a saved phase is; not begun when there is no file.

    Raises `StorageError` for a damaged file.
    """
    if not path.exists():
        return PhaseState(0, 0, 0.0)
    with _opened(path) as file:
        return _state_of(file)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise StorageError(
            f"The checkpoint {path} is damaged or of another training: {error}.",
            "Remove it to begin this phase again, or name a new --output.",
        ) from error


def _state_of(file: Any) -> PhaseState:
    return PhaseState(**json.loads(file.metadata()["state"]))


def _require_fitting(
    held: set[str], parameters: Mapping[str, nn.Parameter], may_lack: str | None
) -> None:
    found = {key.removeprefix(f"{_PARAMETER}/") for key in held if key.startswith(f"{_PARAMETER}/")}
    strangers = sorted(found - parameters.keys())
    if strangers:
        raise ValueError(f"it holds {strangers[0]}, which is not trained here")
    lacking = sorted(
        name
        for name in parameters.keys() - found
        if may_lack is None or not name.startswith(may_lack)
    )
    if lacking:
        raise ValueError(f"it lacks {lacking[0]}")


def _whole(tensor: Tensor) -> Tensor:
    # FSDP2 keeps each process a shard; every process takes part in gathering it.
    gather = getattr(tensor, "full_tensor", None)
    whole: Tensor = gather() if gather is not None else tensor
    return whole.detach().cpu().contiguous()


def _like(tensor: Tensor, value: Tensor) -> Tensor:
    """`value` where and how `tensor` is kept."""
    mesh = getattr(tensor, "device_mesh", None)
    if mesh is None:
        return value.to(tensor.device)
    from torch.distributed.tensor import distribute_tensor

    placements = tensor.placements  # type: ignore[attr-defined]
    return distribute_tensor(value.to(tensor.device), mesh, placements)


def _copy(parameter: nn.Parameter, value: Tensor) -> None:
    if tuple(parameter.shape) != tuple(value.shape):
        raise ValueError(f"a shape of {tuple(value.shape)} where {tuple(parameter.shape)} is due")
    with torch.no_grad():
        parameter.copy_(_like(parameter, value))


def _restore(
    optimizer: torch.optim.Optimizer,
    parameter: nn.Parameter,
    moments: Mapping[str, Tensor],
    step: Tensor,
) -> None:
    optimizer.state[parameter] = {
        _STEP: step,  # its own count: a step whose gradient was broken does not count for AdamW
        **{name: _like(parameter, value).clone() for name, value in moments.items()},
    }
