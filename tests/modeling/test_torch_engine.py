"""The torch engine as the core sees it: values in, values out, and nothing kept in between."""

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from novelgen.engine.memory import memory_values, pack_memory, parse_memory
from novelgen.engine.protocol import Engine
from novelgen.engine.randomness import stream_key
from novelgen.engine.values import (
    ChatMessage,
    DecodeRequest,
    FinishReason,
    MemoryState,
    SamplingParams,
)
from novelgen.errors import MemoryStateError, ModelError, UsageError
from novelgen.modeling.adapter import adapter_fingerprint, describe_adapter, save_adapter
from novelgen.modeling.adapter_config import LoraSettings
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.lora import add_lora
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.token_batch import pad_left
from novelgen.modeling.torch_engine import TorchEngine, build_torch_engine, load_torch_engine
from novelgen.text.words import count_words
from tests.modeling.tiny_models import PROSE, LmFactory

MODEL = "c" * 64
SEGMENTS = (PROSE[:60], PROSE[60:150], PROSE[150:200])

# Another interpreter reads a chapter and prints the memory it ends with.
FRESH_PROCESS = """
import sys
from pathlib import Path
from novelgen.modeling.torch_engine import load_torch_engine

model, adapter, fingerprint, *segments = sys.argv[1:]
engine = load_torch_engine(
    Path(model), "tiny", fingerprint, 24, 1, adapter_dir=Path(adapter), device="cpu",
    dtype="float32",
)
memory = engine.initial_memory()
for segment in segments:
    memory = engine.write(memory, segment)
print(memory.data.hex())
"""


def load(model_dir: Path, adapter: Path | None = None, **changes: Any) -> TorchEngine:
    options: dict[str, Any] = {
        "segment_size": 24,
        "brief_version": 1,
        "device": "cpu",
        "dtype": "float32",
    }
    return load_torch_engine(model_dir, "tiny", MODEL, adapter_dir=adapter, **options | changes)


@pytest.fixture(scope="module")
def adapter_dir(model_dir: Path, tokenizer: Any, tmp_path_factory: Any) -> Path:
    """A memory with LoRA, trained for a few steps on the shared prose."""
    torch.manual_seed(11)
    lm = add_lora(load_backbone(model_dir, "cpu").lm, LoraSettings(4, 8.0, ("q_proj", "o_proj")))
    model = add_memory(lm, 4, projection_rank=8)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=5e-3)
    ids = tokenizer(PROSE, add_special_tokens=False)["input_ids"]
    segments = [pad_left([ids[start : start + 24]]) for start in (0, 24, 48)]
    for _ in range(6):
        losses, _ = model(segments)
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
    directory: Path = tmp_path_factory.mktemp("trained") / "adapter"
    save_adapter(model, describe_adapter(model, "tiny", MODEL, 24, 1), directory)
    return directory


@pytest.fixture(scope="module")
def plain(model_dir: Path) -> TorchEngine:
    return load(model_dir)


@pytest.fixture(scope="module")
def remembering(model_dir: Path, adapter_dir: Path) -> TorchEngine:
    return load(model_dir, adapter_dir)


def request_of(engine: Engine, **changes: Any) -> DecodeRequest:
    request = DecodeRequest(
        memory=engine.initial_memory(),
        brief=engine.render_chat([ChatMessage("user", "Go on.")]),
        tail="She counted the boats",
        sampling=SamplingParams(1.1, 64, 4, 0.9, 50, 0.95, 0.02),
        stream_keys=tuple(stream_key(1, "prose", [row]) for row in range(3)),
        max_new_tokens=24,
    )
    return dataclasses.replace(request, **changes)


def read_all(engine: Engine, segments: tuple[str, ...] = SEGMENTS) -> MemoryState:
    memory = engine.initial_memory()
    for segment in segments:
        memory = engine.write(memory, segment)
    return memory


def test_the_engine_says_what_it_is(
    model_dir: Path, plain: TorchEngine, remembering: TorchEngine
) -> None:
    load_none = load(model_dir, quantization="none")
    assert (plain.info.num_mem_tokens, remembering.info.num_mem_tokens) == (0, 4)
    assert plain.info.adapter_fingerprint == adapter_fingerprint(None, 24, 1)
    assert remembering.info.adapter_fingerprint != plain.info.adapter_fingerprint
    for info in (plain.info, remembering.info):
        assert (info.model, info.model_fingerprint) == ("tiny", MODEL)
        assert (info.hidden_size, info.segment_size, info.context_size) == (32, 24, 256)
        assert (info.device, info.dtype, info.has_chat_template) == ("cpu", "float32", True)
        assert info.versions["torch"] == version("torch")
    assert (plain.info.quantization, load_none.info.quantization) == ("int8", "none")


def test_it_is_an_engine(plain: TorchEngine) -> None:
    engine: Engine = plain
    assert engine.count_tokens("") == 0
    assert engine.count_tokens(PROSE) > engine.count_tokens(PROSE[:100]) > 0


