"""The adapter's folder over several trainings: what stays, what is replaced, and when."""

from dataclasses import replace
from pathlib import Path

import pytest

from novelgen.modeling.adapter import load_adapter
from novelgen.modeling.folders import put_in_place
from novelgen.text.books import Book
from novelgen.training.config import Phase
from novelgen.training.model_building import Base
from tests.training.tiny_training import TINY, train_tiny

SHORT = replace(TINY, control_steps=1, memory_steps=2)


def identities(folder: Path) -> dict[Path, tuple[int, int]]:
    """Which file is at every path; another one has another number or another time."""
    paths = [folder, *folder.rglob("*")]
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def test_what_others_put_there_stays_and_the_adapter_is_replaced_only_by_a_new_one(
    base: Base, books: list[Book], tmp_path: Path
) -> None:
    output = tmp_path / "adapter"
    train_tiny(base, books, output, SHORT, [Phase.CONTROL, Phase.MEMORY])
    mine = {"README.md": b"# Mine", "results/memory.json": b"[1]", "control/notes.txt": b"none"}
    for name, content in mine.items():
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_bytes(content)
    (output / "latest").symlink_to("results")

    before = identities(output)
    train_tiny(base, books, output, SHORT, [Phase.CONTROL, Phase.MEMORY])
    train_tiny(base, books, output, replace(SHORT, gradient_checkpointing=True), [Phase.MEMORY])
    assert identities(output) == before, "nothing was trained"

    done = train_tiny(base, books, output, SHORT, [Phase.RIVAL])
    assert done.has_control and load_adapter(output / "control", base.fingerprint).lora
    assert {name: (output / name).read_bytes() for name in mine} == mine
    assert (output / "latest").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "adapter.training"]


@pytest.mark.parametrize("name", ["memory.safetensors", "control/adapter.json", "training.json"])
def test_an_adapter_that_lost_a_file_is_made_again(
    base: Base, books: list[Book], tmp_path: Path, name: str
) -> None:
    output = tmp_path / "adapter"
    train_tiny(base, books, output, SHORT)
    before = (output / name).read_bytes()
    (output / name).unlink()
    train_tiny(base, books, output, SHORT)
    assert (output / name).read_bytes() == before


@pytest.mark.parametrize("renames_done", [0, 1, 2])
def test_an_interrupt_leaves_the_old_folder_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renames_done: int
) -> None:
    staging, directory = tmp_path / "staging", tmp_path / "adapter"
    for folder in (staging, directory):
        folder.mkdir()
        (folder / "name").write_text(folder.name)
    rename, calls = Path.replace, 0

    def interrupted(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == renames_done + 1 and renames_done < 2:
            raise KeyboardInterrupt
        moved = rename(self, target)
        if calls == renames_done == 2:
            raise KeyboardInterrupt
        return moved

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        put_in_place(staging, directory)
    assert (directory / "name").read_text() == ("staging" if renames_done == 2 else "adapter")
    assert not list(tmp_path.glob(".adapter-old-*"))
