"""Models on disk: found where people have them, told by their headers, and no file is a trap."""

import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from novelgen.errors import ModelError
from novelgen.modeling import disk_models, machine, model_search, rough_fit
from novelgen.modeling.catalog import SourceKind, resolve
from novelgen.modeling.disk_models import DiskModel, RunAs, look_at
from novelgen.modeling.fit import Verdict
from novelgen.modeling.gguf_header import read_gguf_header
from novelgen.modeling.machine import Card, Machine
from novelgen.modeling.model_places import Layout, Place, model_places
from novelgen.modeling.model_search import FoundFile, search_models
from tests.conftest import CommandLine
from tests.models import headers
from tests.models.conftest import WriteGguf

LAPTOP = Machine(8 * 10**9, 6 * 10**9, 20e9)
CARD = Machine(32 * 10**9, 24 * 10**9, 40e9, (Card("a card", 12 * 10**9, 11 * 10**9),))
TWO_CARDS = Machine(64 * 10**9, 48 * 10**9, 40e9, (CARD.cards[0], CARD.cards[0]))
EIGHT_BILLION = 8 * 10**9


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> None:
    """A llama.cpp that computes on the cards."""
    monkeypatch.setattr(disk_models, "runs_natively", lambda _: True)
    monkeypatch.setattr(disk_models, "offloads", lambda: True)


@pytest.fixture
def converting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk_models, "runs_natively", lambda _: False)


def look(path: Path, on: Machine = LAPTOP, **settings: str) -> DiskModel:
    return look_at(FoundFile(path, "here", ""), on, RunAs(**settings))


def paths(places: Sequence[Place]) -> list[Path]:
    return [found.path for found in search_models(places).found]


def test_every_program_is_looked_for_where_it_keeps_its_models(tmp_path: Path) -> None:
    named = model_places([tmp_path / "mine"], {}, tmp_path)
    by_name = {place.name: place for place in reversed(named)}
    assert named[0].folder == tmp_path / "mine"
    assert by_name["LM Studio"].folder == tmp_path / ".lmstudio" / "models"
    assert by_name["Ollama"].folder == tmp_path / ".ollama" / "models"
    assert by_name["Hugging Face"].folder == tmp_path / ".cache" / "huggingface" / "hub"
    assert by_name["llama.cpp"].folder.name == "llama.cpp"
    moved = {
        "OLLAMA_MODELS": "/o", "LLAMA_CACHE": "/l", "HF_HUB_CACHE": "/h", "HF_HOME": "/unused",
    }  # fmt: skip
    folders = [place.folder for place in model_places([Path("/o")], moved, tmp_path)]
    assert {Path("/o"), Path("/l"), Path("/h")} <= set(folders)
    assert len(folders) == len(set(folders))


def test_models_are_found_as_each_program_lays_them_out(tmp_path: Path, model_dir: Path) -> None:
    studio = headers.write_model(tmp_path / "studio" / "owner" / "repo" / "m.Q4_K_M.GGUF", 2560)
    (tmp_path / "studio" / "notes.txt").touch()
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "linked").symlink_to(model_dir, target_is_directory=True)
    (mine / "saved").mkdir()
    for file in model_dir.iterdir():
        (mine / "saved" / file.name).write_bytes(file.read_bytes())
    blob = headers.write_model(tmp_path / "hub" / "models--o--r" / "blobs" / "ab12", 2560)
    snapshot = tmp_path / "hub" / "models--o--r" / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "m-Q8_0.gguf").symlink_to(blob)
    found = search_models(
        [
            Place("LM Studio", tmp_path / "studio"),
            Place("model_folders", mine),
            Place("Hugging Face", tmp_path / "hub", Layout.HUB),
            Place("Ollama", tmp_path / "nowhere", Layout.OLLAMA),
        ]
    )
    assert found.is_complete
    assert [(each.path, each.label) for each in found.found] == [
        (studio, ""),
        (mine / "saved", ""),
        (snapshot / "m-Q8_0.gguf", "o/r"),
    ]


