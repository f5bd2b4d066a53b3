"""Settings out of range are refused before anything is read."""

from dataclasses import fields, replace
from typing import Any

import pytest

from novelgen.errors import UsageError
from novelgen.training.config import Phase, TrainingConfig

LEAST = {
    "batch_size": 1,
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
NUMBERS = [
    field.name
    for field in fields(TrainingConfig)
    if isinstance(field.default, int | float) and not isinstance(field.default, bool)
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("wrong", ["below", "nan", "endless"])
def test_every_number_has_bounds(name: str, wrong: str) -> None:
    value: Any = {"nan": float("nan"), "endless": float("inf"), "below": LEAST.get(name, 0) - 1}
    with pytest.raises(UsageError, match="out of range") as caught:
        replace(TrainingConfig(), **{name: value[wrong]}).require_valid()
    option = "--" + name.replace("_", "-")
    assert option in caught.value.message + caught.value.remedy


@pytest.mark.parametrize("name", sorted(set(LEAST) - {"min_segments", "min_segment_tokens"}))
def test_the_least_is_allowed(name: str) -> None:
    replace(TrainingConfig(), **{name: LEAST[name]}).require_valid()  # type: ignore[arg-type]
    TrainingConfig().require_valid()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"context_share": 1.01}, "--context-share"),
        ({"reconstruction_share": 2}, "--reconstruction-share"),
        ({"first_segment_weight": 1.5}, "--first-segment-weight"),
        ({"min_segments": 5}, "--min-segments"),
        ({"late_max_segments": 1}, "--min-segments"),
        ({"late_from": 1.1}, "--late-from"),
        ({"min_segment_tokens": 257}, "--min-segment-tokens"),
        ({"max_segments": 1}, "--min-segments"),
        ({"reconstruction_tokens": 257}, "--reconstruction-tokens"),
        ({"max_gradient_norm": 0.0}, "--max-gradient-norm"),
        ({"long_last_share": 1.1}, "--long-last-share"),
        ({"long_last_share": 0.5, "long_last_tokens": 255}, "--max-segment-tokens"),
        ({"seed": 2**64}, "--seed"),
    ],
)
def test_settings_that_contradict(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        replace(TrainingConfig(), **changes).require_valid()


def test_without_lora_there_is_no_control() -> None:
    assert TrainingConfig().phases == tuple(Phase)
    assert replace(TrainingConfig(), lora_rank=0).phases == (Phase.MEMORY,)
