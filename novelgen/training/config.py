"""Everything that decides what a training run makes of a model and a corpus. Knows no torch."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from novelgen.errors import UsageError
from novelgen.text.stretches import CHARS_PER_TOKEN

# Beyond what torch takes as a seed; of any other setting an absurd amount, as is infinity.
_TOO_LARGE = 2**63


class Phase(StrEnum):
    """The phases of a training, in order."""

    CONTROL = "control"
    MEMORY = "memory"
    RIVAL = "rival"


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """The recipe of one training. The defaults made the adapter of the default model."""

    control_steps: int = 40
    """Optimizer steps of LoRA alone, without memory; the memory phase starts from there."""
    memory_steps: int = 450
    """Optimizer steps of the memory phase, and of the control it is judged against."""
    batch_size: int = 2
    """Windows, each of another place, in one optimizer step, over all processes."""
    segment_size: int = 256
    """The segment size of the adapter, which generation then writes with."""
    min_segment_tokens: int = 48
    """The shortest segment length of a batch."""
    max_segment_tokens: int = 256
    """The longest; a batch draws its segment length evenly between the two."""
    min_segments: int = 2
    """The smallest number of segments of a window."""
    max_segments: int = 4
    """The largest, early on; a batch draws its number of segments evenly between the two."""
    late_from: float = 0.5
    """Share of the memory phase after which windows grow longer."""
    late_max_segments: int = 8
    """The most segments of a window from then on."""
    late_max_tail_tokens: int = 384
    """The longest verbatim tail from then on."""
    late_context_share: float = 0.8
    """The share of windows with a brief or a tail from then on."""
    late_max_burn_in: int = 16
    """Segments, at most, that a window begins with from then on and that train the cell alone."""
    late_gap_tokens: int = 768
    """Words in so many tokens before do not count from then on as coming again: the verbatim tail
    of generation shows them."""
    max_window_tokens: int = 768
    """Tokens of a window, at most: long segments come in smaller numbers, but never below the
    least number of segments."""
    long_last_share: float = 0.0
    """Share of windows whose last segment is a long one, which is read without a brief or a tail:
    most of it stands far behind the memory, as it does behind a verbatim tail."""
    long_last_tokens: int = 1024
    """Tokens of a long last segment, at most; it comes on top of `max_window_tokens`."""
    bptt_depth: int = 4
    """Memory hand-overs that gradients go back through, counted from the last segment. Where it
    cuts, coverage is cut as well; else coverage reaches back to the start, burn-in included."""
    first_segment_weight: float = 0.2
    """How often the first segment is scored, which no memory can help."""
    context_share: float = 0.5
    """Share of windows whose last segment is read after a brief, a verbatim tail, or both."""
    max_tail_tokens: int = 160
    """Tokens of verbatim tail before a last segment, at most."""
    reconstruction_share: float = 0.1
    """Share of batches that rebuild a stretch from memory alone, annealed to 0 at half-time."""
    reconstruction_tokens: int = 32
    """Length of that stretch, inside the segment that was written last; of a shorter one, all."""
    coverage_weight: float = 0.05
    """Weight of pointing at the rare words that come again."""
    num_mem_tokens: int = 24
    """Memory slots."""
    projection_rank: int = 64
    """Width of the low-rank maps in the memory cell."""
    lora_rank: int = 16
    """0 trains the memory alone, which then needs no control: that is the plain model."""
    lora_alpha: float = 32.0
    """LoRA's scale is this over its rank."""
    lora_modules: tuple[str, ...] = (
        "down_proj",
        "gate_proj",
        "k_proj",
        "o_proj",
        "q_proj",
        "up_proj",
        "v_proj",
    )
    """Linear layers that carry LoRA; repeat the option for each."""
    lora_learning_rate: float = 4e-4
    """Of AdamW, at its height."""
    memory_learning_rate: float = 2e-3
    """Of AdamW for the memory cell, at its height."""
    warmup_steps: int = 20
    """Steps in which a phase's learning rates rise."""
    max_gradient_norm: float = 1.0
    """Longer gradients are scaled down to this."""
    gradient_checkpointing: bool = False
    """Compute every segment twice instead of keeping it: less memory, a third more time."""
    seed: int = 1
    """Decides the first weights and every batch."""

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of a whole training."""
        return tuple(Phase) if self.lora_rank else (Phase.MEMORY,)

    @property
    def max_window_chars(self) -> int:
        """What a book needs at least."""
        longest = max(self.max_window_tokens, self.min_segments * self.max_segment_tokens)
        longest += self.late_max_burn_in * self.max_segment_tokens
        longest += self.long_last_tokens if self.long_last_share else 0
        return longest * CHARS_PER_TOKEN

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def require_valid(self) -> None:
        """Raises `UsageError` for a setting that no training can have."""
        least = {
            "batch_size": 1,
            # At 0 nothing would teach the memory what to hand over.
            "bptt_depth": 1,
            "control_steps": 1,
            "memory_steps": 1,
            "segment_size": 32,
            "min_segment_tokens": 8,
            "min_segments": 2,
            "num_mem_tokens": 1,
            "projection_rank": 1,
            "reconstruction_tokens": 1,
        }
        for name, value in asdict(self).items():
            if not isinstance(value, int | float):
                continue
            if not value >= least.get(name, 0):  # as is not even nan
                raise _out_of_range(name, value, f"at least {least.get(name, 0)}")
            if value >= _TOO_LARGE:
                raise _out_of_range(name, value, f"less than {_TOO_LARGE:,}")
        for name in (
            "first_segment_weight",
            "context_share",
            "late_context_share",
            "reconstruction_share",
            "late_from",
            "long_last_share",
        ):
            if getattr(self, name) > 1:
                raise _out_of_range(name, getattr(self, name), "between 0 and 1")
        for low, high in (
            ("min_segments", "max_segments"),
            ("min_segments", "late_max_segments"),
            ("min_segment_tokens", "max_segment_tokens"),
            ("reconstruction_tokens", "max_segment_tokens"),
            *([("max_segment_tokens", "long_last_tokens")] if self.long_last_share else []),
        ):
            if getattr(self, low) > getattr(self, high):
                raise _out_of_range(
                    low, getattr(self, low), f"at most {option_of(high)}, {getattr(self, high)}"
                )
        if not self.max_gradient_norm > 0:
            raise _out_of_range("max_gradient_norm", self.max_gradient_norm, "above 0")


def option_of(name: str) -> str:
    """The command-line option of a setting."""
    return "--" + name.replace("_", "-")


def _out_of_range(name: str, value: float, bounds: str) -> UsageError:
    return UsageError(f"{option_of(name)} {value} is out of range.", f"Give {bounds}.")
