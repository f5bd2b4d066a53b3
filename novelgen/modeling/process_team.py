"""How the processes of torchrun stay in step: the first one speaks, the others listen.

Messages are JSON and numbers, never pickle, and go through the CPU whatever the model runs on, so
nothing waits for a GPU. Everything here must be called by all processes in the same order. Knows
nothing of engines.
"""

import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed

from novelgen.modeling.choosing import Choice, ChoiceRules, Chooser
from novelgen.modeling.placement import process_rank
from novelgen.modeling.stepping import PlainDecoder

_PATIENCE = timedelta(days=1)
"""How long a listener waits for the next word; a process that ended is noticed at once."""
_FIRST = 0


def join(device_type: str) -> None:
    """Meet the other processes. Does nothing when they have met."""
    if distributed.is_initialized():
        return
    backend = "gloo"
    if device_type == "cuda":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        backend = "cpu:gloo,cuda:nccl"
    distributed.init_process_group(backend, timeout=_PATIENCE)


def leave() -> None:
    """Part from the others, all at the same time: none closes what another still reads from."""
    with suppress(RuntimeError):  # one that has ended has left already
        distributed.all_reduce(torch.zeros(1))
    distributed.destroy_process_group()


def tell(message: Mapping[str, Any]) -> None:
    """From the first process to the others."""
    data = json.dumps(message).encode()
    _broadcast(torch.tensor([len(data)]))
    _broadcast(torch.frombuffer(bytearray(data), dtype=torch.uint8))


def hear() -> dict[str, Any]:
    """What the first process tells; waits for it."""
    length = int(_broadcast(torch.zeros(1, dtype=torch.long)))
    data = _broadcast(torch.zeros(length, dtype=torch.uint8))
    message: dict[str, Any] = json.loads(data.numpy().tobytes())
    return message


def agree(said: Sequence[bool]) -> list[bool]:
    """The first process's answers, in every process; as many in each."""
    answers = _broadcast(torch.tensor(said, dtype=torch.uint8)).tolist()
    return [bool(answer) for answer in answers]


class AgreeingDecoder(PlainDecoder):
    """A `PlainDecoder` in every process; the first one's choices hold for all.

    Processes compute equal logits, but a last bit that differed would set them on different ways.
    """

    def chooser(self, rules: ChoiceRules) -> Chooser:
        return _AgreeingChooser(super().chooser(rules))


class _AgreeingChooser:
    def __init__(self, chooser: Chooser) -> None:
        self._chooser = chooser

    def choose(self, logits: Tensor, position: int) -> Choice:
        chosen: Sequence[Sequence[float]] = [[0.0] * len(logits)] * 2
        if process_rank() == _FIRST:
            chosen = self._chooser.choose(logits, position).read()
        # float64 holds every token id exactly.
        numbers, logprobs = _broadcast(torch.tensor(chosen, dtype=torch.float64)).tolist()
        tokens = [int(number) for number in numbers]
        return Choice(tokens, lambda: (tokens, logprobs))

    def keep(self, rows: Sequence[int]) -> None:
        self._chooser.keep(rows)


def _broadcast(values: Tensor) -> Tensor:
    distributed.broadcast(values, _FIRST)
    return values
