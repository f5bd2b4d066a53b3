"""Settings that cannot be read: one message that names the file, for every way to spoil it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from novelgen.config import load_settings
from novelgen.errors import UsageError
from novelgen.paths import resolve_paths
from tests.conftest import CommandLine

pytestmark = [pytest.mark.faults]


def _pipe(file: Path) -> None:
    os.mkfifo(file)


def _huge(file: Path) -> None:
    with file.open("wb") as opened:
        opened.truncate(8 << 30)


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a folder": (Path.mkdir, "is not a file"),
    "a pipe": (_pipe, "is not a file"),
    "a link to itself": (lambda file: file.symlink_to(file), "cannot be read"),
    "not UTF-8": (lambda file: file.write_bytes(b"author = '\xff\xfe'"), "is not UTF-8 text"),
    "UTF-16": (lambda file: file.write_text("author = 'x'", encoding="utf-16"), "not UTF-8"),
    "NUL": (lambda file: file.write_bytes(b"author = '\0'"), "is not valid TOML"),
    "huge": (_huge, "has 8,589,934,592 bytes"),
    "broken TOML": (lambda file: file.write_text("author = [\n"), "is not valid TOML"),
    "a table for a text": (lambda file: file.write_text("[author]\nx = 1\n"), "Bad setting"),
    "nested without end": (lambda file: file.write_text("x = " + "[" * 40_000), "TOML"),
    "an escape sequence": (lambda file: file.write_text("\x1b[2J = 1"), "TOML"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled(home: Path, how: str) -> None:
    spoil, said = SPOILED[how]
    paths = resolve_paths(home)
    paths.config.mkdir(parents=True)
    spoil(paths.config_file)
    with pytest.raises(UsageError) as default:
        load_settings(paths)
    with pytest.raises(UsageError) as named:
        load_settings(resolve_paths(home / "other"), paths.config_file)
    for error in (default, named):
        assert said in error.value.message
        assert str(paths.config_file) in error.value.message + error.value.remedy
        assert error.value.remedy


BAD_VALUES = {
    'gpu_layers = "many"': "gpu_layers: must be 'auto' or a whole number",
    "gpu_layers = -1": "gpu_layers: must be 'auto' or at least 0",
    "candidates = 17": "candidates: must be at most 16",
    "keep_warm_minutes = 1e9": "keep_warm_minutes: must be at most 10,000",
    'dtype = "f8"': "dtype: must be 'auto', 'float32', 'bfloat16' or 'float16'",
    "colour = 1": "colour: there is no such setting",
    "model_folders = 3": "model_folders: must be a list",
    'cuda_graphs = "maybe"': "cuda_graphs: must be true or false",
    '[servers.a]\nurl = "http://x:99999/v1"\nmodel = "m"': "servers.a.url: the address must be",
    '[servers.int]\nurl = "http://x/v1"\nmodel = 3': "servers.int.model: must be a text",
    '[servers.a]\nurl = "http://x/v1"': "servers.a.model: is missing",
}


@pytest.mark.parametrize("line", BAD_VALUES)
def test_a_bad_value_is_told_in_plain_words(home: Path, line: str) -> None:
    paths = resolve_paths(home)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(line)
    with pytest.raises(UsageError) as refused:
        load_settings(paths)
    assert BAD_VALUES[line] in refused.value.message
    assert "nput should" not in refused.value.message


@pytest.mark.parametrize("how", ["a folder", "broken TOML", "an escape sequence"])
def test_spoiled_on_the_command_line(novelgen: CommandLine, home: Path, how: str) -> None:
    (home / "config").mkdir(parents=True)
    SPOILED[how][0](home / "config" / "config.toml")
    refused = novelgen("list", expect=2)
    assert "config.toml" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "\x1b" not in refused.stderr
    assert "config.toml" in novelgen("doctor", expect=1).stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
@pytest.mark.parametrize("folder", [False, True])
def test_forbidden(home: Path, folder: bool) -> None:
    paths = resolve_paths(home)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text("author = 'x'\n")
    place = paths.config if folder else paths.config_file
    place.chmod(0)
    try:
        with pytest.raises(UsageError, match="cannot be read: Permission denied"):
            load_settings(paths)
    finally:
        place.chmod(0o700)