def ollama(folder: Path, name: str, layers: object) -> None:
    manifest = folder / "manifests" / "registry.ollama.ai" / name
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(layers if isinstance(layers, str) else json.dumps({"layers": layers}))


def test_ollamas_blobs_are_named_by_their_manifests(tmp_path: Path) -> None:
    blob = headers.write_model(tmp_path / "blobs" / "sha256-abc", 2560)
    headers.write_model(tmp_path / "secret", 2560)
    weights = "application/vnd.ollama.image.model"
    template = {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:abc"}
    good = [template, {"mediaType": weights, "digest": "sha256:abc"}]
    ollama(tmp_path, "library/llama3.2/3b", good)
    ollama(tmp_path, "someone/tale/latest", [{"mediaType": weights, "digest": "sha256:gone"}])
    ollama(tmp_path, "someone/escape/latest", [{"mediaType": weights, "digest": "../../secret"}])
    ollama(tmp_path, "a/no/json", "{")
    ollama(tmp_path, "a/deep/json", "[" * 100_000)
    ollama(tmp_path, "a/other/json", "[1]")
    (found,) = search_models([Place("Ollama", tmp_path, Layout.OLLAMA)]).found
    assert (found.path, found.label) == (blob, "llama3.2:3b")
    assert look_at(found, LAPTOP).name == "llama3.2:3b"
    source = resolve(str(blob))  # such a path can be given as --model
    assert (source.kind, source.path) == (SourceKind.GGUF, blob)


@pytest.mark.usefixtures("native")
def test_a_llama_cpp_of_the_processor_does_not_see_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = headers.write_model(tmp_path / "m.gguf", EIGHT_BILLION)
    assert look(path, CARD).fit.where == "a card"  # type: ignore[union-attr]
    monkeypatch.setattr(disk_models, "offloads", lambda: False)
    assert look(path, CARD).fit.where == "memory"  # type: ignore[union-attr]


def test_links_in_circles_and_things_that_are_no_files_are_passed_over(tmp_path: Path) -> None:
    good = headers.write_model(tmp_path / "a" / "good.gguf", 2560)
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "self.gguf").symlink_to(tmp_path / "a" / "self.gguf")
    (tmp_path / "a" / "zz-the-same.gguf").symlink_to(good)
    (tmp_path / "a" / "broken.gguf").symlink_to(tmp_path / "absent")
    os.mkfifo(tmp_path / "a" / "pipe.gguf")
    assert paths([Place("", tmp_path), Place("", tmp_path / "a")]) == [good]


def test_a_search_ends_at_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(6):
        headers.write_model(tmp_path / f"{number}.gguf", 2560)
    deep = tmp_path / "/".join("abcdefghijkl")
    headers.write_model(deep / "deep.gguf", 2560)
    place = [Place("", tmp_path)]
    assert len(search_models(place).found) == 6
    assert search_models(place).is_complete
    ticks = iter(range(1000))
    slow = search_models(place, now=lambda: float(next(ticks)))
    assert (len(slow.found), slow.is_complete) == (5, False)
    monkeypatch.setattr(model_search, "MOST_FOUND", 2)
    assert (len(search_models(place).found), search_models(place).is_complete) == (2, False)
    monkeypatch.setattr(model_search, "MOST_FOUND", 200)
    monkeypatch.setattr(model_search, "MOST_ENTRIES", 4)
    assert (len(search_models(place).found), search_models(place).is_complete) == (4, False)


