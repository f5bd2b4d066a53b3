"""`novelgen train` as a person and as a program use it."""

import inspect
import json
import os
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from novelgen.cli.dataclass_options import with_options_of
from novelgen.training.config import TrainingConfig
from tests.conftest import CommandLine
from tests.training.tiny_training import TINY, options_of


def test_help_loads_no_torch(environment: dict[str, str]) -> None:
    program = (
        "import sys\nfrom novelgen.cli.main import run\n"
        "try:\n    run()\nexcept SystemExit as done:\n    assert not done.code, done.code\n"
        "assert not {'torch', 'transformers', 'accelerate'} & set(sys.modules)\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program, "train", "--help"],
        capture_output=True,
        text=True,
        env=environment | {"COLUMNS": "200", "TERMINAL_WIDTH": "200"},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert "Example: novelgen train" in finished.stdout
    for field in fields(TrainingConfig):
        assert "--" + field.name.replace("_", "-") in finished.stdout, field.name
    assert "AdamW, at its height" in finished.stdout, "docstrings are help"


def test_a_training_and_its_documents(
    novelgen: CommandLine, model_dir: Path, corpus: Path, tmp_path: Path
) -> None:
    command = (
        "train", "--model", str(model_dir), "--corpus", str(corpus), "--output", "made",
        "--device", "cpu", *options_of(TINY),
    )  # fmt: skip
    begun = novelgen(*command, "--hold-out", "1", "--phase", "control", OMP_NUM_THREADS="1")
    assert "Training " in begun.stderr and "on 2 books, 1 held out" in begun.stderr
    assert "held out: ann-ash_the-amber-lamp.md" in begun.stderr
    assert "control: step 2 of 2" in begun.stderr and "tokens/s" in begun.stderr
    assert "No adapter yet" in begun.stderr
    assert begun.stdout.split()[:4] == ["phase", "steps", "tokens", "time"]

    finished = novelgen(*command, "--hold-out", "1", "--json", OMP_NUM_THREADS="1")
    document: dict[str, Any] = json.loads(finished.stdout)
    assert set(document) == {"adapter", "has_control", "phases"}
    assert document["adapter"] == str(tmp_path / "made")
    assert document["has_control"] is True
    steps = {name: phase["step"] for name, phase in document["phases"].items()}
    assert steps == {"control": 2, "memory": 6, "rival": 6}
    assert set(document["phases"]["memory"]) == {"step", "tokens", "seconds"}
    made = json.loads((tmp_path / "made" / "training.json").read_text())
    assert [book["name"] for book in made["books"]] == ["birch.txt", "old_cedar.md"]

    refused = novelgen(*command, "--json", expect=2)
    assert "other books" in refused.stderr
    assert refused.stdout == ""


def test_every_setting_of_the_recipe_has_help() -> None:
    @with_options_of(TrainingConfig, "Recipe")
    def command(**_options: Any) -> None: ...

    without = [
        name
        for name, parameter in inspect.signature(command).parameters.items()
        if not parameter.annotation.__metadata__[0].help
    ]
    assert not without


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--corpus", "nowhere"), 3, "no corpus folder nowhere"),
        (("--corpus", "empty"), 3, "no .md or .txt file in empty"),
        (("--corpus", "short"), 2, "1 of 1 books are too short to train on: leaf.md"),
        (("--corpus", "short", "--max-segments", "1"), 2, "--min-segments 2 is out of range"),
        (
            ("--corpus", "short", "--lora-learning-rate", "nan"),
            2,
            "--lora-learning-rate nan is out",
        ),
        (("--corpus", "short", "--phase", "all"), 2, "'all' is not one of"),
        (("--corpus", "short", "--hold-out", "-1"), 2, "--hold-out"),
        (("--corpus", ""), 2, "it names nothing"),
        (("--corpus", "~/nowhere"), 3, "home/person/nowhere"),
    ],
)
def test_bad_input_gets_one_message_and_its_code(
    novelgen: CommandLine, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "short").mkdir()
    (tmp_path / "short" / "leaf.md").write_text("# Leaf\n\nIt fell.\n")
    home = str(tmp_path / "home" / "person")
    refused = novelgen("train", "--output", "made", *arguments, expect=code, HOME=home)
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr and refused.stdout == ""
    assert not (tmp_path / "made").exists() and not (tmp_path / "made.training").exists()


def test_all_books_held_out(novelgen: CommandLine, corpus: Path) -> None:
    command = ("train", "--corpus", str(corpus), "--output", "made", "--hold-out", "3")
    refused = novelgen(*command, "--max-segment-tokens", "60",
        "--max-window-tokens", "90", "--late-max-burn-in", "0", expect=2,
    )  # fmt: skip
    assert "All 3 books are held out." in refused.stderr


def test_a_folder_of_other_things_is_refused_before_a_model_is_fetched(
    novelgen: CommandLine, corpus: Path
) -> None:
    before = sorted(corpus.iterdir())
    refused = novelgen(
        "train", "--corpus", str(corpus), "--output", str(corpus), "--model", "nowhere/at-all",
        *options_of(TINY), expect=2,
    )  # fmt: skip
    assert "holds something else than an adapter" in refused.stderr
    assert sorted(corpus.iterdir()) == before


def test_a_linked_output_and_a_book_whose_name_is_no_utf8(
    novelgen: CommandLine, model_dir: Path, corpus: Path, tmp_path: Path
) -> None:
    books = shutil.copytree(corpus, tmp_path / "books")
    (books / "birch.txt").rename(books / os.fsdecode(b"b\xfcrch.txt"))
    shutil.copy(books / "old_cedar.md", books / "cedar again.md")
    (tmp_path / "disk").mkdir()
    (tmp_path / "made").symlink_to("disk/adapter")
    novelgen(
        "train", "--model", str(model_dir), "--corpus", "books", "--output", "made",
        "--device", "cpu", "--hold-out", "1", *options_of(replace(TINY, memory_steps=1)),
        OMP_NUM_THREADS="1",
    )  # fmt: skip
    assert (tmp_path / "made").is_symlink()
    assert (tmp_path / "disk" / "adapter.training").is_dir()
    record = json.loads((tmp_path / "made" / "training.json").read_text())
    assert len(record["books"]) == 2
    adapter = tmp_path / "disk" / "adapter"
    files = [path for path in adapter.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {_mode_of_new_files(tmp_path)}


def _mode_of_new_files(folder: Path) -> int:
    (folder / "new").write_text("")
    return (folder / "new").stat().st_mode & 0o777
