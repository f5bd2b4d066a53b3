"""What a training tells of itself, step by step. Knows no torch."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepDone:
    """One optimizer step was made."""

    phase: str
    step: int
    """Steps done in this phase."""
    total_steps: int
    loss: float
    nats: float
    """Mean nats a token over segments 2 and later of the batch."""
    reconstruction: float | None
    coverage: float | None
    gradient_norm: float
    num_tokens: int
    """Tokens of prose trained on in this step; burn-in is read and not counted."""
    tokens: int
    """Tokens of prose trained on in this phase, over all of its runs; burn-in is not counted."""
    tokens_per_second: float
    seconds: float
    """Time spent in this phase, over all of its runs."""

    @property
    def seconds_left(self) -> float:
        """An estimate from the speed of the phase so far."""
        return self.seconds / max(1, self.step) * (self.total_steps - self.step)


OnStep = Callable[[StepDone], None]
