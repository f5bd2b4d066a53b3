"""How well memories point at the rare words that come again.

Slots hold mixes of tokens they pointed at, this segment or earlier. For every rare word of the
next segment that was read before, the mass of that word in all slots is its coverage; the loss
is the weighted mean of minus its logarithm. It teaches slots to take up and to keep names long
before the language model's own loss could. The idea is ours; the mixing follows the gate, so
the mass is exact up to the learned residual.

Gradients reach the attention and the gate of every update that was pointed with since the last
cut (`detach`), whether or not the memory itself carried a gradient on: burn-in detaches the
memory after every segment, and a word that was taken up in it still teaches the cell to keep it.
"""

from collections.abc import Iterable

import torch
from torch import Tensor

from novelgen.modeling.memory_cell import MemoryUpdate
from novelgen.modeling.token_batch import TokenBatch

_FLOOR = 0.01
_PADDING = -1
# A token of this unigram surprise has no weight, one of twice as much has all of it.
_COMMON_NATS = 6.0


def rare_word_weights(token_ids: Iterable[int], vocabulary_size: int) -> Tensor:
    """The weight of every token as a rare word, `(vocabulary,)`, 0 to 1, from a sample of text."""
    counts = torch.bincount(torch.tensor(list(token_ids)), minlength=vocabulary_size).float()
    surprise = -(counts + 1).div(counts.sum() + vocabulary_size).log()
    return ((surprise - _COMMON_NATS) / _COMMON_NATS).clamp(0, 1)


class Coverage:
    """Follows the words in the slots of a batch through its segments."""

    def __init__(self, weights: Tensor) -> None:
        self._weights = weights
        self._mass: Tensor | None = None  # (batch, slots, tokens read)
        self._read: Tensor | None = None  # (batch, tokens read)
        self._losses: list[Tensor] = []
        self._shares: list[Tensor] = []  # summed over the rows that expect a rare word
        self._counts: list[Tensor] = []  # such rows

    def point(self, segment: TokenBatch, update: MemoryUpdate) -> None:
        """Take up where the slots point after `segment`."""
        new = (1 - update.kept) * update.attention
        ids = _ids_of(segment, new.device)
        if self._mass is None or self._read is None:
            self._mass, self._read = new, ids
            return
        self._mass = torch.cat([update.kept * self._mass, new], dim=2)
        self._read = torch.cat([self._read, ids], dim=1)

    def detach(self) -> None:
        """Carry no gradient back beyond here, as the memory does at a cut of `bptt_depth`."""
        if self._mass is not None:
            self._mass = self._mass.detach()

    def expect(self, segment: TokenBatch, gap_tokens: int = 0) -> None:
        """Judge the memory by the words of `segment`, which is about to be read.

        Words that also stand in the last `gap_tokens` before it do not count: a verbatim tail
        shows them.
        """
        if self._mass is None or self._read is None or self._read.shape[1] <= gap_tokens:
            return
        ids = _ids_of(segment, self._read.device)
        same = ids.unsqueeze(2) == self._read.unsqueeze(1)  # (batch, next, read)
        same = same & (ids != _PADDING).unsqueeze(2)
        mass = same.float() @ self._mass.sum(1).unsqueeze(2)  # (batch, next, 1)
        is_first = ~(ids.unsqueeze(2) == ids.unsqueeze(1)).tril(-1).any(2)
        is_expected = is_first & same.any(2)  # (batch, next)
        if gap_tokens:
            is_expected &= ~same[:, :, -gap_tokens:].any(2)
        weights = self._weights.to(ids.device)[ids.clamp(min=0)] * is_expected
        # Row by row, so that processes with a share of the rows agree with one that has them all.
        weight = weights.sum(1)  # (batch,)
        total = weight.clamp(min=_FLOOR)
        covered = mass.squeeze(2).clamp(0, 1)
        self._losses.append((-(weights * (covered + _FLOOR).log()).sum(1) / total).mean())
        with torch.no_grad():
            shares = (weights * covered).sum(1) / weight  # undefined in rows without weight
            self._shares.append(shares.where(weight > 0, 0.0).sum())
            self._counts.append((weight > 0).sum())

    def loss(self) -> Tensor | None:
        """The mean over rows and segments; None when none was judged."""
        return torch.stack(self._losses).mean() if self._losses else None

    def share(self) -> float | None:
        """The weighted share of the rare words to come that slots point at.

        The mean over the rows of segments that have such words; None when none has.
        """
        count = self.num_judged()
        return float(torch.stack(self._shares).sum()) / count if count else None

    def num_judged(self) -> int:
        """Rows of segments, all together, that have rare words which came before."""
        return int(torch.stack(self._counts).sum()) if self._counts else 0


def _ids_of(segment: TokenBatch, device: torch.device) -> Tensor:
    """The words of a segment, `(batch, length)`, with no word at its padding."""
    return segment.input_ids.to(device).masked_fill(~segment.mask().to(device), _PADDING)
