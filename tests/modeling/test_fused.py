"""The fused decode path against the model's own forward, and rows against the same rows alone."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from llvmlite.binding import get_host_cpu_features
from numba.core.errors import NumbaError

from novelgen.engine.randomness import stream_key
from novelgen.engine.values import SamplingParams
from novelgen.modeling import compiled
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.choosing import ChoiceRules, TorchChooser
from novelgen.modeling.compiled import fused_decoder
from novelgen.modeling.decoders import decoder_for
from novelgen.modeling.fused.arithmetic import exponential
from novelgen.modeling.fused.chooser import CompiledChooser
from novelgen.modeling.fused.decoder import FusedDecoder
from novelgen.modeling.fused.judging import rounded_to_int8
from novelgen.modeling.fused.packing import Unsupported, WeightFormat, pack_model
from novelgen.modeling.fused.team import ThreadTeam
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.modeling.stepping import PlainDecoder, Stepper
from novelgen.modeling.tokenization import Tokenization
from tests.modeling.tiny_models import FAMILIES, LmFactory

FUSED = ("llama", "mistral", "qwen2", "qwen3")
GREEDY = SamplingParams(temperature=0)
KEYS = tuple(stream_key(5, "test", [row]) for row in range(6))
PROMPT = tuple(range(40, 130))  # ends inside a block, and is longer than the tiny windows


@pytest.fixture(scope="module")
def tokenization(tokenizer: Any) -> Tokenization:
    return Tokenization(tokenizer)


@pytest.fixture(params=FUSED)
def fused_family(request: Any) -> str:
    return str(request.param)


def logits_of(stepper: Stepper, tokens: list[list[int]]) -> torch.Tensor:
    """Logits before and after each of `tokens`, `(steps + 1, rows, vocabulary)`."""
    found = [stepper.logits.clone()]
    with torch.inference_mode():
        for step in tokens:
            stepper.step(step)
            found.append(stepper.logits.clone())
    return torch.stack(found)


def begin(decoder: Any, model: RecurrentLM, rows: int, room: int) -> Stepper:
    with torch.inference_mode():
        stepper: Stepper = decoder.begin(model.initial_memory(), PROMPT, rows, room)
        return stepper


@pytest.mark.parametrize("weight_format", list(WeightFormat))
def test_rows_and_threads_change_no_bit(
    fused_family: str, weight_format: WeightFormat, make_lm: LmFactory
) -> None:
    model = add_memory(make_lm(fused_family), 4).eval()
    rng = np.random.default_rng(1)
    tokens = rng.integers(5, 300, (40, 6)).tolist()
    one_thread = FusedDecoder(model, weight_format, num_threads=1)
    many = FusedDecoder(model, weight_format, num_threads=3)
    together = logits_of(begin(many, model, 6, 40), tokens)
    for row in range(6):
        alone = begin(one_thread, model, 1, 40)
        assert torch.equal(
            logits_of(alone, [[step[row]] for step in tokens])[:, 0], together[:, row]
        )


def test_rows_that_leave_change_no_bit_of_the_others(make_lm: LmFactory) -> None:
    model = add_memory(make_lm("llama"), 4).eval()
    decoder = FusedDecoder(model, WeightFormat.INT8, num_threads=2)
    tokens = [[7 + row + step for row in range(5)] for step in range(20)]
    everything = logits_of(begin(decoder, model, 5, 20), tokens)
    stepper = begin(decoder, model, 5, 20)
    with torch.inference_mode():
        for step in tokens[:9]:
            stepper.step(step)
        stepper.keep([1, 3, 4])
        stepper.keep([0, 2])  # of those: rows 1 and 4
        for number, step in enumerate(tokens[9:]):
            stepper.step([step[1], step[4]])
            assert torch.equal(stepper.logits, everything[number + 10, [1, 4]])


def test_int8_stays_close(fused_family: str, make_lm: LmFactory) -> None:
    model = add_memory(make_lm(fused_family), 4).eval()
    tokens = [[30 + step] for step in range(24)]
    exact = logits_of(begin(PlainDecoder(model), model, 1, 24), tokens)[1:]
    quantised = FusedDecoder(model, WeightFormat.INT8, num_threads=2)
    found = logits_of(begin(quantised, model, 1, 24), tokens)[1:]
    assert not torch.equal(exact, found)
    error = (exact - found).square().mean().sqrt() / exact.std()
    assert error < 0.05


def test_int8_weights_are_within_half_a_step(make_lm: LmFactory) -> None:
    lm = make_lm("qwen3")
    packed = pack_model(lm, WeightFormat.INT8)
    down, scales = packed.weights.down[1], packed.weights.down_scale[1]
    blocks, inputs, _ = down.shape
    if down.dtype == np.uint8:  # in words of four inputs, 128 above what is meant
        down = down.reshape(blocks, inputs // 4, 32, 4).transpose(0, 1, 3, 2)
        down = down.reshape(blocks, inputs, 32).astype(np.int16) - 128
    scale = scales.repeat(inputs // scales.shape[1], 1)
    found = (down * scale).transpose(0, 2, 1).reshape(-1, inputs)
    weight = lm.model.layers[1].mlp.down_proj.weight.detach().numpy()
    step = scale.transpose(0, 2, 1).reshape(-1, inputs)[: weight.shape[0], : weight.shape[1]]
    assert (np.abs(found[: weight.shape[0], : weight.shape[1]] - weight) <= step / 2 + 1e-7).all()
    assert not found[weight.shape[0] :].any() and not found[:, weight.shape[1] :].any()


def test_the_judged_copy_computes_what_the_int8_step_does(
    fused_family: str, make_lm: LmFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Half floats move a number across a rounding now and then; the judge keeps float32.
    monkeypatch.setattr("novelgen.modeling.fused.decoder._LARGEST_IN_HALVES", 0.0)
    model = add_memory(make_lm(fused_family), 4).eval()
    tokens = [[30 + step] for step in range(12)]
    step = FusedDecoder(model, WeightFormat.INT8, num_threads=2)
    judged = RecurrentLM(rounded_to_int8(model.lm), model.cell).eval()
    with torch.inference_mode():
        # The prompt is read by the model as it is in both.
        found = step.begin(model.initial_memory(), PROMPT, 1, 12)
        expected = PlainDecoder(judged).begin(model.initial_memory(), PROMPT, 1, 12)
        theirs = PlainDecoder(model).begin(model.initial_memory(), PROMPT, 1, 12)
        expected._cache = theirs._cache  # type: ignore[attr-defined]
    exact = logits_of(begin(PlainDecoder(model), model, 1, 12), tokens)[1:]
    ours, judges = logits_of(found, tokens)[1:], logits_of(expected, tokens)[1:]
    cost = (exact - judges).square().mean().sqrt()
    assert (ours - judges).square().mean().sqrt() < cost / 10


# What the arrays of a step look like where the processor has other instructions.
_VARIANTS = {"avxvnni": "alderlake", "avx2": "haswell"}


@pytest.mark.parametrize("feature", sorted(_VARIANTS))
def test_other_processors_instructions(feature: str, tmp_path: Path) -> None:
    if feature not in has_features():
        pytest.skip(f"this processor has no {feature} to try")
    wanted = [name for name in has_features() if not name.startswith(("avx512", "amx"))]
    if feature != "avxvnni":
        wanted = [name for name in wanted if name != "avxvnni"]
    environment = os.environ | {
        "NUMBA_CPU_NAME": _VARIANTS[feature],
        "NUMBA_CPU_FEATURES": ",".join(f"+{name}" for name in wanted),
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    finished = subprocess.run(
        [sys.executable, "-c", _PRODUCTS],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.split() == ["uint8" if feature == "avxvnni" else "int8", "same"]


def has_features() -> list[str]:
    return [name for name, present in get_host_cpu_features().items() if present]


_PRODUCTS = """
import numpy as np, torch
from novelgen.modeling.fused.packing import WeightFormat, _Stack
from novelgen.modeling.fused.layout import quantised
from novelgen.modeling.fused.products import add_product, arrange, operand
torch.manual_seed(1)
matrix, rows = torch.randn(96, 192), torch.randn(11, 192)
stack = _Stack(WeightFormat.INT8, 1)
stack.add(matrix)
weights, scales = (array[0] for array in stack.arrays)
is_dot = weights.dtype == np.uint8
pairs = quantised(matrix), quantised(rows, 127 * 128, torch.int16)
rounded = [(small * scale).reshape(len(small), -1) for small, scale in pairs]
expected = (rounded[1] if is_dot else rows) @ rounded[0].T
def product(chosen):
    room = operand(1, 192, len(chosen), is_dot=is_dot)
    out = np.zeros((len(chosen), 96), np.float32)
    arrange(weights, scales, chosen.numpy(), room, 0, len(chosen))
    add_product(weights, scales, room, 0, out, len(chosen), 0, 3)
    return torch.from_numpy(out)
