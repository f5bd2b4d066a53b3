"""A whole training: what it writes, that the adapter is the trained model, and what it refuses."""

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate import Accelerator
from filelock import FileLock
from tokenizers.processors import TemplateProcessing

from novelgen.cli.commands.train import _report
from novelgen.cli.output import Output
from novelgen.errors import ModelError, NovelgenError, StorageError, UsageError
from novelgen.modeling.adapter import apply_adapter, load_adapter
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.recurrent import RecurrentLM
from novelgen.modeling.token_batch import TokenBatch, pad_left
from novelgen.modeling.torch_engine import tokenization_of
from novelgen.text.books import Book
from novelgen.training import coverage
from novelgen.training import module as module_module
from novelgen.training.briefs import DerivedBriefs
from novelgen.training.checkpoint import load_checkpoint, read_state
from novelgen.training.config import Phase, TrainingConfig
from novelgen.training.model_building import Base, build_model
from novelgen.training.module import TrainingModule, rate_scale
from novelgen.training.progress import StepDone
from novelgen.training.trainer import train, work_folder
from tests.training.tiny_training import (
    TINY,
    Trained,
    checkpoint,
    logged,
    same_tensors,
    train_tiny,
)

SHORT = replace(TINY, control_steps=1, memory_steps=2)


