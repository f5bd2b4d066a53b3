"""What a novel is written with. Fixed at creation and stored with it, so that a resume in another
shell writes the same words. Where the model runs, and how precisely, is a matter of the run."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from novelgen.engine.values import ModelRuntime, SamplingParams

PROSE_SAMPLING = SamplingParams(
    repetition_penalty=1.09,
    repetition_window=256,
    no_repeat_ngram=6,
    no_repeat_window=2048,
    temperature=0.9,
    top_k=0,
    top_p=0.95,
    min_p=0.05,
)


class WritingPart(StrEnum):
    """What the writing of a passage is made of, beside the model; each can be left out, to see what
    it buys."""

    GUARD = "guard"
    RANKING = "ranking"
    PLAN = "plan"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class NovelSettings:
    """Settings of the story loop. Sizes are in tokens."""

    segment_size: int = 256
    tail_tokens: int = 768
    notes_tokens: int = 256
    """What the story so far, facts and promises may take of a brief, together."""
    candidates: int = 1
    chapters: int | None = None
    sampling: SamplingParams = field(default_factory=lambda: PROSE_SAMPLING)
    without: tuple[WritingPart, ...] = ()
    """Parts that are left out; for research."""
    planner: str = ""
    """The model that plans and reads; empty: the one that writes."""
    runtime: ModelRuntime = ModelRuntime.TORCH
    """What runs the model that writes; GGUF files know two, whose memories differ in their last
    digits."""

    def uses(self, part: WritingPart) -> bool:
        return part not in self.without

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "NovelSettings":
        fields = dict(document)
        without = tuple(WritingPart(name) for name in fields.get("without", ()))
        sampling = SamplingParams.from_json(fields["sampling"])
        runtime = ModelRuntime(fields.get("runtime", ModelRuntime.TORCH))
        read = {"sampling": sampling, "without": without, "runtime": runtime}
        return cls(**{**fields, **read})
