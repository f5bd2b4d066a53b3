"""`--adapter` switches memory on along the same path: a tiny model, a tiny trained adapter."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from novelgen.engine.memory import memory_values, parse_memory
from novelgen.modeling.adapter import describe_adapter, save_adapter
from novelgen.modeling.backbone import load_backbone
from novelgen.modeling.fingerprints import compute_fingerprint
from novelgen.modeling.lora import LoraSettings, add_lora
from novelgen.modeling.recurrent import add_memory
from novelgen.modeling.token_batch import pad_left
from storage.store import open_store
from tests.conftest import CommandLine
from tests.modeling.tiny_models import CONFIGS, PROSE

SEGMENT_SIZE = 48


@pytest.fixture(scope="module")
def model(tokenizer: Any, tmp_path_factory: Any) -> Path:
    """A tiny Llama with room for a brief."""
    return make_model("llama", tokenizer, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def adapter(model: Path, tokenizer: Any, tmp_path_factory: Any) -> Path:
    """Memory and LoRA, trained for a few steps."""
    return make_adapter(model, tokenizer, tmp_path_factory.mktemp("trained") / "adapter")


@pytest.fixture(scope="module")
def other_model(tokenizer: Any, tmp_path_factory: Any) -> Path:
    """A tiny model of a family that draws with its own forward, so that nothing is compiled."""
    return make_model("gemma", tokenizer, tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def other_adapter(other_model: Path, tokenizer: Any, tmp_path_factory: Any) -> Path:
    return make_adapter(other_model, tokenizer, tmp_path_factory.mktemp("others") / "adapter")


def make_model(family: str, tokenizer: Any, folder: Path) -> Path:
    from transformers import AutoModelForCausalLM

    config = CONFIGS[family](len(tokenizer))
    config.max_position_embeddings = 4096
    config.eos_token_id = tokenizer.eos_token_id
    torch.manual_seed(7)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def make_adapter(model: Path, tokenizer: Any, folder: Path) -> Path:
    torch.manual_seed(11)
    lm = add_lora(load_backbone(model, "cpu").lm, LoraSettings(4, 8.0, ("q_proj", "o_proj")))
    remembering = add_memory(lm, 4, projection_rank=8)
    trained = [p for p in remembering.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=5e-3)
    ids = tokenizer(PROSE, add_special_tokens=False)["input_ids"]
    segments = [pad_left([ids[start : start + 24]]) for start in (0, 24, 48)]
    for _ in range(6):
        losses, _ = remembering(segments)
        optimizer.zero_grad()
        losses.mean().backward()
        optimizer.step()
    config = describe_adapter(remembering, "tiny", compute_fingerprint(model), SEGMENT_SIZE, 1)
    save_adapter(remembering, config, folder)
    return folder


def new(novelgen: CommandLine, model: Path, *more: str, expect: int = 0, **extra: str) -> Any:
    return novelgen(
        "new", "--model", str(model), "--title", "Tiny", "--premise", "A keeper.", "--seed", "3",
        "--target-words", "160", "--json", *more, expect=expect, **extra,
    )  # fmt: skip


def manuscript(novelgen: CommandLine, **extra: str) -> str:
    return novelgen("export", "Tiny", "--output", "-", **extra).stdout


def test_an_adapter_switches_memory_on_and_a_resume_changes_nothing(
    novelgen: CommandLine, model: Path, adapter: Path, home: Path, tmp_path: Path
) -> None:
    whole = {"NOVELGEN_HOME": str(tmp_path / "whole")}
    finished = new(novelgen, model, "--adapter", str(adapter), **whole)
    assert "Memory is off" not in finished.stderr
    assert json.loads(finished.stdout)["status"] == "finished"
    planned = new(novelgen, model, "--adapter", str(adapter), "--plan-only")
    novel = json.loads(planned.stdout)["id"]
    novelgen("resume", novel, "--until-words", "40", expect=6)
    novelgen("resume", novel, "--until-words", "90", expect=6)
    novelgen("resume", novel)
    assert manuscript(novelgen) == manuscript(novelgen, **whole)
    novelgen("verify", novel)
    with open_store(f"sqlite:///{home}/data/novelgen.db") as store, store.reading() as work:
        branch_id = work.novels.get(novel).active_branch_id
        stored = [
            work.snapshots.get(segment.key) for _, segment in work.segments.of_branch(branch_id)
        ]
        memories = [memory_values(parse_memory(each.data)) for each in stored if each is not None]
    assert len(memories) >= 2
    assert all(memory.shape == (4, 32) for memory in memories)
    assert (memories[0] != memories[-1]).any()


def test_without_an_adapter_memory_is_off_and_said_to_be(
    novelgen: CommandLine, model: Path
) -> None:
    finished = new(novelgen, model)
    assert "Memory is off" in finished.stderr
    stored = json.loads(novelgen("snapshots", "Tiny", "--json").stdout)["snapshots"]
    assert len(stored) == json.loads(finished.stdout)["segments"]


def test_an_adapter_of_another_model_is_refused_and_the_novel_kept(
    novelgen: CommandLine, model: Path, adapter: Path, tmp_path: Path
) -> None:
    import shutil

    foreign = tmp_path / "foreign"
    shutil.copytree(adapter, foreign)
    config = json.loads((foreign / "adapter.json").read_text())
    for key, value in config.items():
        if isinstance(value, str) and len(value) == 64:
            config[key] = "0" * 64
    (foreign / "adapter.json").write_text(json.dumps(config))
    refused = new(novelgen, model, "--adapter", str(foreign), expect=5)
    assert "another model" in refused.stderr or "trained" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [row["title"] for row in json.loads(novelgen("list", "--json").stdout)["novels"]] == [
        "Tiny"
    ]


def test_a_novel_is_set_to_another_model_and_back(
    novelgen: CommandLine, other_model: Path, other_adapter: Path
) -> None:
    def prose() -> str:
        return manuscript(novelgen).partition("\n---\n")[2].rstrip()

    def keys() -> list[str]:
        listed = json.loads(novelgen("snapshots", "Tiny", "--json").stdout)["snapshots"]
        return [row["key"] for row in listed if row["bytes"]]

    new(novelgen, Path("scripted"), "--target-words", "500", "--plan-only")
    novelgen("resume", "Tiny", "--until-words", "300", expect=6)
    text, before = prose(), keys()
    said = novelgen(
        "set", "Tiny", "--model", str(other_model), "--adapter", str(other_adapter)
    ).stdout
    assert f"model: scripted -> {other_model}" in said
    assert "will be read again from" in said and "in less than a minute" in said
    assert "What scripted has read stays stored" in said
    assert "No model has read the text yet" in novelgen("show", "Tiny").stdout
    assert json.loads(novelgen("show", "Tiny", "--json").stdout)["memory_unread"] is True
    assert json.loads(novelgen("verify", "Tiny", "--json").stdout)["ok"] is True
    assert prose() == text
    read = novelgen("reread", "Tiny", "--json")
    assert json.loads(read.stdout)["segments"] > 3
    assert json.loads(novelgen("show", "Tiny", "--json").stdout)["memory_unread"] is False
    assert not set(keys()) & set(before)
    resumed = novelgen("resume", "Tiny", "--until-words", "320", expect=6)
    assert "Memory is on" in resumed.stderr
    assert prose().startswith(text)
    back = json.loads(novelgen("set", "Tiny", "--model", "scripted", "--json").stdout)
    assert (back["model"], back["adapter"]) == ("scripted", "none")
    novelgen("resume", "Tiny")
    assert set(before) <= set(keys())
    assert json.loads(novelgen("verify", "Tiny", "--json").stdout)["ok"] is True
    assert prose().startswith(text)


def test_a_switch_that_cannot_be_changes_nothing(
    novelgen: CommandLine, other_model: Path, other_adapter: Path, tmp_path: Path
) -> None:
    new(novelgen, Path("scripted"))
    before = novelgen("show", "Tiny", "--json").stdout
    absent = novelgen("set", "Tiny", "--model", "./nowhere", "--title", "Other", expect=3)
    assert "no model at ./nowhere" in absent.stderr
    config = json.loads((other_adapter / "adapter.json").read_text())
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "adapter.json").write_text(
        json.dumps({**config, "base_model_fingerprint": "0" * 64})
    )
    refused = novelgen(
        "set", "Tiny", "--model", str(other_model), "--adapter", str(foreign), expect=5
    )
    assert "trained for another model" in refused.stderr
    assert novelgen("show", "Tiny", "--json").stdout == before
    quiet = novelgen("set", "Tiny", "--model", str(other_model)).stdout
    assert f"Memory is off: no adapter comes with {other_model}" in quiet
