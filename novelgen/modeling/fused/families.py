"""Which models the fused step serves, for those who ask before anything heavy is imported."""

FUSED_FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Values of `model_type` in a model's config. What else must hold, `packing` checks."""
WEIGHT_KINDS = ("int8", "int4")
"""What a person may ask for by name, beside auto and none."""


def quantizes_in_place(quantization: str, model_type: str | None, device_type: str) -> bool:
    """Whether a setting changes the model's own weights, in place of packing a copy that draws.

    `auto` and `none` never do; int8 does where the fused step does not serve, int4 always.
    """
    if quantization not in WEIGHT_KINDS:
        return False
    is_fused = device_type == "cpu" and model_type in FUSED_FAMILIES
    return quantization == "int4" or not is_fused