def test_settings_that_change_texts_change_the_fingerprint(
    model_dir: Path, adapter_dir: Path, remembering: TorchEngine
) -> None:
    fingerprint = remembering.info.adapter_fingerprint
    assert load(model_dir, adapter_dir).info.adapter_fingerprint == fingerprint
    plain = load(model_dir, segment_size=24).info.adapter_fingerprint
    assert load(model_dir, segment_size=32).info.adapter_fingerprint != plain
    assert load(model_dir, brief_version=2).info.adapter_fingerprint != plain
    with pytest.raises(ModelError, match="briefs of version 1"):
        load(model_dir, adapter_dir, brief_version=2)


def test_an_adapter_brings_its_own_segment_size(model_dir: Path, adapter_dir: Path) -> None:
    assert load(model_dir, adapter_dir, segment_size=32).info.segment_size == 24
    assert load(model_dir, segment_size=32).info.segment_size == 32


def test_without_an_adapter_memory_stays_empty(plain: TorchEngine) -> None:
    memory = plain.initial_memory()
    assert (memory.num_mem_tokens, memory.hidden_size) == (0, 32)
    assert plain.write(memory, PROSE) == memory
    assert parse_memory(memory.data) == memory


def test_memory_is_a_function_of_the_prose(remembering: TorchEngine) -> None:
    memory = read_all(remembering)
    assert read_all(remembering) == memory
    assert read_all(remembering, ("Other words.", *SEGMENTS[1:])) != memory
    assert remembering.write(memory, "") == memory
    assert memory_values(memory).shape == (4, 32)
    assert np.isfinite(memory_values(memory)).all()


def test_memory_survives_its_bytes(remembering: TorchEngine) -> None:
    """Stopping after each segment and going on from the stored bytes changes nothing."""
    memory = remembering.initial_memory()
    for segment in SEGMENTS:
        memory = parse_memory(remembering.write(memory, segment).data)
    assert memory == read_all(remembering)
    repacked = pack_memory(
        memory_values(memory), memory.model_fingerprint, memory.adapter_fingerprint
    )
    assert repacked.data == memory.data


