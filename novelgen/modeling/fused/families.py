"""Which models the fused step serves, for those who ask before anything heavy is imported."""

FUSED_FAMILIES = frozenset({"llama", "mistral", "qwen2", "qwen3"})
"""Values of `model_type` in a model's config. What else must hold, `packing` checks."""
