"""LoRA weights inside the language model, through PEFT.

Guarantees that only LoRA is trained of the language model, and that what is loaded fits layer by
layer. PEFT is imported when first used: runs that only write do not need it.
Source: Hu et al., *LoRA: Low-Rank Adaptation of Large Language Models* (2021).
"""

import warnings
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from novelgen.errors import ModelError
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.causal_lm import is_peft

_REMEDY = "Name layers it has with --lora-modules, once for each."


def add_lora(lm: nn.Module, settings: LoraSettings) -> nn.Module:
    """`lm` with fresh LoRA layers inside, its own weights frozen.

    Raises `ModelError` when the model has none of the layers named.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        r=settings.rank,
        lora_alpha=settings.alpha,
        target_modules=list(settings.target_modules),
        task_type="CAUSAL_LM",
        # GPT-2 keeps its weights transposed, in a layer class of its own.
        fan_in_fan_out=any(type(module).__name__ == "Conv1D" for module in lm.modules()),
    )
    try:
        with warnings.catch_warnings():
            # PEFT asks transformers 5.23 for a property by its old name.
            warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
            model: nn.Module = get_peft_model(lm, config)
    except ValueError as error:
        if set(settings.target_modules) <= (present := _linear_layers(lm)):
            raise ModelError(f"LoRA does not fit this model: {error}", _REMEDY) from error
        missing = sorted(set(settings.target_modules) - present)
        raise ModelError(
            f"LoRA does not fit this model: it has no layers {', '.join(missing)}, only "
            f"{', '.join(sorted(present))}.",
            _REMEDY,
        ) from error
    return model


def _linear_layers(lm: nn.Module) -> set[str]:
    """The last part of the names of the layers that LoRA can go into, but for the head."""
    kinds = ("Linear", "Conv1D")
    names = {name.rpartition(".")[2] for name, m in lm.named_modules() if type(m).__name__ in kinds}
    return names - {"lm_head", "embed_out"}


def lora_settings(lm: nn.Module) -> LoraSettings | None:
    """How the LoRA inside `lm` was made; None when there is none."""
    if not is_peft(lm):
        return None
    config: Any = lm.active_peft_config
    return LoraSettings(
        int(config.r), float(config.lora_alpha), tuple(sorted(config.target_modules))
    )


def lora_weights(lm: nn.Module) -> dict[str, Tensor]:
    """The LoRA tensors of `lm` under PEFT's file names; empty when there are none."""
    if not is_peft(lm):
        return {}
    from peft import get_peft_model_state_dict

    # `auto` would ask the model hub whether the vocabulary has grown.
    weights: dict[str, Tensor] = get_peft_model_state_dict(lm, save_embedding_layers=False)
    return weights


def load_lora_weights(lm: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Put saved LoRA tensors into `lm`. Raises `ValueError` when they do not fit its layers."""
    expected = {name: tuple(tensor.shape) for name, tensor in lora_weights(lm).items()}
    found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if expected != found:
        strangers = sorted(dict(expected.items() ^ found.items()))
        raise ValueError(f"it does not fit the model's layers, {strangers[0]} first")
    from peft import set_peft_model_state_dict

    set_peft_model_state_dict(lm, dict(weights))


def lora_description(lm: nn.Module) -> dict[str, Any]:
    """PEFT's own config of the LoRA inside `lm`, for `adapter_config.json`."""
    config: Any = lm.active_peft_config
    return {**config.to_dict(), "inference_mode": True}