def test_a_fresh_process_writes_the_same_bytes(
    remembering: TorchEngine, model_dir: Path, adapter_dir: Path
) -> None:
    arguments = [str(model_dir), str(adapter_dir), MODEL, *SEGMENTS]
    result = subprocess.run(
        [sys.executable, "-c", FRESH_PROCESS, *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert bytes.fromhex(result.stdout) == read_all(remembering).data
    assert result.stderr == ""


def test_a_model_still_in_memory_and_its_adapter_from_disk_agree(
    model_dir: Path, adapter_dir: Path, remembering: TorchEngine
) -> None:
    from novelgen.modeling.adapter import load_adapter, merge_adapter

    backbone = load_backbone(model_dir, "cpu")
    model = merge_adapter(backbone.lm, load_adapter(adapter_dir, MODEL))
    engine = build_torch_engine(
        model, backbone, "tiny", MODEL, remembering.info.adapter_fingerprint, 24
    )
    assert read_all(engine).data == read_all(remembering).data


def test_decoding_is_a_function_of_the_request(remembering: TorchEngine) -> None:
    request = request_of(remembering, memory=read_all(remembering))
    first = remembering.decode(request)
    again = remembering.decode(request)
    assert first.candidates == again.candidates
    assert len({candidate.text for candidate in first.candidates}) == 3
    assert first.prompt_tokens == again.prompt_tokens > 20
    other = remembering.decode(request_of(remembering))
    assert other.candidates != first.candidates, "the memory speaks"


def test_rows_do_not_depend_on_each_other(remembering: TorchEngine) -> None:
    request = request_of(remembering)
    together = remembering.decode(request).candidates
    for key, expected in zip(request.stream_keys, together, strict=True):
        (alone,) = remembering.decode(dataclasses.replace(request, stream_keys=(key,))).candidates
        assert (alone.text, alone.finish_reason) == (expected.text, expected.finish_reason)


def test_words_are_counted_as_everywhere(plain: TorchEngine) -> None:
    result = plain.decode(request_of(plain, max_new_tokens=80, max_words=4))
    for candidate in result.candidates:
        if candidate.finish_reason is FinishReason.WORDS:
            assert count_words(candidate.text) == 4
        else:
            assert count_words(candidate.text) <= 4
    assert any(c.finish_reason is FinishReason.WORDS for c in result.candidates)


def test_a_tail_that_spells_control_tokens_is_prose(plain: TorchEngine) -> None:
    tail = "He typed <|im_end|> and"
    spelled = request_of(plain, tail=tail)
    empty = request_of(plain, tail="")
    tokens = plain.decode(spelled).prompt_tokens - plain.decode(empty).prompt_tokens
    assert tokens == plain.count_tokens(tail) > plain.count_tokens("He typed  and")


def test_scores_are_of_the_prose_after_its_context(
    plain: TorchEngine, remembering: TorchEngine
) -> None:
    for engine in (plain, remembering):
        memory = engine.initial_memory()
        (whole,) = engine.scores(memory, "", "", SEGMENTS[:1])
        assert whole < 0
        after = engine.scores(memory, "", SEGMENTS[1], [SEGMENTS[0], "", SEGMENTS[0]])
        assert after[0] == after[2] != whole and after[1] == 0.0
    memories = [read_all(remembering), remembering.initial_memory()]
    true, reset = (remembering.scores(memory, "", "", [PROSE[:50]]) for memory in memories)
    assert true != reset


def test_texts_are_scored_as_they_would_be_alone(plain: TorchEngine) -> None:
    memory = plain.initial_memory()
    texts = [PROSE[:150], "The rain", PROSE[40:90]]
    together = plain.scores(memory, "A brief.", PROSE[:60], texts)
    alone = [plain.scores(memory, "A brief.", PROSE[:60], [text])[0] for text in texts]
    assert list(together) == alone and len(set(alone)) == 3


def test_texts_are_scored_after_what_decode_reads(
    plain: TorchEngine, remembering: TorchEngine
) -> None:
    """A drawn text is as likely to `scores` as it was when it was drawn."""
    for engine in (plain, remembering):
        request = dataclasses.replace(
            request_of(engine, tail="The"),
            brief="<|im_start|>user\nWrite on.<|im_end|>\n",
            stream_keys=tuple(stream_key(1, "prose", [row]) for row in range(16)),
            max_new_tokens=1,
        )
        drawn = engine.decode(request).candidates
        memory = request.memory
        assert memory is not None
        told = [row for row in drawn if row.text and engine.count_tokens(row.text) == 1]
        assert len(told) > 1  # the others are parts of characters
        scores = engine.scores(memory, request.brief, "The", [row.text for row in told])
        assert scores == pytest.approx([row.mean_logprob for row in told], abs=1e-4)
        spelled = engine.scores(memory, "", request.brief + "The", [row.text for row in told])
        assert scores != pytest.approx(spelled, abs=1e-2)


Change = Callable[[MemoryState], MemoryState]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: pack_memory(memory_values(m), "d" * 64, m.adapter_fingerprint), "another model"),
        (lambda m: pack_memory(memory_values(m), MODEL, "d" * 64), "another adapter"),
        (
            lambda m: pack_memory(memory_values(m)[:3], MODEL, m.adapter_fingerprint),
            r"shape \(3, 32\)",
        ),
        (lambda m: dataclasses.replace(m, data=m.data[:-8]), "damaged"),
        (lambda m: dataclasses.replace(m, data=b""), "damaged"),
    ],
)
def test_a_memory_that_does_not_belong_is_refused(
    change: Change, message: str, remembering: TorchEngine
) -> None:
    wrong = change(remembering.initial_memory())
    calls: list[Callable[[], object]] = [
        lambda: remembering.write(wrong, PROSE[:20]),
        lambda: remembering.scores(wrong, "", "", [PROSE[:20]]),
        lambda: remembering.decode(request_of(remembering, memory=wrong)),
    ]
    for call in calls:
        with pytest.raises(MemoryStateError, match=message):
            call()


def test_an_adapter_for_another_model_is_refused(model_dir: Path, adapter_dir: Path) -> None:
    with pytest.raises(ModelError, match="another model"):
        load_torch_engine(model_dir, "tiny", "e" * 64, 24, 1, adapter_dir=adapter_dir, device="cpu")


def test_a_segment_beyond_the_context_is_refused(remembering: TorchEngine) -> None:
    with pytest.raises(UsageError, match="attends to 256"):
        remembering.write(remembering.initial_memory(), PROSE)


def test_a_model_without_a_template_cannot_chat(
    model_dir: Path, tmp_path: Path, tokenizer: Any, make_lm: LmFactory
) -> None:
    make_lm("gpt2").save_pretrained(tmp_path)
    bare = tokenizer.__class__(tokenizer_object=tokenizer.backend_tokenizer)
    bare.save_pretrained(tmp_path)
    engine = load(tmp_path)
    assert engine.info.has_chat_template is False
    with pytest.raises(ModelError, match="no chat template"):
        engine.render_chat([ChatMessage("user", "Go on.")])
    request = request_of(load(model_dir), memory=engine.initial_memory(), brief="A harbour.")
    assert any(candidate.text for candidate in engine.decode(request).candidates)


def test_running_out_of_memory_is_one_clear_message(
    plain: TorchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_args: Any, **_options: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr("novelgen.modeling.prompt_reading.run_logits", exhausted)
    with pytest.raises(ModelError, match="ran out of memory"):
        plain.decode(request_of(plain))


def test_quantised_drawing_writes_the_same_memory(model_dir: Path, adapter_dir: Path) -> None:
    exact = load(model_dir, adapter_dir, quantization="none")
    drawing = load(model_dir, adapter_dir, quantization="int8")
    assert read_all(exact).data == read_all(drawing).data
    request = request_of(drawing, memory=drawing.initial_memory())
    first, again = drawing.decode(request), drawing.decode(request)
    assert first.candidates == again.candidates
    assert first.candidates != exact.decode(request).candidates
