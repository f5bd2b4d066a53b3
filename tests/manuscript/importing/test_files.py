"""What a file is, whatever it is called; what cannot be read is refused with advice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from novelgen.errors import NovelgenError, StorageError, UsageError
from novelgen.manuscript.importing.reading import read_manuscript_file
from tests.manuscript.importing.made_files import PROSE, docx_parts, epub_parts, p, put, zipped

LOCKED = "EncryptedPackage".encode("utf-16-le")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
DOCX = zipped(docx_parts(p("Chapter 1") + p(PROSE)))
EPUB = zipped(epub_parts({"1.xhtml": f"<h1>Chapter 1</h1><p>{PROSE}</p>"}))


def short(value: str | bytes) -> str:
    """The name of a case: what is in a file is no name."""
    text = value if isinstance(value, str) else value[:6].decode("ascii", "backslashreplace")
    return text[:24]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.md", f"# Chapter 1\n\n{PROSE}", ""),
        ("a.MARKDOWN", f"# Chapter 1\n\n{PROSE}", ""),
        ("a.txt", f"Chapter 1\n\n{PROSE}", ""),
        ("a.text", f"Chapter 1\n\n{PROSE}", ""),
        ("a.docx", DOCX, ""),
        ("a.DOCX", DOCX, ""),
        ("a.epub", EPUB, ""),
        ("a.txt", DOCX, "is a Word file; it was read as one"),
        ("a.md", EPUB, "is an EPUB; it was read as one"),
        ("a.docx", EPUB, "is an EPUB; it was read as one"),
        ("a", EPUB, "is an EPUB; it was read as one"),
    ],
    ids=short,
)
def test_files_are_read_for_what_they_are(
    tmp_path: Path, name: str, data: str | bytes, told: str
) -> None:
    found = read_manuscript_file(put(tmp_path, name, data))
    assert [(each.number, each.text) for each in found.chapters] == [(1, PROSE)]
    assert told in "".join(found.remarks) and bool(told) == bool(found.remarks)


@pytest.mark.parametrize(
    ("name", "data", "reason", "advice"),
    [
        ("a.docx", OLE + LOCKED, "protected by a password", "Protect"),
        ("a.docx", OLE, "is an old Word file", "save it as .docx"),
        ("a.doc", OLE, "is an old Word file", "save it as .docx"),
        ("a.doc", b"text", "is an old Word file", "save it as .docx"),
        ("a.txt", b"%PDF-1.7\n%", "is a PDF", "export the manuscript"),
        ("a.pdf", b"no pdf", "is a PDF", "export the manuscript"),
        ("a.docx", b"{\\rtf1\\ansi x}", "is a rich text file", "word processor"),
        ("a.docx", zipped({"mimetype": "x", "content.xml": "<x/>"}), "is an OpenDocument text",
         "word processor"),
        ("a.odt", b"x", "is an OpenDocument text", "word processor"),
        ("a.epub", zipped({"x.txt": "y"}), "neither an EPUB nor a Word file", "Unpack it"),
        ("a.zip", zipped({"x.md": "y"}), "neither an EPUB nor a Word file", "Unpack it"),
        ("a.epub", PROSE, "is called .epub, and is none", "anew"),
        ("a.docx", PROSE, "is called .docx, and is none", "anew"),
        ("a.txt", "<!DOCTYPE html><html><p>x</p></html>", "is a web page", "Convert"),
        ("a.html", PROSE, "is a web page", "Convert"),
        ("a.mobi", PROSE, "is a Kindle book", "Convert"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(50), "is a picture", "Save it"),
        ("a.md", b"\x1f\x8b\x08" + bytes(50), "is a gzip archive", "Unpack"),
        ("a.xyz", PROSE, "does not say what it is", "Markdown (.md)"),
        ("a", PROSE, "does not say what it is", "suffix"),
        ("a.txt", b"", "is empty", "text of a novel"),
        ("a.docx", b"", "is empty", "text of a novel"),
        ("a.md", " \n\n\t\n", "There are no words", "text of a novel"),
        ("a.txt", "…\n\n— !\n\n***", "There are no words", "text of a novel"),
        ("a.md", "# Chapter 1\n\n# Chapter 2\n", "There are no words", "text of a novel"),
        ("a.md", "---\ntitle: Salt\n---\n", "There are no words", "text of a novel"),
        ("a.md", PROSE.encode() + bytes(range(32)) * 50, "is no text", "UTF-8"),
        ("a.txt", bytes(range(256)) * 40, "is no text", "UTF-8"),
        ("a.txt", b"\xff\xfe" + bytes(range(256)) * 40, "is no text", "UTF-8"),
    ],
    ids=short,
)  # fmt: skip
def test_what_cannot_be_read(
    tmp_path: Path, name: str, data: str | bytes, reason: str, advice: str
) -> None:
    with pytest.raises(UsageError) as told:
        read_manuscript_file(put(tmp_path, name, data))
    assert reason in told.value.message and advice in told.value.remedy
    assert str(tmp_path / name) in told.value.message


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to(tmp_path / "nowhere.md")
    for name in ("pipe.md", "link.md", "none.md", "a\0b.md", "x" * 5000 + ".md"):
        with pytest.raises(NovelgenError) as told:
            read_manuscript_file(tmp_path / name)
        assert told.value.message and told.value.remedy
    with pytest.raises(UsageError, match="no regular file"):
        read_manuscript_file(Path("/dev/null"))


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    put(tmp_path, "a.md", f"# Chapter 1\n\n{PROSE}")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert read_manuscript_file(tmp_path / "b.md").words == 16


def test_a_folder_is_a_manuscript(tmp_path: Path) -> None:
    put(tmp_path, "10-sea.md", f"# Chapter 3: The Sea\n\n{PROSE}\n\n* * *\n")
    put(tmp_path, "2-calm.md", f"---\nauthor: Bo\n---\n# Chapter 2: The Calm\n\n{PROSE}")
    put(tmp_path, "01-storm.txt", f"Chapter 1: The Storm\n\n{PROSE}")
    put(tmp_path, "00-title.md", "---\ntitle: Salt\nauthor: Ann\n---\n")
    put(tmp_path, "03-empty.md", "")
    put(tmp_path, ".hidden.md", "# Chapter 9\n\nno")
    put(tmp_path, "notes.pdf", "no")
    (tmp_path / "more").mkdir()
    found = read_manuscript_file(tmp_path)
    assert (found.title, found.author) == ("Salt", "Ann")
    assert [(each.number, each.title, each.text) for each in found.chapters] == [
        (1, "The Storm", PROSE),
        (2, "The Calm", PROSE),
        (3, "The Sea", PROSE),
    ]


def test_files_without_headings_are_chapters_by_their_names(tmp_path: Path) -> None:
    put(tmp_path, "01-the_storm.txt", PROSE)
    put(tmp_path, "02.txt", PROSE)
    put(tmp_path, "chapter-3.md", PROSE)
    put(tmp_path, "x.md", f"# Sea\n\n{PROSE}")
    found = read_manuscript_file(tmp_path)
    assert [(each.number, each.title, each.text) for each in found.chapters] == [
        (None, "The storm", PROSE),
        (None, "", PROSE),
        (3, "", PROSE),
        (None, "Sea", PROSE),
    ]


def test_folders_without_a_manuscript(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds 0 Markdown or text files"):
        read_manuscript_file(tmp_path)
    put(tmp_path, "a.md", "…")
    with pytest.raises(UsageError, match="There are no words"):
        read_manuscript_file(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = put(tmp_path, "a.md", PROSE)
    path.chmod(0)
    with pytest.raises(StorageError, match="cannot be read"):
        read_manuscript_file(path)


def test_more_text_than_any_novel_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "a.md", PROSE * 100)
    monkeypatch.setattr("novelgen.manuscript.importing.reading._MAX_TEXT_BYTES", 1_000)
    with pytest.raises(UsageError, match="more than 0 MB of text"):
        read_manuscript_file(path)
    lines = put(tmp_path, "b.txt", "-\n" * 600)
    monkeypatch.undo()
    monkeypatch.setattr("novelgen.manuscript.importing.text_decoding._MAX_LINES", 100)
    with pytest.raises(UsageError, match="lines"):
        read_manuscript_file(lines)


def test_texts_are_read_without_the_libraries_for_archives(tmp_path: Path) -> None:
    path = put(tmp_path, "a.md", f"# Chapter 1\n\n{PROSE}")
    code = (
        "import sys; from pathlib import Path\n"
        "from novelgen.manuscript.importing.reading import read_manuscript_file\n"
        f"read_manuscript_file(Path({str(path)!r}))\n"
        "sys.exit(bool({'lxml', 'docx', 'torch', 'sqlalchemy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_older_encoding_is_told(tmp_path: Path) -> None:
    read = read_manuscript_file(put(tmp_path, "a.txt", f"Caf\xe9. {PROSE}".encode("cp1252")))
    assert read.chapters[0].text.startswith("Caf\xe9.")
    assert any("read as Windows-1252" in remark for remark in read.remarks)
    read = read_manuscript_file(put(tmp_path, "b.txt", f"Caf\xe9. {PROSE}"))
    assert not any("Windows-1252" in remark for remark in read.remarks)


def test_a_page_that_is_missing_is_no_book_without_it(tmp_path: Path) -> None:
    pages = {f"{at}.xhtml": f"<h1>Chapter {at}</h1><p>{PROSE}</p>" for at in (1, 2)}
    parts = epub_parts(pages)
    del parts["OEBPS/2.xhtml"]
    with pytest.raises(StorageError, match=r"2\.xhtml is missing"):
        read_manuscript_file(put(tmp_path, "a.epub", zipped(parts)))


def test_a_page_that_is_named_again_and_again_is_read_once(tmp_path: Path) -> None:
    pages = {f"{at}.xhtml": f"<h1>Chapter {at}</h1><p>{PROSE}</p>" for at in (1, 2)}
    spine = '<itemref idref="i0"/><itemref idref="i1"/>' * 50
    read = read_manuscript_file(put(tmp_path, "a.epub", zipped(epub_parts(pages, spine=spine))))
    assert [chapter.number for chapter in read.chapters] == [1, 2]


def test_a_lone_hash_parts_scenes(tmp_path: Path) -> None:
    read = read_manuscript_file(put(tmp_path, "a.md", f"# Chapter 1\n\n{PROSE}\n\n#\n\n{PROSE}\n"))
    assert read.chapters[0].text == f"{PROSE}\n\n* * *\n\n{PROSE}"
