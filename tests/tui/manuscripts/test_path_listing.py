"""What lies where a path is typed, and what the line becomes when an entry is taken."""

from pathlib import Path

import pytest

from novelgen.errors import UsageError
from novelgen.tui.widgets.path_listing import above, entered, list_paths, parted, path_of

_TEXTS = frozenset({".md", ".txt"})


def names(text: str) -> list[str]:
    return [entry.name for entry in list_paths(text, _TEXTS).entries]


@pytest.fixture
def tree(folder: Path) -> Path:
    for name in ("Salt.md", "a.txt", "picture.png", ".hidden.md"):
        (folder / name).write_text("x")
    (folder / "drafts").mkdir()
    (folder / "drafts" / "old salt.md").write_text("x")
    (folder / ".git").mkdir()
    (folder / "gone.md").symlink_to(folder / "nowhere.md")
    return folder


def test_files_that_may_be_meant_come_first_then_folders(tree: Path) -> None:
    assert names("") == ["a.txt", "Salt.md", "drafts"]
    assert names("./") == ["a.txt", "Salt.md", "drafts"]
    assert names(f"{tree}/") == ["a.txt", "Salt.md", "drafts"]
    assert names("~/") == ["here"]


def test_a_name_is_found_by_any_part_of_it(tree: Path) -> None:
    assert names("SAL") == ["Salt.md"]
    assert names("drafts/salt") == ["old salt.md"]
    assert names("a") == ["a.txt", "Salt.md", "drafts"]
    assert names("nothing") == []
    assert names(".") == [".hidden.md", ".git", "a.txt", "Salt.md"]


def test_all_files_of_the_folder_are_counted_whatever_is_typed(tree: Path) -> None:
    assert sorted(list_paths("drafts/zzz", _TEXTS).suffixes) == [".md"]
    assert sorted(list_paths("", _TEXTS).suffixes) == [".md", ".txt"]


def test_a_folder_that_is_not_there_is_told(tree: Path) -> None:
    listing = list_paths("nowhere/x", _TEXTS)
    assert "nowhere" in listing.problem and not listing.entries
    assert "no path" in list_paths("~nobody-at-all/", _TEXTS).problem
    with pytest.raises(UsageError):
        path_of("~nobody-at-all/x")


def test_an_entry_takes_the_place_of_the_name(tree: Path) -> None:
    found = {entry.name: entry for entry in list_paths("", _TEXTS).entries}
    assert entered("dr", found["drafts"]) == "drafts/"
    assert entered("~/here/Sa", found["Salt.md"]) == "~/here/Salt.md"
    assert entered("..", found["Salt.md"]) == "../Salt.md"


@pytest.mark.parametrize(
    ("text", "folder_above"),
    [
        ("", "../"),
        ("../", "../../"),
        ("a/b/", "a/"),
        ("a/", ""),
        ("/a/", "/"),
        ("~/a/", "~/"),
        ("~/a/b", "~/"),
    ],
)
def test_the_folder_above(text: str, folder_above: str) -> None:
    assert above(text) == folder_above


def test_the_persons_own_folder_has_one_above(tmp_path: Path) -> None:
    assert above("~/") == f"{tmp_path.parent}/"


def test_a_path_that_was_dropped_on_the_terminal_is_meant() -> None:
    assert path_of("'/home/me/My Book.docx'") == Path("/home/me/My Book.docx")
    assert path_of(r"/home/me/My\ Book.docx ") == Path("/home/me/My Book.docx")
    assert path_of('"') == Path.cwd() / '"'


def test_what_stands_for_a_folder_needs_no_slash() -> None:
    assert parted("~") == ("~/", "")
    assert parted("a/..") == ("a/../", "")
    assert parted("a/b") == ("a/", "b")
