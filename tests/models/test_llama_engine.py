"""llama.cpp beside torch on the same weights: text, scores, memory, LoRA, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

pytest.importorskip("llama_cpp", reason="needs the extra llamacpp")

from novelgen.engine.memory import memory_values
from novelgen.engine.protocol import QuietObserver
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import DecodeRequest, FinishReason, MemoryState, SamplingParams
from novelgen.errors import ModelError, UsageError
from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.gguf_conversion import convert_gguf
from novelgen.modeling.llamacpp.context import LlamaContext, Wanted
from novelgen.modeling.llamacpp.engine import LlamaCppEngine
from novelgen.modeling.llamacpp.loading import LlamaSettings, load_llama_engine
from novelgen.modeling.llamacpp.weights import LlamaWeights
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.torch_engine import TorchEngine, load_torch_engine

MODEL = "c" * 64
BRIEF = "the theatre at the end of the pier"
TAIL = "Then the others came, and the"
GREEDY = SamplingParams(temperature=0.0)
TOLERANCE = 2e-4
"""Both compute in float32, in another order."""


@pytest.fixture(scope="module")
def whole_gguf(tmp_path_factory: pytest.TempPathFactory, write_gguf: Any) -> Path:
    return write_gguf(tmp_path_factory.mktemp("whole") / "whole.gguf", quantised=False)


@pytest.fixture(scope="module")
def model_folder(whole_gguf: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("converted")
    convert_gguf(whole_gguf, folder / "model", lambda _: None)
    return folder / "model"


@pytest.fixture(scope="module")
def adapter_folder(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A memory and LoRA of random numbers, in every layer that LoRA goes into."""
    torch.manual_seed(3)
    modules = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    lm = add_lora(load_backbone(model_folder, "cpu").lm, LoraSettings(4, 8.0, modules))
    model = add_memory(lm, 4, projection_rank=8)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad and "initial" not in name:
                parameter.add_(torch.randn_like(parameter) * 0.05)
    folder = tmp_path_factory.mktemp("adapter") / "adapter"
    save_adapter(model, describe_adapter(model, "tiny", MODEL, 24, 1), folder)
    return folder


@pytest.fixture(scope="module")
def theirs(model_folder: Path, adapter_folder: Path) -> TorchEngine:
    return load_torch_engine(
        model_folder,
        "tiny",
        MODEL,
        24,
        1,
        adapter_folder,
        device="cpu",
        dtype="float32",
        quantization="none",
    )


