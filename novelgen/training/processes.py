"""How a training uses the machine: its process or processes, its dtype, its allocator.

One process on a CPU or a GPU; several, each with a share of every batch, when started by
`accelerate launch` (DDP, or FSDP2 with `--use_fsdp --fsdp_version 2`).
"""

import ctypes
import os
import sys

import torch
from accelerate import Accelerator
from accelerate.utils import FullyShardedDataParallelPlugin
from torch.distributed.fsdp import MixedPrecisionPolicy

from novelgen.modeling.device import torch_device

# glibc's mallopt: never map large blocks on their own and never give memory back, since fresh
# pages cost more than the arithmetic on logits (measured: a tenth of a training step).
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4
_NEVER = -1
_GROWN_BYTES = 2**28


def start_processes(device: str) -> Accelerator:
    """The accelerator of this process: bfloat16 compute on a GPU, float32 on a CPU."""
    chosen = torch_device(device)
    kind = chosen.type
    if kind == "cpu":
        _keep_memory()
    if kind == "cuda" and chosen.index is not None:  # a launcher gives each process its own
        torch.cuda.set_device(chosen)
    return Accelerator(
        cpu=kind == "cpu",
        mixed_precision="bf16" if kind == "cuda" else "no",
        fsdp_plugin=sharding_plugin(),
    )


def sharding_plugin() -> FullyShardedDataParallelPlugin | None:
    """How parameters are sharded, when the launcher asks for FSDP.

    They reach the model as they are kept, in float32, where accelerate would turn them all into
    bfloat16: the memory cell computes in float32, and the rest in bfloat16 by autocast.
    """
    if os.environ.get("ACCELERATE_USE_FSDP", "false").lower() != "true":
        return None
    plugin = FullyShardedDataParallelPlugin()
    if plugin.fsdp_version == 2:
        plugin.mixed_precision_policy = MixedPrecisionPolicy()  # accelerate keeps one that is set
    return plugin


def is_first_process() -> bool:
    """Whether this process narrates and writes files; true without a distributed run."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank() == 0
    return int(os.environ.get("RANK", "0")) == 0  # a launcher sets it before they have met


def _keep_memory() -> None:
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl has none
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, _NEVER)
        mallopt(_M_TOP_PAD, _GROWN_BYTES)