def test_a_gguf_is_told_by_its_header(tmp_path: Path, native: None) -> None:
    path = headers.write_model(tmp_path / "Llama-8B.Q4_K_M.gguf", EIGHT_BILLION)
    model = look(path)
    assert (model.name, model.architecture, model.problem) == ("Llama-8B.Q4_K_M", "llama", "")
    assert (model.parameters, model.quantization) == (EIGHT_BILLION, "Q4_K")
    assert model.context_size == 8192
    assert model.bytes_on_disk == path.stat().st_size
    fit = model.fit
    assert fit is not None
    cache = 2 * 4096 * 2 * 32 * 8 * (128 + 128)
    assert fit.needed_bytes == EIGHT_BILLION // 256 * 144 + cache + 600_000_000
    assert (fit.verdict, fit.where) == (Verdict.DOES_NOT_FIT, "memory")
    json.dumps(model.as_json(), allow_nan=False)


def test_speed_is_bytes_a_token_over_what_memory_delivers(tmp_path: Path, native: None) -> None:
    path = headers.write_model(tmp_path / "m.gguf", 2 * 10**9)
    fit = look(path).fit
    assert fit is not None and fit.tokens_per_second is not None
    by_hand = 1 / (2 * 10**9 // 256 * 144 / (0.6 * LAPTOP.bytes_per_second) + 32 * 0.0004)
    assert fit.tokens_per_second == pytest.approx(by_hand, rel=1e-3)
    assert fit.summary() == f"fits, about {by_hand:.2g} tokens/s"
    experts = {"expert_count": 8, "expert_used_count": 2}
    mixed = look(headers.write_model(tmp_path / "x.gguf", 2 * 10**9, numbers=experts)).fit
    assert mixed is not None and mixed.tokens_per_second is not None
    assert mixed.tokens_per_second > 2 * fit.tokens_per_second
    assert look(path, CARD).fit.tokens_per_second is None  # type: ignore[union-attr]


def test_without_llama_cpp_every_weight_takes_sixteen_bits(
    tmp_path: Path, converting: None
) -> None:
    path = headers.write_model(tmp_path / "m.gguf", 2 * 10**9)
    fit = look(path, Machine(10**11, 10**11, 20e9)).fit
    assert fit is not None
    assert fit.needed_bytes >= 2 * 10**9 * (2 + 1.0625)  # and the int8 copy that draws
    small = look(path).fit
    assert small is not None
    assert small.verdict is Verdict.DOES_NOT_FIT
    assert "novelgen[llamacpp]" in small.remedy


@pytest.mark.parametrize(
    ("on", "weights", "where", "verdict"),
    [
        (CARD, EIGHT_BILLION, "a card", Verdict.FITS),
        (CARD, 3 * EIGHT_BILLION, "split", Verdict.FITS),
        (TWO_CARDS, 5 * EIGHT_BILLION, "split", Verdict.FITS),
        (CARD, 9 * EIGHT_BILLION, "split", Verdict.DOES_NOT_FIT),
        (LAPTOP, 10**9, "memory", Verdict.FITS),
    ],
)
def test_where_a_model_goes(
    tmp_path: Path, native: None, on: Machine, weights: int, where: str, verdict: Verdict
) -> None:
    fit = look(headers.write_model(tmp_path / "m.gguf", weights), on).fit
    assert fit is not None
    assert (fit.where, fit.verdict) == (where, verdict)
    assert bool(fit.remedy) == (where == "split" or verdict is not Verdict.FITS)
    assert fit.sentence().startswith(verdict.value.capitalize())


def test_the_quantisation_that_is_advised_fits(tmp_path: Path, native: None) -> None:
    path = headers.write_model(tmp_path / "m.gguf", EIGHT_BILLION, kind=headers.Q8_0)
    for on in (LAPTOP, CARD):
        fit = look(path, on).fit
        assert fit is not None
        header = read_gguf_header(path)
        weights = rough_fit.gguf_weights(header, is_native=True, drawing_bytes=0)
        advised = rough_fit.smaller_quantization(header, weights, on)
        if on is LAPTOP:
            assert advised is not None
            name, size = advised
            assert (name, round(size / 1e9, 1)) == ("Q3_K_M", 4.0)
            assert f"As {name} it would take about 4.0 GB, which fits" in fit.remedy
            assert weights.needed_bytes - weights.kept_bytes + size <= on.memory_available_bytes
        else:
            assert fit.verdict is Verdict.TIGHT
    hopeless = headers.write_model(tmp_path / "h.gguf", 9 * EIGHT_BILLION)
    told = look(hopeless).fit
    assert told is not None
    billions = rough_fit.largest_parameters(LAPTOP) / 1e9
    assert f"at most {billions:.1f} billion parameters as Q4_K_M" in told.remedy


def test_a_folder_of_safetensors_is_told_by_its_headers(model_dir: Path, tiny_llama: Any) -> None:
    model = look(model_dir)
    assert (model.kind, model.architecture) == (SourceKind.DIRECTORY, "LlamaForCausalLM")
    assert model.parameters == sum(p.numel() for p in tiny_llama.parameters())
    assert (model.quantization, model.context_size, model.problem) == ("F32", 128, "")
    assert model.fit is not None and model.fit.verdict is Verdict.FITS
    assert model.fit.tokens_per_second is not None


def change_config(model_dir: Path, **changes: object) -> None:
    path = model_dir / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_cannot_be_used_says_why(tmp_path: Path, model_dir: Path) -> None:
    assert look(headers.write_model(tmp_path / "c.gguf", 2560, "clip")).problem == (
        "no language model that writes"
    )
    assert look(headers.write_model(tmp_path / "b.gguf", 2560, "nomic-bert")).problem == (
        "no language model that writes"
    )
    assert "does not know" in look(headers.write_model(tmp_path / "n.gguf", 2560, "new")).problem
    split = [headers.field("split.count", headers.UINT32, struct.pack("<I", 3))]
    part = headers.write_model(tmp_path / "s-00001-of-00003.gguf", 2560, more=split)
    assert look(part).problem == "one part of several: merge them"
    words = headers.header(headers.sizes("llama")) + bytes(32)
    (tmp_path / "v.gguf").write_bytes(words)
    assert look(tmp_path / "v.gguf").problem == "a vocabulary without weights"
    change_config(model_dir, architectures=["BertModel"])
    assert look(model_dir).problem == "no language model that writes"
    change_config(model_dir, architectures=["LlamaForCausalLM"], quantization={"bits": 4})
    assert look(model_dir).problem == "weights of MLX"
    (model_dir / "model.safetensors").write_bytes(b"\0" * 40)
    assert look(model_dir).problem == "cut off or damaged"


def test_names_are_cleaned_before_they_reach_a_terminal(tmp_path: Path, native: None) -> None:
    more = [
        headers.field("general.name", headers.STRING, headers.string("\x1b]0;owned\x07\u202eevil")),
    ]
    path = headers.write_model(tmp_path / "\x1b[31m\nred.gguf", 2560, more=more)
    for model in (look(path), look_at(FoundFile(path, "", "\x1b[2J" + "x" * 500), LAPTOP)):
        assert model.name.isprintable()
        assert len(model.name) <= 120
        assert model.architecture == "llama"


HOSTILE = {
    "many fields": headers.header(num_fields=2**63),
    "many tensors": headers.header(headers.sizes("llama"), num_tensors=2**63),
    "more fields than there are": headers.header(headers.sizes("llama"), num_fields=99),
    "a long array": headers.header(
        [headers.field("a", headers.ARRAY, struct.pack("<IQ", headers.STRING, 2**62))]
    ),
    "a long array of numbers": headers.header(
        [headers.field("a", headers.ARRAY, struct.pack("<IQ", headers.UINT32, 2**62))]
    ),
    "arrays in arrays": headers.header(
        [headers.field("a", headers.ARRAY, struct.pack("<IQ", headers.ARRAY, 1) * 5_000)]
    ),
    "a long string": headers.header([headers.field("a", headers.STRING, struct.pack("<Q", 2**63))]),
    "a long key": headers.header([struct.pack("<Q", 2**40)]),
    "no such kind": headers.header([headers.field("a", 99, b"")]),
    "bad UTF-8": headers.header([headers.field(b"\xff\xfe", headers.STRING, headers.string("x"))]),
    "an alignment in words": headers.header(
        [headers.field("general.alignment", headers.STRING, headers.string("wide"))],
        [headers.tensor("t", [256], headers.Q4_K)],
    ),
    "an undefined alignment": headers.header(
        [headers.field("general.alignment", headers.FLOAT32, struct.pack("<f", float("nan")))],
        [headers.tensor("t", [256], headers.Q4_K)],
    ),
    "parts in words": headers.header(
        [headers.field("split.count", headers.STRING, headers.string("three"))]
    ),
    "a special token in words": headers.header(
        [headers.field("tokenizer.ggml.bos_token_id", headers.STRING, headers.string("one"))]
    ),
    "many dimensions": headers.header([], [headers.string("t") + struct.pack("<I", 2**31)]),
    "huge sides": headers.header([], [headers.tensor("t", [2**63] * 8, headers.Q4_K)]),
    "an unknown quantisation": headers.header([], [headers.tensor("t", [256], 7777)]),
    "a far offset": headers.header([], [headers.tensor("t", [256], headers.Q4_K, 2**63)]),
    "another version": headers.header(version=99),
    "nothing": b"",
    "a magic and nothing": b"GGUF",
    "no GGUF": b"PK\x03\x04" + bytes(100),
    "big endian": b"GGUF" + struct.pack(">IQQ", 3, 1, 1),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_header_is_a_trap(tmp_path: Path, name: str) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(ModelError):
        read_gguf_header(path)
    model = look(path)
    assert model.problem
    assert model.problem.isprintable()
    json.dumps(model.as_json(), allow_nan=False)


def test_fields_of_the_wrong_kind_are_taken_for_absent(tmp_path: Path, native: None) -> None:
    wrong = [
        headers.field("llama.block_count", headers.STRING, headers.string("many")),
        headers.field("llama.context_length", headers.FLOAT32, struct.pack("<f", 8.5)),
        headers.field("llama.attention.head_count", headers.UINT64, struct.pack("<Q", 2**63)),
    ]
    model = look(headers.write_model(tmp_path / "m.gguf", 2560, more=wrong))
    assert (model.problem, model.context_size) == ("", 0)
    assert model.fit is not None


def test_a_header_that_is_cut_or_changed_anywhere_is_no_trap(
    tmp_path: Path, write_gguf: WriteGguf
) -> None:
    whole = write_gguf(tmp_path / "whole.gguf").read_bytes()
    draw, path = random.Random(3), tmp_path / "m.gguf"
    for number in range(120):
        data = bytearray(whole)
        if number % 2:
            del data[draw.randrange(len(data)) :]
        else:
            for _ in range(draw.randrange(1, 6)):
                data[draw.randrange(min(len(data), 9_000))] = draw.randrange(256)
        path.write_bytes(data)
        told = look(path)
        assert json.loads(json.dumps(told.as_json(), allow_nan=False))["path"] == str(path)
        assert bool(told.problem) is (told.fit is None)


@pytest.mark.parametrize(
    "config",
    [
        "[" * 100_000, "[]", "{}", "\xff", '{"architectures": {"a": 1}}', '{"architectures": [7]}',
        '{"architectures": ["LlamaForCausalLM"], "hidden_size": -1, "num_attention_heads": 0}',
        '{"architectures": ["LlamaForCausalLM"], "hidden_size": 1e999, "vocab_size": "many"}',
        '{"text_config": {"num_hidden_layers": [3]}, "model_type": ["x"]}',
    ],
)  # fmt: skip
def test_no_config_is_a_trap(model_dir: Path, config: str) -> None:
    (model_dir / "config.json").write_text(config, encoding="latin-1")
    told = look(model_dir)
    assert json.loads(json.dumps(told.as_json(), allow_nan=False))["path"] == str(model_dir)
    assert bool(told.problem) is (told.fit is None)


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2**62] * 9, "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": ["a"], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0]},
        {"dtype": "F32", "shape": [1], "data_offsets": [0, 10**40]},
        {"dtype": ["F32"], "shape": 7, "data_offsets": {}},
        [1, 2],
    ],
)
def test_no_safetensors_header_is_a_trap(model_dir: Path, entry: object) -> None:
    text = json.dumps({"a": entry}).encode()
    (model_dir / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(8))
    model = look(model_dir)
    assert model.problem in ("damaged", "cut off or damaged")