@pytest.fixture(scope="module")
def ours(
    whole_gguf: Path,
    model_folder: Path,
    adapter_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[LlamaCppEngine]:
    cache = tmp_path_factory.mktemp("cache")
    engine = load_llama_engine(
        whole_gguf, model_folder, cache, "tiny", MODEL, 24, 1, adapter_folder
    )
    yield engine
    engine.close()


def request(memory: MemoryState | None, **changes: Any) -> DecodeRequest:
    given: dict[str, Any] = {
        "memory": memory,
        "brief": BRIEF,
        "tail": TAIL,
        "sampling": GREEDY,
        "stream_keys": (stream_key(1, "prose", [0]),),
        "max_new_tokens": 24,
    }
    return DecodeRequest(**given | changes)


def far(one: MemoryState, other: MemoryState) -> float:
    return float(np.abs(memory_values(one) - memory_values(other)).max())


def test_the_same_memory_text_and_scores_over_many_segments(
    ours: LlamaCppEngine, theirs: TorchEngine
) -> None:
    mine, other = ours.initial_memory(), theirs.initial_memory()
    assert mine.data == other.data
    for number in range(8):
        segment = f"{number} the gulls, the nets and the {chr(97 + number)} boats. "
        mine, other = ours.write(mine, segment), theirs.write(other, segment)
        assert far(mine, other) < TOLERANCE
    assert far(mine, ours.initial_memory()) > 0.01
    ask = request(mine), request(other)
    assert ours.decode(ask[0]).candidates[0].text == theirs.decode(ask[1]).candidates[0].text
    texts = ["the boat", " and the theme of it all was rain.", ""]
    scores = ours.scores(mine, BRIEF, TAIL, texts)
    assert scores == pytest.approx(theirs.scores(other, BRIEF, TAIL, texts), abs=TOLERANCE)
    assert scores[2] == 0.0


def test_memory_and_adapter_are_left_out_where_plans_are_asked(
    ours: LlamaCppEngine, theirs: TorchEngine
) -> None:
    plain = ours.decode(request(None)).candidates[0]
    other = theirs.decode(request(None)).candidates[0]
    assert plain.text == other.text
    assert plain.mean_logprob == pytest.approx(other.mean_logprob, abs=TOLERANCE)
    written = ours.decode(request(ours.initial_memory())).candidates[0]
    assert written.mean_logprob != pytest.approx(plain.mean_logprob, abs=TOLERANCE)
    assert ours.decode(request(None)).candidates[0].text == plain.text


def test_rows_are_drawn_together_as_torch_draws_them(
    ours: LlamaCppEngine, theirs: TorchEngine
) -> None:
    # Random weights foresee all tokens alike: colder, or the last bit decides what is drawn.
    sampling = SamplingParams(temperature=0.15, top_p=0.9, repetition_penalty=1.1)
    keys = tuple(stream_key(2, "prose", [row]) for row in range(5))
    changes = {"sampling": sampling, "stream_keys": keys}
    mine = ours.decode(request(ours.initial_memory(), **changes))
    other = theirs.decode(request(theirs.initial_memory(), **changes))
    assert [each.text for each in mine.candidates] == [each.text for each in other.candidates]
    assert len({each.text for each in mine.candidates}) > 1
    alone = ours.decode(request(ours.initial_memory(), sampling=sampling, stream_keys=keys[3:4]))
    assert alone.candidates[0].text == mine.candidates[3].text
    assert mine.prompt_tokens == other.prompt_tokens


def test_rows_are_rejected_and_cancelled(ours: LlamaCppEngine) -> None:
    class Second(QuietObserver):
        shown = ""

        def on_text(self, row: int, text: str) -> None:
            self.shown += text if row == 1 else ""

        def rejected_rows(self) -> tuple[int, ...]:
            return (1,) if self.shown else ()

    keys = tuple(stream_key(4, "prose", [row]) for row in range(3))
    hot = SamplingParams(temperature=1.0)
    ask = request(ours.initial_memory(), stream_keys=keys, sampling=hot)
    whole, cut = ours.decode(ask), ours.decode(ask, Second())
    assert cut.candidates[1].finish_reason is FinishReason.REJECTED
    assert cut.candidates[1].num_tokens < whole.candidates[1].num_tokens
    assert [cut.candidates[n].text for n in (0, 2)] == [whole.candidates[n].text for n in (0, 2)]

    class Stopped(QuietObserver):
        def should_stop(self) -> bool:
            return True

    assert ours.decode(ask, Stopped()).candidates[0].finish_reason is FinishReason.CANCELLED
    assert ours.decode(ask).candidates == whole.candidates


def test_what_was_read_before_changes_nothing(ours: LlamaCppEngine) -> None:
    """Scores, writing and plans in between, and more rows than there was room for."""
    memory = ours.write(ours.initial_memory(), "the gulls and the nets. ")
    first = ours.decode(request(memory)).candidates
    scores = ours.scores(memory, BRIEF, TAIL, ["the boat"])
    ours.scores(ours.initial_memory(), "", "Then", ["another thing"])
    ours.write(memory, "Nothing of this is asked for. ")
    ours.decode(request(None, brief="Other", tail=""))
    keys = tuple(stream_key(5, "prose", [row]) for row in range(16))
    ours.decode(request(memory, stream_keys=keys, max_new_tokens=80))
    assert ours.decode(request(memory)).candidates == first
    assert ours.scores(memory, BRIEF, TAIL, ["the boat"]) == pytest.approx(scores, abs=1e-6)


def test_what_does_not_fit_is_refused(ours: LlamaCppEngine, theirs: TorchEngine) -> None:
    with pytest.raises(UsageError, match="the model attends to 128"):
        ours.decode(request(ours.initial_memory(), max_new_tokens=500))
    with pytest.raises(UsageError, match="candidates are more"):
        ours.decode(request(ours.initial_memory(), stream_keys=(bytes(16),) * 40))
    assert (ours.info.num_mem_tokens, ours.info.hidden_size) == (4, 32)
    assert ours.info.adapter_fingerprint == theirs.info.adapter_fingerprint
    assert "weights" in ours.info.quantization


def test_files_that_llama_cpp_cannot_use_are_refused(
    tmp_path: Path, write_gguf: Any, model_folder: Path, adapter_folder: Path
) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(write_gguf(tmp_path / "whole.gguf").read_bytes()[:5_000])
    with pytest.raises(ModelError, match=r"could not load broken\.gguf"):
        LlamaWeights(broken)
    lacking = write_gguf(tmp_path / "lacking.gguf", without=["blk.1.attn_q.weight"])
    with pytest.raises(ModelError, match="could not load lacking"):
        LlamaWeights(lacking)
    with pytest.raises(ModelError, match="processor alone"):
        LlamaWeights(tmp_path / "whole.gguf", gpu_layers=99)
    with pytest.raises(ModelError, match="briefs of version 1"):
        load_llama_engine(
            tmp_path / "whole.gguf", model_folder, tmp_path, "t", MODEL, 24, 2, adapter_folder
        )


def test_a_quantised_file_is_near_and_says_what_it_is(
    tiny_gguf: Path,
    model_folder: Path,
    adapter_folder: Path,
    theirs: TorchEngine,
    tmp_path: Path,
) -> None:
    engine = load_llama_engine(
        tiny_gguf, model_folder, tmp_path, "t", MODEL, 24, 1, adapter_folder, LlamaSettings()
    )
    memory = engine.write(engine.initial_memory(), "the gulls and the nets. ")
    whole = theirs.write(theirs.initial_memory(), "the gulls and the nets. ")
    assert 1e-6 < far(memory, whole) < 0.1
    assert "Q8_0" in engine.info.quantization
    engine.close()


def test_a_context_keeps_grows_cuts_and_restores_sequences(whole_gguf: Path) -> None:
    weights = LlamaWeights(whole_gguf)
    context = LlamaContext(weights, 1)
    logits = context.read_tokens(0, 0, [5, 6, 7, 8], Wanted.ALL)
    assert logits.shape == (4, weights.vocabulary_size)
    context.copy(0, 1)
    stepped = context.step([0, 1], 4, [9, 10])
    context.cut(1, 4)
    again = context.read_tokens(1, 4, [9])
    assert again[0] == pytest.approx(stepped[0], abs=1e-4)
    state = context.state(0)
    context.cut(0)
    assert context.reserve(5_000)
    assert not context.reserve(5_000)
    context.restore(0, state)
    restored = context.read_tokens(0, 5, [11])
    context.read_tokens(2, 0, [5, 6, 7, 8, 9])
    assert restored[0] == pytest.approx(context.read_tokens(2, 5, [11])[0], abs=1e-4)
    with pytest.raises(ModelError, match="does not fit"):
        context.restore(3, b"nothing")
    context.close()
    weights.close()
