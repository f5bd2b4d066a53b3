"""Sampling settings as a person gives them, and as earlier versions stored them."""

import json
import math
from dataclasses import asdict
from typing import Any

import pytest

from novelgen.engine.sampling_settings import change_sampling, read_assignments, validate_sampling
from novelgen.engine.values import SamplingParams
from novelgen.errors import UsageError


def test_assignments_are_read_by_name() -> None:
    words = ["temperature=0.9", "top_k = 40", 'dry_breakers=["\\n", ";"]', "dry_exempt=Marta Lund"]
    changes = read_assignments(words)
    assert change_sampling(SamplingParams(top_p=0.8), changes) == SamplingParams(
        top_p=0.8, temperature=0.9, top_k=40, dry_breakers=("\n", ";"), dry_exempt=("Marta Lund",)
    )
    assert change_sampling(SamplingParams(), {"temperature": 1}).temperature == 1.0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["temperature"], "not NAME=VALUE"),
        (["=1"], "not NAME=VALUE"),
        (["top_k=1", "top_k=2"], "given twice"),
        (["warmth=1"], "no sampling setting 'warmth'"),
        (["temperature=hot"], "must be a number"),
        (["temperature=true"], "must be a number"),
        (["temperature="], "must be a number"),
        (["top_k=1.5"], "must be a whole number"),
        (["dry_exempt=[1]"], "list of strings"),
        (["dry_breakers=3"], "list of strings"),
        (["temperature=1e999"], "temperature is inf"),
        (["temperature=" + "9" * 400], "temperature is inf"),
        (["top_k=" + "9" * 40], "top_k is inf"),
        (["temperature=" + "[" * 100_000], "must be a number"),
    ],
)
def test_what_is_no_setting_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        change_sampling(SamplingParams(), read_assignments(words))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("repetition_penalty", 0.0),
        ("repetition_penalty", math.inf),
        ("repetition_window", -1),
        ("no_repeat_window", 10**9),
        ("no_repeat_ngram", -1),
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("top_k", -1),
        ("top_p", 0.0),
        ("top_p", 1.01),
        ("min_p", -0.01),
        ("min_p", 1.5),
        ("typical_p", 0.0),
        ("typical_p", 1.01),
        ("typical_p", math.nan),
        ("dry_multiplier", -0.1),
        ("dry_multiplier", math.inf),
        ("dry_base", 0.99),
        ("dry_base", 11.0),
        ("dry_allowed_length", 0),
        ("dry_window", -1),
        ("dry_breakers", ("",)),
        ("dry_exempt", ("Marta", "")),
        ("dry_exempt", ("Mar\0ta",)),
        ("dry_breakers", ("\ud800",)),
        ("xtc_probability", -0.1),
        ("xtc_probability", 1.1),
        ("xtc_threshold", 0.0),
        ("xtc_threshold", 0.51),
    ],
)
def test_settings_out_of_range_are_named(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=name):
        validate_sampling(SamplingParams(**{name: value}))


def test_settings_at_the_edges_are_taken() -> None:
    edges = {"typical_p": 1e-9, "dry_multiplier": 100.0, "dry_base": 1.0, "dry_allowed_length": 1}
    rare = {"dry_breakers": (), "xtc_probability": 1.0, "xtc_threshold": 0.5}
    for params in (
        SamplingParams(),
        SamplingParams(2.0, 0, 0, 0.0, 0, 1.0, 1.0),
        SamplingParams(**edges, **rare),  # type: ignore[arg-type]
    ):
        assert validate_sampling(params) is None  # type: ignore[func-returns-value]


def test_settings_survive_json_and_older_ones_are_read_with_the_rest_off() -> None:
    params = SamplingParams(1.1, dry_multiplier=0.8, dry_exempt=("Marta", "Lund"))
    assert SamplingParams.from_json(json.loads(json.dumps(params.as_json()))) == params
    old = {name: value for name, value in asdict(SamplingParams(1.1, min_p=0.05)).items()
           if not name.startswith(("dry", "xtc", "typical"))}  # fmt: skip
    read = SamplingParams.from_json(old)
    assert read == SamplingParams(1.1, min_p=0.05)
    assert (read.typical_p, read.dry_multiplier, read.xtc_probability) == (1.0, 0.0, 0.0)
