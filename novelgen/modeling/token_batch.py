"""Token ids of texts of different length as one left-padded tensor. Knows no model."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# Any id the embedding knows; padded positions are masked out and never scored.
_PADDING_ID = 0


@dataclass(frozen=True, slots=True)
class TokenBatch:
    """Texts of a batch: row `i` holds its tokens in its last `lengths[i]` positions."""

    input_ids: Tensor
    """`(batch, length)`, int64."""
    lengths: tuple[int, ...]
    """Tokens of each row; 0 is a text that has ended."""

    @property
    def max_length(self) -> int:
        return int(self.input_ids.shape[1])

    @property
    def is_padded(self) -> bool:
        return any(length != self.max_length for length in self.lengths)

    def mask(self) -> Tensor:
        """True where there is a token, `(batch, length)`."""
        starts = torch.tensor([self.max_length - length for length in self.lengths])
        return torch.arange(self.max_length) >= starts.unsqueeze(1)


def pad_left(rows: Sequence[Sequence[int]]) -> TokenBatch:
    """The batch of the token ids in `rows`, on the CPU."""
    lengths = tuple(len(row) for row in rows)
    longest = max(lengths, default=0)
    padded = [[_PADDING_ID] * (longest - len(row)) + list(row) for row in rows]
    return TokenBatch(torch.tensor(padded, dtype=torch.long).reshape(len(rows), longest), lengths)
