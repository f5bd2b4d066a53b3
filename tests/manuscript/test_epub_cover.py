"""Covers: pictures that are taken, and files that are refused before anything is written."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from novelgen.errors import UsageError
from novelgen.manuscript.epub.book import write
from novelgen.manuscript.epub.cover import MAX_BYTES, MAX_SIDE, read_cover
from novelgen.manuscript.export_options import ExportOptions
from tests.manuscript.hand_made_books import book

KINDS = {"JPEG": ("image/jpeg", "cover.jpg"), "PNG": ("image/png", "cover.png")}


def picture(kind: str, width: int = 60, height: int = 90) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (32, 58, 92)).save(file, kind)
    return file.getvalue()


def png(width: int, height: int) -> bytes:
    """A PNG whose header says so; nothing in it is a picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_becomes_the_cover_with_a_page_of_its_own(kind: str, tmp_path: Path) -> None:
    media_type, name = KINDS[kind]
    path = tmp_path / "any name.bin"
    path.write_bytes(picture(kind))
    file = io.BytesIO()
    write(book("A", title='Salt & "Sea"'), file, ExportOptions(cover=path))
    with zipfile.ZipFile(file) as archive:
        assert archive.read(f"EPUB/{name}") == path.read_bytes()
        package = archive.read("EPUB/package.opf").decode()
        page = archive.read("EPUB/cover.xhtml").decode()
    assert f'href="{name}" media-type="{media_type}" properties="cover-image"' in package
    assert package.index('idref="cover"') < package.index('idref="title"')
    assert f'src="{name}"' in page
    assert 'alt="Cover of Salt &amp; &quot;Sea&quot;"' in page


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_pictures_of_every_make_are_sound(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    for mode in ("L", "RGB", "CMYK" if kind == "JPEG" else "RGBA"):
        for more in ({}, {"progressive": True} if kind == "JPEG" else {"optimize": True}):
            Image.new(mode, (7, 5)).save(path, kind, **more)
            assert read_cover(path).data == path.read_bytes()
    path.write_bytes(picture("JPEG") + b"trailing bytes of a camera")
    assert read_cover(path).media_type == "image/jpeg"


REFUSED = {
    "empty": (b"", "no JPEG or PNG"),
    "a GIF": (b"GIF89a" + bytes(40), "no JPEG or PNG"),
    "an SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG or PNG"),
    "half a JPEG": (picture("JPEG")[:200], "damaged"),
    "a JPEG without its end": (picture("JPEG")[:-2], "damaged"),
    "a PNG without its end": (picture("PNG")[:-12], "damaged"),
    "a changed PNG": (picture("PNG").replace(b"IDAT", b"IDAX"), "damaged"),
    "a PNG cut in its last checksum": (picture("PNG")[:-1], "damaged"),
    "only the first bytes of a JPEG": (b"\xff\xd8\xff" + bytes(100), "damaged"),
    "a JPEG of empty segments": (b"\xff\xd8\xff\xe0\x00\x00" * 20, "damaged"),
    "no pixels": (png(0, 5), "damaged"),
    "too many pixels": (png(MAX_SIDE + 1, 5), "pixels"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused(name: str, tmp_path: Path) -> None:
    data, said = REFUSED[name]
    path = tmp_path / "cover.jpg"
    path.write_bytes(data)
    file = io.BytesIO()
    with pytest.raises(UsageError, match=said) as refused:
        write(book("A"), file, ExportOptions(cover=path))
    assert str(path) in refused.value.message
    assert refused.value.remedy
    assert file.getvalue() == b""


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cover.png"
    path.write_bytes(picture("PNG") + bytes(MAX_BYTES))
    with pytest.raises(UsageError, match="larger than 20 MiB"):
        read_cover(path)


def test_a_missing_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.png", tmp_path):
        with pytest.raises(UsageError, match="no picture"):
            read_cover(path)


@pytest.mark.parametrize("kind", KINDS)
def test_no_cut_of_a_picture_is_taken_for_a_whole_one(kind: str, tmp_path: Path) -> None:
    data = picture(kind)
    path = tmp_path / "cut"
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        with pytest.raises(UsageError):
            read_cover(path)
