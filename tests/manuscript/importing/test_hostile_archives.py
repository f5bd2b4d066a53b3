"""Archives that are made to harm: bombs, traps, lies."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from novelgen.errors import NovelgenError, StorageError, UsageError
from novelgen.manuscript.importing import zip_archive
from novelgen.manuscript.importing.reading import read_manuscript_file
from novelgen.manuscript.importing.zip_archive import open_archive
from tests.manuscript.importing.made_files import PROSE, docx_parts, epub_parts, p, put, zipped

EPUB = epub_parts({"1.xhtml": f"<h1>Chapter 1</h1><p>{PROSE}</p>"})
DOCX = docx_parts(p("Chapter 1") + p(PROSE))


def refused(folder: Path, name: str, data: bytes) -> NovelgenError:
    with pytest.raises((UsageError, StorageError)) as told:
        read_manuscript_file(put(folder, name, data))
    assert name in told.value.message and told.value.remedy
    return told.value


def test_a_member_that_is_packed_too_far(tmp_path: Path) -> None:
    bomb = b"<html><p>" + b" " * 30_000_000
    told = refused(tmp_path, "a.epub", zipped({**EPUB, "OEBPS/1.xhtml": bomb}))
    assert "packed further than any text" in told.message
    told = refused(tmp_path, "a.docx", zipped({**DOCX, "word/document.xml": bomb}))
    assert "packed further than any text" in told.message


def test_more_than_is_ever_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_UNPACKED_BYTES", 20_000)
    pages = {f"{at}.xhtml": f"<p>{PROSE * 30}</p>" for at in range(40)}
    told = refused(tmp_path, "a.epub", zipped(epub_parts(pages)))
    assert "unpacks to more than" in told.message
    told = refused(tmp_path, "a.docx", zipped(docx_parts(p(PROSE) * 400)))
    assert "unpacks to more than" in told.message


def test_a_size_that_is_a_lie(tmp_path: Path) -> None:
    data = bytearray(zipped({**EPUB, "OEBPS/1.xhtml": "x" * 5_000_000}))
    at = data.rfind(b"OEBPS/1.xhtml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    assert "Bad CRC" in refused(tmp_path, "a.epub", bytes(data)).message


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "_MAX_MEMBERS", 30)
    many = {f"x{at}": "" for at in range(40)}
    assert "members" in refused(tmp_path, "a.epub", zipped({**EPUB, **many})).message


def test_a_directory_that_is_longer_than_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_archive, "_MAX_DIRECTORY_BYTES", 500)
    told = refused(tmp_path, "a.epub", zipped({**EPUB, **{f"x{at}": "" for at in range(40)}}))
    assert "far too many members" in told.message


def test_more_than_a_paragraph_may_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_archive, "MAX_HELD_BYTES", 200_000)
    words = [f"{at} {PROSE}" for at in range(9_000)]
    long = read_manuscript_file(put(tmp_path, "a.docx", docx_parts("".join(map(p, words)))))
    assert long.words == 17 * 9_000
    told = refused(tmp_path, "b.docx", zipped(docx_parts(p(*words))))
    assert "unpacks to more than" in told.message
    told = refused(
        tmp_path, "c.docx", zipped(docx_parts("".join(f"<w:x>{each}</w:x>" for each in words)))
    )
    assert "unpacks to more than" in told.message


def test_text_boxes_within_text_boxes(tmp_path: Path) -> None:
    inner = p("in")
    for _ in range(40):
        inner = p(f"<w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r>", "out")
    found = read_manuscript_file(put(tmp_path, "a.docx", docx_parts(inner)))
    assert found.words == 41


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "a\\..\\x"])
def test_names_that_lead_out_of_it(tmp_path: Path, name: str) -> None:
    assert "leads out" in refused(tmp_path, "a.epub", zipped({**EPUB, name: "x"})).message


def test_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped(EPUB))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(signature, at + 4)
    told = refused(tmp_path, "a.epub", bytes(data))
    assert "protected by a password" in told.message and "Remove the password" in told.remedy


def test_members_that_overlap(tmp_path: Path) -> None:
    data = bytearray(zipped({**EPUB, "a.xhtml": PROSE * 99, "b.xhtml": PROSE * 99}))
    first = data.rfind(b"PK\x01\x02", 0, data.rfind(b"PK\x01\x02"))
    offset = struct.unpack("<I", data[first + 42 : first + 46])[0]
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", offset)
    assert "overlap" in refused(tmp_path, "a.epub", bytes(data)).message


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_ways_of_packing(tmp_path: Path, method: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in EPUB.items():
            archive.writestr(name, data)
    assert "unusual way" in refused(tmp_path, "a.epub", file.getvalue()).message


def test_a_file_that_was_cut_off(tmp_path: Path) -> None:
    for whole, name in ((zipped(EPUB), "a.epub"), (zipped(DOCX), "a.docx")):
        for end in range(4, len(whole), len(whole) // 40):
            refused(tmp_path, name, whole[:end])


def test_bytes_that_rotted(tmp_path: Path) -> None:
    data = bytearray(zipped({**DOCX, "word/document.xml": str(DOCX["word/document.xml"]) * 1}))
    at = data.find(b"word/document.xml") + len("word/document.xml") + 20
    data[at] ^= 0xFF
    refused(tmp_path, "a.docx", bytes(data))


def test_a_member_within_a_member_is_never_opened(tmp_path: Path) -> None:
    inner = zipped({"x": b"0" * 1_000_000})
    found = read_manuscript_file(put(tmp_path, "a.epub", {**EPUB, "OEBPS/inner.zip": inner}))
    assert found.words == 16


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    with (
        open_archive(put(tmp_path, "a.epub", EPUB)) as archive,
        pytest.raises(StorageError, match="no part nowhere"),
    ):
        archive.read("nowhere")
