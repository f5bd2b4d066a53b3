"""Noise on the gates of a memory cell while it learns, so that they open and close for certain.

A gate that must stay closed under noise gets a wide margin, and text that was never seen does
not open it by a little. Knows no tasks.
Source: hard concrete gates, Louizos et al. (arXiv 1712.01312).
"""

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from novelgen.modeling.memory_cell import MemoryCell

_NAME = "gate_logit"


class GateNoise(nn.Module):
    """Gaussian noise on gate logits, drawn anew for every row, slot and update."""

    def __init__(self) -> None:
        super().__init__()
        self.deviation = 0.0
        self.batch_size = 1

    def forward(self, logit: Tensor) -> Tensor:
        """`(m, 1)` to `(batch, m, 1)`, or unchanged without noise."""
        if self.deviation == 0:
            return logit
        return logit + self.deviation * torch.randn(self.batch_size, *logit.shape)


def add_gate_noise(cell: MemoryCell) -> GateNoise:
    """Noise of deviation 0 on the gates of `cell`, to be turned up."""
    noise = GateNoise()
    # Unchecked, as the noise makes a row of its own for every row of the batch.
    parametrize.register_parametrization(cell, _NAME, noise, unsafe=True)
    return noise


def remove_gate_noise(cell: MemoryCell) -> None:
    """The cell as it was, with what it learned."""
    parametrize.remove_parametrizations(cell, _NAME, leave_parametrized=False)
