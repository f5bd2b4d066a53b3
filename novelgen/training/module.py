"""The model under training as one module, so that DDP and FSDP2 see every forward pass.

Its trainable parameters, LoRA and memory cell, are all float32; the backbone is frozen.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from novelgen.modeling.causal_lm import unwrap_peft
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.training.config import TrainingConfig
from novelgen.training.objective import Objective, measure
from novelgen.training.windows import Shape

CELL_PREFIX = "model.cell."
"""What the names of the memory cell's parameters begin with."""


class TrainingModule(nn.Module):
    """`RecurrentLM` with the objective as its forward pass."""

    rare_words: Tensor

    def __init__(
        self,
        model: RecurrentLM,
        config: TrainingConfig,
        rare_words: Tensor,
        start_ids: Sequence[int] = (),
    ) -> None:
        """`start_ids` are the tokens that begin a text for this model, if there are any."""
        super().__init__()
        self.model = model
        self.config = config
        self.start_ids = tuple(start_ids)
        # Where accelerate looks for the layers that FSDP shards one by one.
        self._no_split_modules = _layer_names(model)
        self.register_buffer("rare_words", rare_words, persistent=False)

    def forward(
        self,
        shape: Shape,
        token_ids: Sequence[Sequence[int]],
        briefs: Sequence[Sequence[int]],
        seed: int,
    ) -> Objective:
        """The objective of one batch; see `measure`."""
        return measure(
            self.model,
            shape,
            token_ids,
            briefs,
            self.config,
            self.rare_words,
            seed,
            self.start_ids,
        )

    def brief_room(self, shape: Shape) -> int:
        """Tokens of a brief that fit before the tail and the prose of a last segment.

        With memory and without it the same, so that all phases drop the same briefs.
        """
        before = max(self.config.num_mem_tokens, len(self.start_ids))
        return self.model.context_size - before - shape.tail_tokens - shape.last_tokens

    def trainable(self) -> dict[str, nn.Parameter]:
        """The parameters that are trained, by name."""
        return {name: p for name, p in self.named_parameters() if p.requires_grad}


def make_optimizer(module: TrainingModule, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW over two groups: LoRA, and the memory cell at its own rate."""
    trainable = module.trainable()
    cell = [p for name, p in trainable.items() if name.startswith(CELL_PREFIX)]
    lora = [p for name, p in trainable.items() if not name.startswith(CELL_PREFIX)]
    groups = [
        {"params": lora, "lr": config.lora_learning_rate},
        {"params": cell, "lr": config.memory_learning_rate},
    ]
    return torch.optim.AdamW(
        [group for group in groups if group["params"]], betas=(0.9, 0.98), weight_decay=0.0
    )


def rate_scale(step: int, total_steps: int, warmup_steps: int, decays: bool) -> float:
    """What the learning rates are multiplied with at a step: a ramp, then level or linear to 0."""
    ramp = min(1.0, (step + 1) / max(1, warmup_steps))
    return ramp * (max(0.0, 1 - step / max(1, total_steps)) if decays else 1.0)


def _layer_names(model: RecurrentLM) -> list[str]:
    """The classes of the backbone's layers, as transformers names them for this model."""
    named = getattr(unwrap_peft(model.lm), "_no_split_modules", None) or ()
    return sorted({type(part).__name__ for part in model.modules()} & set(named))