found = product(rows)
assert torch.allclose(found, expected, atol=1e-4), (found - expected).abs().max()
alone = torch.cat([product(rows[number : number + 1]) for number in range(len(rows))])
print(weights.dtype, "same" if torch.equal(found, alone) else "different")
"""


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - set(FUSED)))
def test_another_family_falls_back(family: str, make_lm: LmFactory) -> None:
    assert fused_decoder(RecurrentLM(make_lm(family)), "int8") is None


def test_what_cannot_be_computed_falls_back(make_lm: LmFactory) -> None:
    lora = add_lora(make_lm("llama"), LoraSettings(4, 8.0, ("q_proj",)))
    with pytest.raises(Unsupported, match="linear layer"):
        FusedDecoder(RecurrentLM(lora), WeightFormat.INT8)
    biased = make_lm("llama")
    biased.model.layers[1].mlp.up_proj.bias = torch.nn.Parameter(torch.ones(48))
    with pytest.raises(Unsupported, match="bias"):
        FusedDecoder(RecurrentLM(biased), WeightFormat.INT8)
    windowed = make_lm("mistral")
    windowed.model.layers[0].self_attn.sliding_window = None
    with pytest.raises(Unsupported, match="windows"):
        FusedDecoder(RecurrentLM(windowed), WeightFormat.INT8)
    turning = make_lm("llama")
    turning.config.rope_parameters = {"rope_type": "dynamic", "factor": 2.0}
    with pytest.raises(Unsupported, match="rotation dynamic"):
        FusedDecoder(RecurrentLM(turning), WeightFormat.INT8)


def test_the_exponential_is_exact_to_float32() -> None:
    numbers = np.linspace(-86, 0, 20001, dtype=np.float32)
    found = np.array([exponential(number) for number in numbers])
    assert np.allclose(found, np.exp(numbers.astype(np.float64)), rtol=3e-7, atol=0)


SETTINGS = [
    GREEDY,
    SamplingParams(),
    SamplingParams(1.1, 32, 0, 0.9, 60, 0.95, 0.02),
    SamplingParams(1.3, 0, 3, 1.2, 0, 0.9, 0.0),
    SamplingParams(1.0, 64, 2, 0.7, 5, 1.0, 0.1, no_repeat_window=50),
    SamplingParams(0.8, 999, 1, 1.0, 0, 0.5, 0.0),
]


@pytest.mark.parametrize("params", SETTINGS)
@pytest.mark.parametrize("spread", [0.1, 3.0, 30.0])
def test_compiled_samplers_choose_as_those_of_torch(params: SamplingParams, spread: float) -> None:
    rng = np.random.default_rng(3)
    vocabulary, rows, steps = 2000, 7, 12
    forbidden, ends = rng.random(vocabulary) < 0.1, rng.random(vocabulary) < 0.1
    seen = rng.integers(0, 40, 150).tolist()
    rules = ChoiceRules(params, forbidden, ends, 6, seen, rng.random((rows, steps)))
    compiled = CompiledChooser(rules, ThreadTeam(2))
    plain = TorchChooser(rules, torch.device("cpu"))
    for position in range(steps):
        if position == 8:
            compiled.keep([5, 2, 0])
            plain.keep([5, 2, 0])
            rows = 3
        logits = torch.from_numpy((rng.standard_normal((rows, vocabulary)) * spread).astype("f4"))
        tokens, logprobs = compiled.choose(logits, position).read()
        expected, expected_logprobs = plain.choose(logits, position).read()
        assert tokens == expected
        assert logprobs == pytest.approx(expected_logprobs, abs=1e-4)
        assert not forbidden[tokens].any()
        assert position >= 6 or not ends[tokens].any()


def test_a_row_where_ngrams_forbid_everything_is_left_as_it_was() -> None:
    forbidden = np.ones(20, np.bool_)
    forbidden[[3, 4]] = False
    params = SamplingParams(temperature=0, no_repeat_ngram=2)
    rules = ChoiceRules(params, forbidden, forbidden, 0, [3, 3, 4, 3], np.zeros((1, 2)))
    logits = torch.arange(20.0).unsqueeze(0)
    for chooser in (CompiledChooser(rules, ThreadTeam(1)), TorchChooser(rules, logits.device)):
        assert chooser.choose(logits, 0).read()[0] == [4]  # 3 3 and 3 4 were both said


def test_undefined_logits_are_told() -> None:
    rules = ChoiceRules(
        SamplingParams(), np.zeros(50, np.bool_), np.zeros(50, np.bool_), 0, [], np.zeros((1, 1))
    )
    logits = torch.zeros(1, 50)
    logits[0, 20] = float("nan")
    _, (logprob,) = CompiledChooser(rules, ThreadTeam(1)).choose(logits, 0).read()
    assert np.isnan(logprob)


def test_a_team_runs_on_every_thread_and_passes_errors_on() -> None:
    team = ThreadTeam(3)
    seen: dict[int, int] = {}
    team.run(lambda thread, count: seen.update({thread: threading.get_ident()}))
    assert sorted(seen) == [0, 1, 2] and len(set(seen.values())) == 3

    def fail(thread: int, count: int) -> None:
        if thread == 2:
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        team.run(fail)
    team.run(lambda thread, count: None)
    team.close()


@pytest.mark.parametrize("scale", [40.0, 400.0])
def test_gates_of_any_size(scale: float, make_lm: LmFactory) -> None:
    lm = make_lm("llama")
    for layer in lm.model.layers:
        layer.mlp.gate_proj.weight.data *= scale  # silu at hundreds below 0 and above
    model = add_memory(lm, 4).eval()
    tokens = [[30 + step] for step in range(12)]
    expected = logits_of(begin(PlainDecoder(model), model, 1, 12), tokens)
    fused = FusedDecoder(model, WeightFormat.FLOAT32, num_threads=1)
    found = logits_of(begin(fused, model, 1, 12), tokens)
    assert torch.allclose(found, expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))


def test_exponents_out_of_range_stay_in_it() -> None:
    for number in (-1e4, -90.0, 89.5, 1e4):
        value = float(exponential(np.float32(number)))
        assert (0 < value < 1e-37) if number < 0 else (1e37 < value < np.inf)


def test_values_beyond_half_floats_stay_finite(make_lm: LmFactory) -> None:
    lm = make_lm("llama")
    for layer in lm.model.layers:
        layer.self_attn.v_proj.weight.data *= 3e4
    model = add_memory(lm, 4).eval()
    tokens = [[30 + step] for step in range(6)]
    decoder = FusedDecoder(model, WeightFormat.INT8, num_threads=1)
    stepper: Any = begin(decoder, model, 1, 6)
    assert stepper._caches.row_values.dtype == np.float32
    assert logits_of(stepper, tokens).isfinite().all()


@pytest.mark.parametrize("error", [ImportError, RuntimeError])
def test_without_a_compiler_the_models_own_forward_draws(
    error: type[Exception], make_lm: LmFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise error("cannot cache or find the function")

    monkeypatch.setattr("novelgen.modeling.fused.chooser.CompiledChooser.choose", refuse)
    compiled.has_compiled_samplers.cache_clear()
    try:
        model = RecurrentLM(make_lm("llama"))
        decoder, held = decoder_for(model, "auto")
        assert isinstance(decoder, PlainDecoder) and held == "none"
        rules = ChoiceRules(
            GREEDY, np.zeros(5, np.bool_), np.zeros(5, np.bool_), 0, [], np.ones((1, 1))
        )
        assert isinstance(decoder.chooser(rules), TorchChooser)
    finally:
        compiled.has_compiled_samplers.cache_clear()


def test_a_step_that_is_refused_is_not_depended_on(
    make_lm: LmFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise NumbaError("no such instruction")

    monkeypatch.setattr("novelgen.modeling.fused.decoder.FusedStepper.step", refuse)
    assert fused_decoder(RecurrentLM(make_lm("llama")), "int8") is None


def test_compiled_code_is_kept_by_the_state_of_its_source(tmp_path: Path) -> None:
    code = "from novelgen.modeling.fused import caching; print(caching.COMPILED)"

    def kept(**variables: str) -> Path:
        environment = {**os.environ, "NOVELGEN_HOME": str(tmp_path), **variables}
        found = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return Path(found.stdout.strip())

    usual = kept(NUMBA_CACHE_DIR="")
    assert usual.is_relative_to(tmp_path) and usual == kept(NUMBA_CACHE_DIR="")
    assert kept(NUMBA_CACHE_DIR=str(tmp_path / "mine")) == tmp_path / "mine" / usual.name
    (tmp_path / "file").write_text("")
    refused = kept(NUMBA_CACHE_DIR=str(tmp_path / "file"))
    assert refused.is_dir() and not refused.is_relative_to(tmp_path)
    refused.rmdir()
