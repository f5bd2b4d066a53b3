"""The tiny real models of `tests/modeling`, and books for them to read."""

from pathlib import Path

import pytest

from tests.evaluation.tiny_books import write_books
from tests.modeling.conftest import (
    _one_thread,
    _seeded,
    make_lm,
    model_dir,
    tokenizer,
)

__all__ = ["_one_thread", "_seeded", "corpus", "make_lm", "model_dir", "tokenizer"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with three books, long enough for tiny segments, and one that is too short."""
    folder = tmp_path / "corpus"
    write_books(folder, ["amber.md", "birch.txt", "cedar.md"])
    (folder / "dust.md").write_text("# Dust\n\nIt was over before it began.\n", encoding="utf-8")
    return folder
