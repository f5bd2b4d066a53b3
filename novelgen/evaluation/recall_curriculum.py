"""The curriculum of the small recall backbone, and the settings of its training.

First short single segments, then more and longer ones, up to 7 of 499 tokens. Writing costs, so a
fact is written to few slots and leaves the others be. From some level on, gates are disturbed by
noise, and writing where nothing is to be remembered costs more: a slot learns to keep its content
to the last bit over any number of segments. Data alone; knows no model and no clock.

Source: curriculum after arXiv 2304.11062.
"""

from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from novelgen.evaluation.recall_model import SEGMENT_SIZE, RecallModelConfig

MAX_SEGMENTS = 7


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the curriculum."""

    max_segment_tokens: int
    """Of a batch; each draws its segment size from half of it up."""
    max_segments: int
    closing_weight: float = 0.0
    """Cost of every gate that is fully open in a segment without facts.

    One opening in a thousand segments ruins a slot, so at last it costs much. It also weighs the
    gates that searched noise comes near to opening.
    """
    gate_noise: float = 0.0
    """Standard deviation of the noise on the gates' logits."""
    asks_lessons_alone: bool = False
    """Reasoning is replaced by its first half: two people part, either is asked for."""
    distraction_share: float = 0.0
    """Segments without facts that speak of people, places and objects all the same."""
    sprinkled_share: float = 0.0
    """Of these, those whose prose has single words of the tasks put into it instead."""
    misled_share: float = 0.0
    """Samples whose memory was misled before they begin: noise was forced into its slots."""
    learning_rate: float = 1e-3
    min_segments: int = 1
    separates_facts: bool = False
    """Two facts never share a segment, so that they must be joined when the question comes."""
    writing_weight: float = 0.05
    """Cost of gates that are all fully open in a segment with facts, shared among the segments of
    a sample: few slots take a fact."""
    passing_accuracy: float = 0.9
    """Of every task, to climb to the next level."""
    max_steps: int = 2000
    """After which it climbs all the same; the last level has the `final_steps` of the training."""
    searched_rows: int = 0
    """Segments of nothing but noise that are searched in every step, without gradients, for those
    that come near to opening a gate; the nearest of them are learned from."""

    def __post_init__(self) -> None:
        if self.separates_facts and self.min_segments < 2:
            raise ValueError("two facts need two segments to be separated")


# Joining two facts is learned where it is cheap, in short segments, and demanded there; what
# comes after teaches lengths and noise. Closing costs much only at the end, with joining learned.
_misled = partial(Level, misled_share=0.25)
_distracted = partial(_misled, distraction_share=0.3, sprinkled_share=0.5)
LEVELS = (
    Level(30, 1, writing_weight=0.0, asks_lessons_alone=True, learning_rate=2e-3),
    Level(30, 2, learning_rate=2e-3, min_segments=2, separates_facts=True),
    Level(30, 2, min_segments=2, separates_facts=True, passing_accuracy=0.97, max_steps=500),
    _misled(40, 3, 0.001, 0.3, passing_accuracy=0.97, max_steps=500),
    _misled(56, 4, 0.002, 0.6, passing_accuracy=0.96, max_steps=500),
    _distracted(80, 5, 0.004, 1.0, passing_accuracy=0.95, max_steps=900),
    _distracted(120, 6, 0.005, 1.5, passing_accuracy=0.95, max_steps=600),
    _distracted(200, 7, 0.006, 2.0, passing_accuracy=0.95, max_steps=500),
    _distracted(350, 7, 0.006, 2.0, passing_accuracy=0.95, max_steps=300),
    _distracted(SEGMENT_SIZE, MAX_SEGMENTS, 0.006, 2.0, max_steps=300),
    _distracted(
        SEGMENT_SIZE,
        MAX_SEGMENTS,
        closing_weight=0.1,
        gate_noise=2.0,
        learning_rate=5e-4,
        min_segments=3,
        searched_rows=64,
    ),
)


@dataclass(frozen=True, slots=True)
class RecallTrainingConfig:
    """Everything that decides what a training makes of a noise corpus."""

    model: RecallModelConfig = field(default_factory=RecallModelConfig)
    levels: tuple[Level, ...] = LEVELS
    gate_rate_factor: float = 3.0
    """How much faster gates and the tastes of slots learn."""
    weight_decay: float = 0.01
    max_gradient_norm: float = 1.0
    warmup_steps: int = 50
    max_batch_size: int = 32
    tokens_per_step: int = 6000
    """A batch has so many tokens, or at least six samples."""
    reasoning_share: float = 0.6
    """Samples that are the reasoning task; the other two share the rest."""
    early_question_weight: float = 0.5
    """Of questions asked before the last segment."""
    final_steps: int = 400
    """Steps at the last level, the rate falling to 0."""
    max_steps: int = 20_000
    """Training ends here, whatever the level."""
    seed: int = 1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
