"""Names that would lead out of a folder: a title names a file where the person stands, only."""

import json
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from novelgen.bootstrap import adapter_name
from novelgen.errors import NotFoundError, NovelgenError, StorageError
from novelgen.manuscript.whole_files import file_name, write_atomically
from novelgen.modeling.catalog import resolve
from novelgen.modeling.local_models import require_loadable
from tests.conftest import CommandLine
from tests.faults.conftest import NEW

TITLES = (
    "../../etc/x", "/etc/passwd", "..", ".", "...", "", " ", "CON", "con", "NUL.md", "com1", "LPT9",
    "aux", "x" * 5_000, "~", "$HOME",
    "📕📗", "中文", "-rf", "--output", "a/b\\c:d*e?f\"g<h>i|j", "C:\\x",
    "%2e%2e%2f", "\0", "a\nb", ".hidden", "x.", "x ", "\u202egpj.exe", "ａ／ｂ", "･･/", "‥/",
)  # fmt: skip
MODELS = ("../../etc/passwd", "/etc", "..", "../x", "a/../../b", "./", "a/b/../../../c", "~/x")
ADAPTERS = ("../../etc", "/etc", "..", "smollm2-135m-1/../../..", "x/../../y")

pytestmark = [pytest.mark.faults]


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_one_plain_name(title: str) -> None:
    name = file_name(title, "3f2a9c", "md")
    for path in (PurePosixPath(name), PureWindowsPath(name)):
        assert path.parts == (name,)
    assert not PureWindowsPath(name).is_reserved()
    assert name.endswith(".md")
    assert name.removesuffix(".md")
    assert name[0] not in ".-"
    assert len(name.encode()) < 250
    assert name.isprintable()


def test_an_export_stays_where_the_person_stands(novelgen: CommandLine, tmp_path: Path) -> None:
    before = {path.name for path in tmp_path.parent.iterdir()}
    for title in ("../../etc/x", "CON", "📕📗"):
        made = novelgen(*NEW[:3], "--title", title, "--premise", "p", "--target-words", "200",
                        "--json")  # fmt: skip
        novel = json.loads(made.stdout)["id"]
        path = novelgen("export", novel).stdout.strip()
        assert Path(path).parts == (path,)
        assert (tmp_path / path).is_file()
    assert {path.name for path in tmp_path.parent.iterdir()} == before
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "etc-x.md", "novel-con.md", f"{novel}.md"
    }  # fmt: skip
    (tmp_path / "inside").mkdir()
    novelgen("export", novel, "--output", "inside/../chosen.md")  # the person's own choice
    assert (tmp_path / "chosen.md").is_file()


@pytest.mark.parametrize("name", ["x" * 300 + ".md", "x/" * 3_000 + "y.md", "/proc/1/x/y.md"])
def test_a_place_that_no_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="cannot be written") as refused:
        write_atomically(tmp_path / name, iter(["text"]), overwrite=False)
    assert "--output" in refused.value.remedy
    assert list(tmp_path.iterdir()) in ([], [tmp_path / "x"])


@pytest.mark.parametrize("model", MODELS)
def test_a_model_that_is_a_path_out(model: str) -> None:
    with pytest.raises(NovelgenError) as refused:
        require_loadable(resolve(model))
    assert refused.value.message


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_adapter_that_is_a_path_out(adapter: str) -> None:
    with pytest.raises(NotFoundError, match="adapter") as refused:
        adapter_name(adapter, "smollm2-135m")
    assert "adapter.json" in refused.value.remedy


def test_names_on_the_command_line_leave_no_file(novelgen: CommandLine, tmp_path: Path) -> None:
    new = ("new", "--target-words", "200", "--premise", "p")
    for option in (("--adapter", ADAPTERS[0]), ("--model", MODELS[0])):
        refused = novelgen(*new, *option, expect=3)
        assert "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] in ([], ["home"])