def test_cards_are_told_by_their_own_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    lines = r"NVIDIA GeForce RTX 3060, 12288, 11000\nBroken, [N/A], [N/A]\n"
    tool.write_text(f"#!/bin/sh\nprintf '{lines}'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert machine.graphics_cards() == (Card("NVIDIA GeForce RTX 3060", 12288 << 20, 11000 << 20),)
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert machine.graphics_cards() == ()
    found = machine.describe_machine()
    assert found.bytes_per_second > 1e8
    assert 0 < found.memory_available_bytes <= found.memory_total_bytes


def test_the_list_shows_them_and_loads_no_torch(
    novelgen: CommandLine, environment: dict[str, str], tmp_path: Path, model_dir: Path
) -> None:
    folder = tmp_path / "my models"
    headers.write_model(folder / "tiny.gguf", 2560)
    headers.write_model(folder / "clip.gguf", 2560, "clip")
    (folder / "torn.gguf").write_bytes(b"GGUF\3")
    empty = {"HOME": str(tmp_path / "nobody"), "NOVELGEN_MODEL_FOLDERS": str(folder)}
    document = json.loads(novelgen("models", "list", "--json", **empty).stdout)
    found = {model["name"]: model for model in document["found"]}
    assert document["search_complete"] is True
    assert found["tiny"]["fit"]["verdict"] == "fits"
    assert found["clip"]["problem"] == "no language model that writes"
    assert found["torn"]["problem"] == "cut off or damaged"
    assert found["tiny"]["path"] == str(folder / "tiny.gguf")
    code = (
        "import sys\nfrom novelgen.cli import main\nsys.argv = ['novelgen', 'models', 'list']\n"
        "try:\n    main.run()\nexcept SystemExit:\n    pass\n"
        "print('torch' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment | empty,
    )
    assert done.stderr.splitlines()[-1] == "False"
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("torn")]
    assert "cut off or damaged" in line and "model_folders" in line


