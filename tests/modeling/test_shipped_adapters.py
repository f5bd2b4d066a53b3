"""The adapters that come with the product."""

from pathlib import Path

import pytest

from novelgen.bootstrap import adapter_name
from novelgen.engine.values import AUTO_ADAPTER, NO_MEMORY_ADAPTER, SCRIPTED_MODEL
from novelgen.errors import NotFoundError, UsageError
from novelgen.modeling.adapter import load_adapter
from novelgen.modeling.adapter_config import CONFIG_NAME, CONTROL_FOLDER, parse_adapter_config
from novelgen.modeling.catalog import DEFAULT_MODEL
from novelgen.modeling.shipped_adapters import (
    adapter_directory,
    shipped_adapter_of,
    shipped_adapters,
)
from novelgen.prompting.brief import BRIEF_VERSION

MAX_BYTES = 25_000_000


def test_the_default_model_has_an_adapter_with_its_control_and_papers() -> None:
    name = shipped_adapter_of(DEFAULT_MODEL)
    assert name is not None
    directory = shipped_adapters()[name]
    config = parse_adapter_config(directory / CONFIG_NAME)
    control = parse_adapter_config(directory / CONTROL_FOLDER / CONFIG_NAME)
    assert config.brief_version == BRIEF_VERSION
    assert config.num_mem_tokens > 0
    assert control.num_mem_tokens == 0
    assert control.base_model_fingerprint == config.base_model_fingerprint
    assert (directory / "training.json").is_file()
    assert (directory / "results.json").is_file()


@pytest.mark.parametrize("part", ["", CONTROL_FOLDER])
def test_shipped_weights_are_whole(part: str) -> None:
    for directory in shipped_adapters().values():
        config = parse_adapter_config(directory / CONFIG_NAME)
        adapter = load_adapter(directory / part, config.base_model_fingerprint)
        assert adapter.lora


def test_a_shipped_adapter_and_its_control_are_small() -> None:
    for directory in shipped_adapters().values():
        total = sum(path.stat().st_size for path in directory.rglob("*.safetensors"))
        assert 0 < total <= MAX_BYTES


def test_auto_takes_what_is_shipped_for_the_model_and_else_nothing() -> None:
    assert adapter_name(AUTO_ADAPTER, DEFAULT_MODEL) == shipped_adapter_of(DEFAULT_MODEL)
    assert adapter_name(AUTO_ADAPTER, SCRIPTED_MODEL) == NO_MEMORY_ADAPTER
    assert adapter_name(AUTO_ADAPTER, "some-other-model") == NO_MEMORY_ADAPTER


def test_an_adapter_is_a_shipped_name_a_directory_or_an_error(tmp_path: Path) -> None:
    (name,) = shipped_adapters()
    assert adapter_name(name, DEFAULT_MODEL) == name
    assert adapter_name(str(shipped_adapters()[name]), DEFAULT_MODEL) == str(
        adapter_directory(name)
    )
    with pytest.raises(NotFoundError, match="no memory adapter") as caught:
        adapter_name(str(tmp_path), DEFAULT_MODEL)
    assert name in caught.value.remedy
    with pytest.raises(UsageError, match="scripted"):
        adapter_name(name, SCRIPTED_MODEL)