@pytest.fixture(scope="module")
def trained(model_dir: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from novelgen.training.corpus import read_corpus
    from tests.training.tiny_training import base_of

    output = tmp_path_factory.mktemp("trained") / "adapter"
    train_tiny(base_of(model_dir), read_corpus(corpus, TINY.max_window_chars), output)
    return output


def test_an_adapter_a_control_and_their_record(trained: Path, books: list[Book]) -> None:
    assert sorted(path.name for path in trained.iterdir()) == [
        "adapter.json",
        "adapter_config.json",
        "adapter_model.safetensors",
        "control",
        "memory.safetensors",
        "names.txt",
        "training.json",
    ]
    control = json.loads((trained / "control" / "adapter.json").read_text())
    assert control["num_mem_tokens"] == 0
    described = json.loads((trained / "adapter.json").read_text())
    assert (described["num_mem_tokens"], described["segment_size"]) == (4, 32)
    assert (described["base_model"], described["base_model_fingerprint"]) == ("tiny", "f" * 64)
    record = json.loads((trained / "training.json").read_text())
    read = record["config"] | {"lora_modules": tuple(record["config"]["lora_modules"])}
    assert TrainingConfig(**read) == TINY
    assert record["books"] == [{"name": book.name, "sha256": book.sha256} for book in books]
    assert {name: phase["step"] for name, phase in record["phases"].items()} == {
        "memory": 6, "rival": 6
    }  # fmt: skip
    assert [path.name for path in trained.parent.iterdir() if path != trained] == [
        "adapter.training"
    ]


def test_memory_and_its_rival_read_the_same_from_the_end_of_the_control(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = TrainingModule.forward
    pending: list[Any] = []
    read: dict[str, list[Any]] = {phase: [] for phase in Phase}
    starts: dict[str, dict[str, torch.Tensor]] = {}

    def follow(self: TrainingModule, shape: Any, token_ids: Any, *others: Any) -> Any:
        lora = {n: p for n, p in self.trainable().items() if "lora_" in n}
        pending.append((shape, token_ids, {n: p.detach().clone() for n, p in lora.items()}))
        return forward(self, shape, token_ids, *others)

    def note(done: StepDone) -> None:
        shape, token_ids, lora = pending.pop()
        read[done.phase].append((shape, token_ids))
        starts.setdefault(done.phase, lora)

    monkeypatch.setattr(TrainingModule, "forward", follow)
    train_tiny(base, books, tmp_path / "adapter", TINY, on_step=note)
    assert len(read[Phase.MEMORY]) == TINY.memory_steps
    assert read[Phase.MEMORY] == read[Phase.RIVAL]
    control = checkpoint(tmp_path / "adapter", Phase.CONTROL)
    end = {n.removeprefix("parameter/"): t for n, t in control.items() if n.startswith("param")}
    assert not same_tensors(starts[Phase.CONTROL], end)
    assert same_tensors(starts[Phase.MEMORY], end)
    assert same_tensors(starts[Phase.RIVAL], end)


def test_memory_and_its_rival_train_on_as_many_tokens(trained: Path) -> None:
    memory, rival = logged(trained, Phase.MEMORY), logged(trained, Phase.RIVAL)
    assert [step["tokens"] for step in memory] == [step["tokens"] for step in rival]
    assert all(step["coverage"] is None for step in rival)
    ends = {phase: checkpoint(trained, phase) for phase in Phase}
    lora = {name for name in ends[Phase.CONTROL] if name.startswith("parameter/")}
    assert lora == {name for name in ends[Phase.RIVAL] if name.startswith("parameter/")}
    assert lora < set(ends[Phase.MEMORY])
    assert not same_tensors(ends[Phase.CONTROL], ends[Phase.RIVAL])


def test_memory_steps_tell_how_many_rare_words_slots_point_at(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a vocabulary of a few hundred tokens none is as rare as in a real one."""
    monkeypatch.setattr(coverage, "_COMMON_NATS", 2.0)
    phases = (Phase.CONTROL, Phase.MEMORY)
    train_tiny(base, books, tmp_path / "adapter", TINY, phases)
    shares = [step["coverage"] for step in logged(tmp_path / "adapter", Phase.MEMORY)]
    told = [share for share in shares if share is not None]
    assert told and all(0 < share < 1 for share in told)


@pytest.mark.parametrize(("phase", "folder"), [(Phase.MEMORY, "."), (Phase.RIVAL, "control")])
def test_the_adapter_is_the_trained_model(
    trained: Path, base: Base, tokenizer: Any, books: list[Book], phase: Phase, folder: str
) -> None:
    """Within what bfloat16 leaves of LoRA."""
    backbone = load_backbone(base.directory, "cpu", "float32")
    as_trained = build_model(backbone, tokenization_of(backbone), TINY, phase is Phase.MEMORY)
    path = work_folder(trained) / phase / "checkpoint.safetensors"
    load_checkpoint(path, TrainingModule(as_trained, TINY, torch.zeros(0)).trainable(), None)
    adapter = load_adapter(trained / folder, base.fingerprint)
    loaded = apply_adapter(load_backbone(base.directory, "cpu", "float32").lm, adapter)
    plain = RecurrentLM(load_backbone(base.directory, "cpu", "float32").lm)
    ids = tokenizer(books[0].prose[:400], add_special_tokens=False)["input_ids"]
    segments = [pad_left([ids[start : start + 20]]) for start in (0, 20, 40)]
    with torch.inference_mode():
        losses = [model.eval()(segments)[0] for model in (as_trained, loaded, plain)]
    torch.testing.assert_close(losses[0], losses[1], atol=5e-3, rtol=0)
    assert (losses[0] - losses[2]).abs().max() > 0.05


def test_tensorboard_reads_what_the_log_says(trained: Path) -> None:
    from tensorboardX.proto.event_pb2 import Event

    folder = work_folder(trained) / "memory" / "tensorboard"
    (path,) = folder.iterdir()
    raw, scalars = path.read_bytes(), {}
    while raw:  # TFRecord: length, its checksum, data, its checksum
        length = int.from_bytes(raw[:8], "little")
        event = Event.FromString(raw[12 : 12 + length])
        raw = raw[16 + length :]
        for value in event.summary.value:
            scalars[value.tag, event.step] = value.simple_value
    for step, figures in enumerate(logged(trained, Phase.MEMORY), 1):
        for name in ("loss", "nats", "gradient_norm", "coverage", "reconstruction"):
            if figures[name] is None:
                assert (name, step) not in scalars
            else:
                assert scalars[name, step] == pytest.approx(figures[name], rel=1e-5)


def test_a_finished_training_runs_no_step_again(
    trained: Path, base: Base, books: list[Book]
) -> None:
    before = {path.name: path.read_bytes() for path in trained.iterdir() if path.is_file()}

    def refuse(done: StepDone) -> None:
        raise AssertionError(done)

    again = train_tiny(base, books, trained, on_step=refuse)
    assert {name: state.step for name, state in again.phases.items()} == {
        "control": 2, "memory": 6, "rival": 6
    }  # fmt: skip
    assert again.is_written and again.has_control
    after = {path.name: path.read_bytes() for path in trained.iterdir() if path.is_file()}
    assert after == before


def test_other_settings_are_refused_and_nothing_is_lost(
    trained: Path, base: Base, books: list[Book]
) -> None:
    paths = [path for path in trained.parent.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in paths}
    other_base = replace(base, fingerprint="0")

    def with_recipe(**changes: Any) -> Trained:
        return train_tiny(base, books, trained, replace(TINY, **changes))

    others: list[tuple[str, Any]] = [
        ("--memory-steps 6 there, 9 now", lambda: with_recipe(memory_steps=9)),
        ("--lora-modules", lambda: with_recipe(lora_modules=())),
        ("other books", lambda: train_tiny(base, books[:2], trained)),
        ("another model", lambda: train_tiny(other_base, books, trained)),
    ]  # fmt: skip
    for name, attempt in others:
        with pytest.raises(UsageError, match=f"other settings .{name}.*\\)\\.") as caught:
            attempt()
        assert "another --output" in caught.value.remedy
    assert {path: path.read_bytes() for path in before} == before


def test_a_model_is_known_by_its_fingerprint(trained: Path, base: Base, books: list[Book]) -> None:
    steps = train_tiny(replace(base, name="./elsewhere/tiny"), books, trained).phases
    assert steps["memory"].step == TINY.memory_steps


def test_settings_that_were_refused_do_not_stand_in_the_way(
    base: Base, books: list[Book], tmp_path: Path
) -> None:
    output = tmp_path / "adapter"
    for refused in (
        replace(TINY, num_mem_tokens=100_000),
        replace(TINY, lora_rank=100_000),
        replace(TINY, lora_modules=("mlp_up",)),
    ):
        with pytest.raises(NovelgenError) as caught:
            train_tiny(base, books, output, refused)
        assert "--num-mem-tokens" in caught.value.remedy or "--lora" in caught.value.remedy
    assert "no layers mlp_up, only down_proj, gate_proj" in caught.value.message
    train_tiny(base, books, output, SHORT, (Phase.CONTROL,))
    with pytest.raises(UsageError, match="other settings"):
        train_tiny(base, books, output, TINY)


def test_checkpointing_may_be_switched_on_when_memory_runs_out(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_arguments: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 GiB.")

    with monkeypatch.context() as patched:
        patched.setattr(module_module, "measure", too_much)
        with pytest.raises(ModelError, match="ran out of memory") as caught:
            train_tiny(base, books, tmp_path / "adapter", SHORT)
    assert "--gradient-checkpointing" in caught.value.remedy
    assert "--batch-size" in caught.value.remedy

    def no_cpu_memory(*_arguments: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9")

    with monkeypatch.context() as patched:
        patched.setattr(module_module, "measure", no_cpu_memory)
        with pytest.raises(ModelError, match="ran out of memory"):
            train_tiny(base, books, tmp_path / "adapter", SHORT)
    frugal = replace(SHORT, gradient_checkpointing=True)
    done = train_tiny(base, books, tmp_path / "adapter", frugal, [Phase.CONTROL])
    assert done.phases["control"].step == 1 and not done.is_written


def test_phases_that_cannot_begin(base: Base, books: list[Book], tmp_path: Path) -> None:
    output = tmp_path / "adapter"
    for phase in (Phase.MEMORY, Phase.RIVAL):
        with pytest.raises(UsageError, match=f"phase {phase} starts from the end of .* control"):
            train_tiny(base, books, output, phases=[phase])

    def stop(_done: StepDone) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, output, phases=[Phase.CONTROL], on_step=stop)
    with pytest.raises(UsageError, match="not run that far"):
        train_tiny(base, books, output, phases=[Phase.RIVAL])


def test_phases_run_in_their_own_order(base: Base, books: list[Book], tmp_path: Path) -> None:
    order: list[str] = []
    train_tiny(
        base,
        books,
        tmp_path / "adapter",
        SHORT,
        [Phase.RIVAL, Phase.CONTROL],
        lambda done: order.append(done.phase),
    )
    assert order == ["control", "rival", "rival"]
    assert not (tmp_path / "adapter").exists(), "no memory yet"


def test_memory_alone_has_no_control(base: Base, books: list[Book], tmp_path: Path) -> None:
    config = replace(SHORT, lora_rank=0)
    with pytest.raises(UsageError, match="control trains LoRA alone"):
        train_tiny(base, books, tmp_path / "adapter", config, [Phase.CONTROL])
    done = train_tiny(base, books, tmp_path / "adapter", config, config.phases)
    assert list(done.phases) == ["memory"]
    assert done.is_written and not done.has_control
    adapter = load_adapter(tmp_path / "adapter", base.fingerprint)
    assert not adapter.lora and adapter.config.num_mem_tokens == 4


def test_outputs_that_hold_something_else(base: Base, books: list[Book], tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "mine.md").write_text("precious")
    with pytest.raises(UsageError, match="something else than an adapter"):
        train_tiny(base, books, tmp_path / "books", SHORT)
    (tmp_path / "file").write_text("precious")
    with pytest.raises(UsageError, match="file is a file"):
        train_tiny(base, books, tmp_path / "file", SHORT)
    with pytest.raises(UsageError, match="/file is a file"):
        train_tiny(base, books, tmp_path / "file" / "below" / "it", SHORT)
    with pytest.raises(UsageError, match="/ is no folder to write to"):
        train_tiny(base, books, Path("/"), SHORT)
    with pytest.raises(StorageError, match="Nothing can be written in /proc"):
        train_tiny(base, books, Path("/proc/adapter"), SHORT)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "adapter.json").write_text("{}")
    with pytest.raises(UsageError, match=r"checkpoints in .*old\.training, which its training"):
        train_tiny(base, books, tmp_path / "old", SHORT)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["books", "file", "old"]


def test_two_runs_do_not_share_an_output(base: Base, books: list[Book], tmp_path: Path) -> None:
    work = work_folder(tmp_path / "adapter")
    (work / Phase.CONTROL).mkdir(parents=True)
    with (
        FileLock(work / Phase.CONTROL / ".lock"),
        pytest.raises(UsageError, match="Another process is training"),
    ):
        train_tiny(base, books, tmp_path / "adapter", SHORT)


def test_damaged_files_are_named(base: Base, books: list[Book], tmp_path: Path) -> None:
    output = tmp_path / "adapter"
    work = work_folder(output)
    train_tiny(base, books, output, SHORT, [Phase.CONTROL])
    saved = work / "control" / "checkpoint.safetensors"
    saved.write_bytes(saved.read_bytes()[:100])
    with pytest.raises(StorageError, match=r"checkpoint\.safetensors is damaged"):
        train_tiny(base, books, output, SHORT, [Phase.CONTROL])
    assert read_state(work / "nowhere").step == 0


def test_a_training_goes_on_without_its_damaged_record(
    base: Base, books: list[Book], tmp_path: Path
) -> None:
    output = tmp_path / "adapter"
    train_tiny(base, books, output, SHORT, [Phase.CONTROL, Phase.MEMORY])
    before = logged(output, Phase.CONTROL)
    record = work_folder(output) / "training.json"
    record.write_text("[]")
    with pytest.raises(StorageError, match=r"training\.json, which tells .* is damaged") as caught:
        train_tiny(base, books, output, SHORT)
    assert "take it alone away" in caught.value.remedy
    record.unlink()
    assert train_tiny(base, books, output, SHORT).has_control
    assert logged(output, Phase.CONTROL) == before, "no step was done again"


def test_a_refused_training_leaves_nothing_and_a_begun_one_stays(
    base: Base, books: list[Book], tmp_path: Path
) -> None:
    output = tmp_path / "adapter"
    wrong = replace(SHORT, lora_modules=("nowhere_proj",))
    with pytest.raises(ModelError, match="no layers nowhere_proj"):
        train_tiny(base, books, output, wrong)
    assert list(tmp_path.iterdir()) == []
    train_tiny(base, books, output, SHORT, [Phase.CONTROL])
    with pytest.raises(UsageError, match="other settings"):
        train_tiny(base, books, output, wrong)
    assert read_state(work_folder(output) / "control" / "checkpoint.safetensors").step == 1


def test_a_control_finished_first_stands_beside_half_a_memory(
    base: Base, books: list[Book], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "adapter"

    def stop(done: StepDone) -> None:
        if (done.phase, done.step) == (Phase.MEMORY, 1):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_tiny(base, books, output, SHORT, on_step=stop)
    half = train_tiny(base, books, output, SHORT, [Phase.RIVAL])
    assert half.is_written and half.has_control
    assert half.unfinished == {"memory": (1, 2)}
    for as_json in (False, True):
        _report(Output(as_json), SHORT, half)
        assert "phase memory as it is at step 1 of 2" in capsys.readouterr().err
    whole = train_tiny(base, books, output, SHORT)
    assert whole.unfinished == {}
    _report(Output(), SHORT, whole)
    assert capsys.readouterr().err == ""


def test_briefs_too_long_for_the_model_are_left_out(
    model_dir: Path, base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By memory and control alike, though slots take room in one of them alone."""
    small = tmp_path / "small"
    shutil.copytree(model_dir, small)
    described = json.loads((small / "config.json").read_text())
    (small / "config.json").write_text(json.dumps(described | {"max_position_embeddings": 130}))
    forward, token_ids = TrainingModule.forward, DerivedBriefs.token_ids
    lengths: list[int] = []
    longest: dict[bool, list[int]] = {True: [], False: []}

    def count(self: DerivedBriefs, *arguments: Any) -> list[int]:
        made = token_ids(self, *arguments)
        made = (made * 9)[: 106 + len(lengths) % 2]
        lengths.append(len(made))
        return made

    def follow(self: TrainingModule, shape: Any, rows: Any, briefs: Any, seed: int) -> Any:
        room = 130 - SHORT.num_mem_tokens - shape.segment_tokens
        assert all(len(brief) in (0, room) for brief in briefs)
        longest[self.model.cell is not None] += [len(brief) for brief in briefs]
        return forward(self, shape, rows, briefs, seed)

    monkeypatch.setattr(DerivedBriefs, "token_ids", count)
    monkeypatch.setattr(TrainingModule, "forward", follow)
    config = replace(
        SHORT,
        memory_steps=6,
        context_share=1.0,
        late_context_share=1.0,
        max_tail_tokens=0,
        late_max_tail_tokens=0,
        min_segment_tokens=20,
        segment_size=32,
    )
    train_tiny(replace(base, directory=small), books, tmp_path / "adapter", config)
    assert 106 in longest[True] and 0 in longest[True], "one token more does not fit"
    assert set(longest[False]) >= {0, 106}


def test_a_control_reads_as_it_is_judged_after_the_start_of_a_text(
    model_dir: Path,
    tokenizer: Any,
    base: Base,
    books: list[Book],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starting = copy.deepcopy(tokenizer)
    starting.backend_tokenizer.post_processor = TemplateProcessing(
        single="<|endoftext|> $A", special_tokens=[("<|endoftext|>", 0)]
    )
    folder = tmp_path / "starting"
    shutil.copytree(model_dir, folder)
    starting.save_pretrained(folder)
    predict = RecurrentLM.predict
    firsts: dict[int, set[bool]] = {}

    def follow(self: RecurrentLM, memory: Any, tokens: TokenBatch, num_scored: int) -> Any:
        texts = [
            row[len(row) - length :]
            for row, length in zip(tokens.input_ids.tolist(), tokens.lengths, strict=True)
        ]
        begun = firsts.setdefault(self.num_mem_tokens, set())
        begun.update(text[0] == 0 for text in texts)
        return predict(self, memory, tokens, num_scored)

    monkeypatch.setattr(RecurrentLM, "predict", follow)
    train_tiny(replace(base, directory=folder), books, tmp_path / "adapter", SHORT)
    assert firsts == {0: {True}, SHORT.num_mem_tokens: {False}}


def test_a_disk_that_refuses(base: Base, books: list[Book], tmp_path: Path) -> None:
    (tmp_path / "adapter.training").write_text("")
    with pytest.raises(StorageError, match="cannot be kept"):
        train_tiny(base, books, tmp_path / "adapter", SHORT)


def test_models_that_do_not_fit(
    base: Base, books: list[Book], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ModelError, match="no layers c_attn, only down_proj, gate_proj"):
        train_tiny(base, books, tmp_path / "a", replace(SHORT, lora_modules=("c_attn",)))
    with pytest.raises(UsageError, match="too long for this model, which reads 1,024 at once"):
        train_tiny(base, books, tmp_path / "b", replace(SHORT, max_segment_tokens=1_020))
    long = replace(SHORT, long_last_share=0.5, long_last_tokens=1_021)
    with pytest.raises(UsageError, match="Passes of 1,025 tokens") as caught:
        train_tiny(base, books, tmp_path / "e", long)
    assert "--long-last-tokens" in caught.value.remedy
    with pytest.raises(UsageError, match="Segments of 1,017 tokens") as caught:
        train_tiny(base, books, tmp_path / "d", replace(SHORT, segment_size=1_017))
    assert "--segment-size" in caught.value.remedy
    from transformers import LlamaForCausalLM

    def forward(self: Any, input_ids: Any = None, attention_mask: Any = None) -> None: ...

    monkeypatch.setattr(LlamaForCausalLM, "forward", forward)
    with pytest.raises(ModelError, match="takes no input embeddings"):
        train_tiny(base, books, tmp_path / "c", SHORT)


def test_the_models_of_phases_past_are_let_go(
    base: Base, books: list[Book], tmp_path: Path
) -> None:
    accelerator = Accelerator(cpu=True)
    held: list[int] = []

    def count(_done: StepDone) -> None:
        held.append(len(accelerator._models))

    train(base, books, SHORT, tmp_path / "adapter", tuple(Phase), accelerator, count)
    assert set(held) == {1}


def test_learning_rates_rise_and_fall() -> None:
    level = [rate_scale(step, 10, 4, decays=False) for step in range(10)]
    assert level == [0.25, 0.5, 0.75, *[1.0] * 7]
    falling = [rate_scale(step, 10, 4, decays=True) for step in range(11)]
    assert falling[4:] == pytest.approx([0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    assert falling[1] == pytest.approx(0.45)
