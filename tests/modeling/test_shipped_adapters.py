"""Which adapter a novel gets: one that is shipped for its model, one that is named, or none."""

import json
from pathlib import Path

import pytest

from novelgen.bootstrap import adapter_name
from novelgen.engine.values import AUTO_ADAPTER, NO_MEMORY_ADAPTER, SCRIPTED_MODEL
from novelgen.errors import NotFoundError, UsageError
from novelgen.modeling import shipped_adapters
from novelgen.modeling.adapter import load_adapter
from novelgen.modeling.adapter_config import (
    CONFIG_NAME,
    CONTROL_FOLDER,
    AdapterConfig,
    LoraSettings,
    parse_adapter_config,
)
from novelgen.modeling.catalog import DEFAULT_MODEL
from novelgen.prompting.brief import BRIEF_VERSION

MAX_BYTES = 25_000_000


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of shipped adapters: two of one model, the newer with a higher number."""
    lora = LoraSettings(2, 4.0, ("q_proj",))
    for name in ("tiny-2", "tiny-10"):
        config = AdapterConfig("tiny", "0" * 64, 4, 32, 8, 64, 1, lora=lora)
        (tmp_path / name).mkdir()
        (tmp_path / name / CONFIG_NAME).write_text(json.dumps(config.as_json()), encoding="utf-8")
    monkeypatch.setattr(shipped_adapters, "_FOLDER", tmp_path)
    return tmp_path


def test_auto_takes_the_newest_that_is_shipped_for_the_model_and_else_none(shipped: Path) -> None:
    assert adapter_name(AUTO_ADAPTER, "tiny") == "tiny-10"
    assert adapter_name(AUTO_ADAPTER, SCRIPTED_MODEL) == NO_MEMORY_ADAPTER
    assert adapter_name(AUTO_ADAPTER, "some-other-model") == NO_MEMORY_ADAPTER
    assert shipped_adapters.adapter_directory("tiny-10") == shipped / "tiny-10"


def test_an_adapter_is_a_shipped_name_a_directory_or_an_error(
    shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert adapter_name("tiny-2", "tiny") == "tiny-2"
    assert adapter_name(str(shipped / "tiny-2"), "tiny") == str(shipped / "tiny-2")
    with pytest.raises(NotFoundError, match="no memory adapter") as caught:
        adapter_name(str(tmp_path_factory.mktemp("empty")), "tiny")
    assert "tiny-10" in caught.value.remedy
    with pytest.raises(UsageError, match="scripted"):
        adapter_name("tiny-2", SCRIPTED_MODEL)


def test_the_default_model_comes_with_an_adapter_its_control_and_its_papers() -> None:
    name = adapter_name(AUTO_ADAPTER, DEFAULT_MODEL)
    assert name != NO_MEMORY_ADAPTER
    directory = shipped_adapters.shipped_adapters()[name]
    config = parse_adapter_config(directory / CONFIG_NAME)
    control = parse_adapter_config(directory / CONTROL_FOLDER / CONFIG_NAME)
    assert config.base_model == DEFAULT_MODEL
    assert config.brief_version == BRIEF_VERSION
    assert config.num_mem_tokens > 0 and control.num_mem_tokens == 0
    assert control.base_model_fingerprint == config.base_model_fingerprint
    training = json.loads((directory / "training.json").read_text(encoding="utf-8"))
    assert training["base_model_fingerprint"] == config.base_model_fingerprint
    assert training["phases"]["memory"]["tokens"] == training["phases"]["rival"]["tokens"]
    results = json.loads((directory / "results.json").read_text(encoding="utf-8"))
    alone = [found["memory_alone"] for found in results["measurements"]]
    assert alone and all(found["gain"]["vs_other_book"]["ci95"][0] > 0 for found in alone)


@pytest.mark.parametrize("part", ["", CONTROL_FOLDER])
def test_shipped_weights_are_whole_and_small(part: str) -> None:
    for directory in shipped_adapters.shipped_adapters().values():
        config = parse_adapter_config(directory / CONFIG_NAME)
        assert load_adapter(directory / part, config.base_model_fingerprint).lora
        total = sum(path.stat().st_size for path in directory.rglob("*.safetensors"))
        assert 0 < total <= MAX_BYTES
