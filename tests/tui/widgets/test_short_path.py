"""Paths as a person knows them."""

from pathlib import Path

import pytest

from novelgen.tui.widgets.short_path import short_path


def test_the_own_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    assert Path(short_path(Path("/home/ada/novels/salt.md"))) == Path("~/novels/salt.md")
    assert Path(short_path(Path("/srv/salt.md"))) == Path("/srv/salt.md")
    assert Path(short_path(Path("/home/adam/salt.md"))) == Path("/home/adam/salt.md")


def test_what_is_shown_can_be_typed_again() -> None:
    path = Path.home() / "novels" / "salt.md"
    assert Path(short_path(path)).expanduser() == path
