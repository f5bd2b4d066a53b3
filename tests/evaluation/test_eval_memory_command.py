"""`novelgen eval memory` in real processes: a tiny model, a tiny trained adapter, tiny books."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from novelgen.errors import UsageError
from novelgen.evaluation.memory_evaluation import (
    ModelChoice,
    StretchChoice,
    evaluate_adapter,
    evaluate_memory,
)
from novelgen.evaluation.memory_readings import Reading
from novelgen.evaluation.memory_settings import MemoryEvalSettings
from novelgen.evaluation.memory_windows import MemoryWindows
from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.fingerprints import compute_fingerprint
from novelgen.modeling.lora import LoraSettings, add_lora
from novelgen.modeling.recurrent import RecurrentLM, add_memory
from novelgen.text.books import find_books
from tests.conftest import CommandLine
from tests.modeling.tiny_models import LmFactory

SEGMENT_SIZE = 24


@pytest.fixture(scope="module")
def adapter(model_dir: Path, tmp_path_factory: Any) -> Path:
    """Memory and LoRA, untrained, and a control that has random LoRA weights alone."""
    torch.manual_seed(11)
    lm = add_lora(load_backbone(model_dir, "cpu").lm, LoraSettings(4, 8.0, ("q_proj", "o_proj")))
    model = add_memory(lm, 4, projection_rank=8)
    folder: Path = tmp_path_factory.mktemp("made") / "adapter"
    config = describe_adapter(model, "tiny", compute_fingerprint(model_dir), SEGMENT_SIZE, 1)
    save_adapter(model, config, folder)
    control = RecurrentLM(_with_random_lora(load_backbone(model_dir, "cpu").lm))
    config = describe_adapter(control, "tiny", compute_fingerprint(model_dir), SEGMENT_SIZE, 1)
    save_adapter(control, config, folder / "control")
    return folder


def _with_random_lora(lm: Any) -> Any:
    tuned = add_lora(lm, LoraSettings(4, 8.0, ("q_proj", "o_proj")))
    for name, parameter in tuned.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    return tuned


def evaluate(
    novelgen: CommandLine, corpus: Path, model: Path, *more: str, expect: int = 0, **variables: str
) -> Any:
    return novelgen(
        "eval", "memory", "--corpus", str(corpus), "--model", str(model), "--device", "cpu",
        "--segments-per-book", "4", *more, expect=expect, **variables,
    )  # fmt: skip


def test_the_json_document_and_the_plot(
    novelgen: CommandLine, corpus: Path, model_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    flags = ("--adapter", str(adapter), "--tail-tokens", "30", "--seed", "3", "--json")
    finished = evaluate(novelgen, corpus, model_dir, *flags, "--plot", "gains.png")
    document = json.loads(finished.stdout)
    assert set(document) >= {
        "model", "adapter", "num_mem_tokens", "segment_size", "books", "tail_tokens", "nats",
        "gain", "by_segment", "with_tail", "memory_alone",
    }  # fmt: skip
    assert document["segment_size"] == SEGMENT_SIZE, "the adapter's own"
    assert (document["books"], document["num_mem_tokens"]) == (3, 4)
    assert [part["segment"] for part in document["memory_alone"]["by_segment"]] == [2, 3, 4]
    assert [part["segment"] for part in document["by_segment"]] == [4, 5, 6]
    assert "dust.md is left out: too short" in finished.stderr
    assert (tmp_path / "gains.png").read_bytes().startswith(b"\x89PNG")
    for section in (document["memory_alone"], document["with_tail"]):
        gain = section["gain"]["vs_reset"]["mean"]
        assert gain == pytest.approx(section["nats"]["reset"] - section["nats"]["true"])
        assert abs(section["gain"]["vs_other_book"]["mean"]) > 0
        low, high = section["gain"]["vs_control"]["ci95"]
        assert low < section["nats"]["control"] - section["nats"]["true"] < high


def test_the_table_and_an_adapter_without_control(
    novelgen: CommandLine, corpus: Path, model_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    alone = shutil.copytree(adapter, tmp_path / "alone", ignore=shutil.ignore_patterns("control"))
    flags = ("--adapter", str(alone), "--segment-size", "16", "--books", "2", "--tail-tokens", "0")
    finished = evaluate(novelgen, corpus, model_dir, *flags)
    assert "4 memory slots, segments of 16 tokens, 2 books" in finished.stdout
    assert "another book's memory" in finished.stdout and "95 % interval" in finished.stdout
    assert "control" not in finished.stdout
    assert "No control is compared" in finished.stderr


def test_books_of_the_training_are_left_out_and_an_unlora_adapter_has_its_model_for_control(
    novelgen: CommandLine, corpus: Path, model_dir: Path, tmp_path: Path
) -> None:
    model = add_memory(load_backbone(model_dir, "cpu").lm, 4, projection_rank=8)
    config = describe_adapter(model, "tiny", compute_fingerprint(model_dir), SEGMENT_SIZE, 1)
    save_adapter(model, config, tmp_path / "bare")
    read = {book.name: book.read().sha256 for book in find_books(corpus)}
    record = {"books": [{"name": "elsewhere.md", "sha256": read["birch.txt"]}]}
    (tmp_path / "bare" / "training.json").write_text(json.dumps(record))
    flags = ("--adapter", "bare", "--tail-tokens", "0", "--json")
    finished = evaluate(novelgen, corpus, model_dir, *flags)
    document = json.loads(finished.stdout)
    assert {book["book"] for book in document["by_book"]} == {"amber.md", "cedar.md"}
    why = {book["book"]: book["why"] for book in document["left_out"]}
    assert why["birch.txt"] == "the adapter was trained on it"
    assert "birch.txt is left out: the adapter was trained on it." in finished.stderr
    assert document["gain"]["vs_control"] is not None, "the model as it is"
    (tmp_path / "bare" / "training.json").write_text("{")
    damaged = evaluate(novelgen, corpus, model_dir, *flags, expect=5)
    assert (
        "training.json, which tells what the adapter was trained on, is damaged" in damaged.stderr
    )


def test_the_tail_is_the_one_of_writing_unless_told(
    novelgen: CommandLine, corpus: Path, model_dir: Path, adapter: Path
) -> None:
    flags = ("--adapter", str(adapter), "--books", "2", "--json")
    finished = evaluate(novelgen, corpus, model_dir, *flags, NOVELGEN_TAIL_TOKENS="40")
    document = json.loads(finished.stdout)
    assert document["tail_tokens"] == 40
    assert document["with_tail"] is not None


def test_the_same_numbers_again_and_others_by_another_seed(
    corpus: Path, model_dir: Path, adapter: Path
) -> None:
    chosen = ModelChoice(model_dir, compute_fingerprint(model_dir), adapter, "cpu")
    reports = [
        evaluate_adapter(
            chosen,
            find_books(corpus),
            StretchChoice(None, 3, 0, None, seed),
            lambda *_: None,
            lambda *_: None,
        )
        for seed in (1, 1, 2)
    ]
    assert reports[0] == reports[1]
    assert reports[0].memory_alone.overall != reports[2].memory_alone.overall


def test_what_cannot_be_judged_says_what_to_do(
    novelgen: CommandLine, corpus: Path, model_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    chosen = ("--adapter", str(adapter))
    bare = evaluate(novelgen, corpus, model_dir, expect=2)
    assert "no memory to judge" in bare.stderr and "--adapter" in bare.stderr
    missing = evaluate(novelgen, corpus, model_dir, "--adapter", "nowhere", expect=3)
    assert "no memory adapter nowhere" in missing.stderr
    empty = evaluate(novelgen, tmp_path / "empty", model_dir, *chosen, expect=3)
    assert "no corpus folder" in empty.stderr
    plot = evaluate(novelgen, corpus, model_dir, *chosen, "--plot", "gains.doc", expect=2)
    assert ".png" in plot.stderr
    hidden = evaluate(novelgen, corpus, model_dir, *chosen, "--plot", "a\x1b[2J.png", expect=2)
    assert "control characters" in hidden.stderr and "\x1b" not in hidden.stderr
    seed = evaluate(novelgen, corpus, model_dir, *chosen, "--seed", "-1", expect=2)
    assert "--seed" in seed.stderr
    short = evaluate(novelgen, corpus, model_dir, *chosen, "--segments-per-book", "999", expect=2)
    assert "0 of 4 books can be judged" in short.stderr
    assert short.stdout == "" and "Traceback" not in short.stderr


def test_help_loads_no_torch_and_fits_a_narrow_terminal(environment: dict[str, str]) -> None:
    import subprocess
    import sys

    program = (
        "import sys\nfrom novelgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "assert not {'torch', 'transformers', 'matplotlib'} & set(sys.modules)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, "eval", "memory", "--help"],
        capture_output=True, text=True, env=environment | {"COLUMNS": "80"}, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    assert "Example: novelgen eval memory" in finished.stdout
    for option in ("--segments-per-book ", "--segment-size ", "--tail-tokens "):
        assert option in finished.stdout, "names are whole in a narrow terminal"


def test_a_control_with_memory_is_no_control(
    corpus: Path, model_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    alone = shutil.ignore_patterns("control")
    both = shutil.copytree(adapter, tmp_path / "both", ignore=alone)
    shutil.copytree(adapter, both / "control", ignore=alone)
    chosen = ModelChoice(model_dir, compute_fingerprint(model_dir), both, "cpu")
    stretch = StretchChoice(None, 4, 0, None, 0)
    with pytest.raises(UsageError, match="has 4 memory slots"):
        evaluate_adapter(chosen, find_books(corpus), stretch, lambda *_: None, lambda *_: None)


def test_models_in_memory_are_judged_against_a_control(make_lm: LmFactory) -> None:
    settings = MemoryEvalSettings(12, segments_per_book=3)
    windows = MemoryWindows(("a", "b"), torch.randint(3, 300, (2, settings.tokens_per_book)))
    model = add_memory(make_lm("llama"), 3)
    seen: list[tuple[int, int]] = []
    report = evaluate_memory(
        model, RecurrentLM(make_lm("qwen2")), windows, settings, lambda *step: seen.append(step)
    )
    assert Reading.CONTROL in report.memory_alone.overall.gain
    assert report.with_tail is None
    assert seen[-1] == (len(seen), len(seen)), "progress ends at its total"


def test_numbers_that_are_none_are_no_figures(
    novelgen: CommandLine, corpus: Path, model_dir: Path, adapter: Path, tmp_path: Path
) -> None:
    loud = shutil.copytree(adapter, tmp_path / "loud") / "control" / "adapter.json"
    config = json.loads(loud.read_text())
    config["lora"]["alpha"] = 1e38
    loud.write_text(json.dumps(config))
    flags = ("--adapter", "loud", "--tail-tokens", "0", "--json")
    finished = evaluate(novelgen, corpus, model_dir, *flags, expect=5)
    assert "infinite or undefined numbers" in finished.stderr and finished.stdout == ""