def test_one_file_is_told_in_full(novelgen: CommandLine, tmp_path: Path) -> None:
    path = headers.write_model(tmp_path / "tiny.gguf", 2560)
    told = json.loads(novelgen("models", "info", str(path), "--json").stdout)
    assert (told["architecture"], told["quantization"], told["parameters"]) == (
        "llama",
        "Q4_K",
        2560,
    )
    assert told["fit"]["verdict"] == "fits"
    shown = novelgen("models", "info", str(path)).stdout
    assert "Fits in memory: needs" in shown or "Fits on" in shown
    path.write_bytes(b"GGUF")
    for json_flag in ((), ("--json",)):
        damaged = novelgen("models", "info", str(path), *json_flag, expect=5)
        assert "cut off or damaged" in damaged.stdout


def test_folders_are_set_as_a_list_or_with_separators(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from novelgen.config import load_settings
    from novelgen.paths import resolve_paths

    paths = resolve_paths(tmp_path)
    assert load_settings(paths).model_folders == ()
    paths.config.mkdir(parents=True)
    paths.config_file.write_text('model_folders = ["/a", "/b"]\n')
    assert load_settings(paths).model_folders == (Path("/a"), Path("/b"))
    monkeypatch.setenv("NOVELGEN_MODEL_FOLDERS", os.pathsep.join(["/c", "", "/d e"]))
    assert load_settings(paths).model_folders == (Path("/c"), Path("/d e"))
