"""What of a file is prose to be scored."""

import os
import random
from pathlib import Path

import pytest

from novelgen.errors import NotFoundError, StorageError
from novelgen.text.books import Book, BookFile, find_books, prose_of


def prose(raw: str) -> str:
    return prose_of(raw)[0]


def test_chapters_stand_where_their_prose_begins() -> None:
    text, chapters = prose_of("Before.\n\n# Part\n\n## One\n\nFirst.\n\n## Two ##\n\nSecond.\n")
    assert [(c.title, text[c.start :].split("\n")[0]) for c in chapters] == [
        ("", "Before."),
        ("One", "First."),
        ("Two", "Second."),
    ]
    book = Book("a.md", text, chapters, "")
    assert [book.chapter_at(place) for place in (0, chapters[1].start, len(text))] == [0, 1, 2]


def test_front_matter_and_headings_are_not_scored() -> None:
    raw = (
        "\ufeff---\ntitle: A Book\nwords: 3\n---\n\n# A Book\n\n## Chapter I: The  Sea\n\n"
        "She  went out.\n\n* * *\n\nCHAPTER II\n\n**He** came in — #3 on the list.\n\n### \n"
    )
    assert prose(raw) == "She went out.\n\n* * *\n\nHe came in — #3 on the list."


def test_a_rule_that_opens_a_text_is_no_front_matter() -> None:
    text = "---\n\nCall me Ishmael.\n\n---\n\nThen came the storm.\n"
    assert "Call me Ishmael." in prose(text) and "Then came the storm." in prose(text)
    listed = (
        "---\ntitle: A Book\ntags:\n  - sea\n- storm\n# remark\n\nauthor name: Ann\n...\nIt began."
    )
    assert prose(listed) == "It began."


def test_a_rule_inside_a_text_is_no_front_matter() -> None:
    assert "kept" in prose("First.\n\n---\n\nkept: yes\n\n---\n\nLast.")


def test_what_gutenberg_adds_is_left_out() -> None:
    raw = (
        "The Project Gutenberg eBook\n\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\n"
        "It rained.\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n\nLicence, licence."
    )
    assert prose(raw) == "It rained."


def test_wrapped_lines_are_joined_and_paragraphs_kept() -> None:
    raw = "It rained on the\nharbour all\nnight.\n\nNobody came.\n"
    assert prose(raw) == "It rained on the harbour all night.\n\nNobody came."


def test_long_lines_are_paragraphs_of_their_own() -> None:
    first, second = "It rained. " * 20, "It snowed. " * 20
    assert prose(f"{first}\n{second}\n\nEnd of it.").count("\n\n") == 2


def test_books_are_found_at_any_depth_by_name(tmp_path: Path) -> None:
    for name in ("b.md", "a/z.TXT", "c.epub", ".hidden.md", ".git/x.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("Prose.")
    assert [book.name for book in find_books(tmp_path)] == ["a/z.TXT", "b.md"]


def test_a_folder_without_books_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no \.md or \.txt file"):
        find_books(tmp_path)
    with pytest.raises(NotFoundError, match="no corpus folder"):
        find_books(tmp_path / "missing")


def test_a_file_is_no_corpus_and_its_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "novel.txt"
    path.write_text("Prose.")
    with pytest.raises(NotFoundError, match=r"novel\.txt is a file, not a folder") as caught:
        find_books(path)
    assert str(tmp_path) in caught.value.remedy


def test_older_encodings_are_read_and_missing_files_named(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes("Caf\u00e9 \u201cSol\u201d.".encode("cp1252"))
    assert BookFile("old.txt", path).read().prose == "Caf\u00e9 \u201cSol\u201d."
    path.unlink()
    with pytest.raises(StorageError, match=r"old\.txt cannot be read"):
        BookFile("old.txt", path).read()


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "noise.txt"
    path.write_bytes(random.Random(1).randbytes(60_000))
    with pytest.raises(
        StorageError, match=r"noise\.txt is no text: .* control characters"
    ) as caught:
        BookFile("noise.txt", path).read()
    assert "UTF-8" in caught.value.remedy


def test_every_name_can_be_written_and_a_link_to_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"b\xfcrch.md")).write_text("A tree.")
    (book,) = find_books(tmp_path)
    assert book.name == "b\\xfcrch.md" and book.read().name.encode()
    (tmp_path / "gone.txt").symlink_to("nowhere.txt")
    (tmp_path / "ring.txt").symlink_to("ring.txt")
    found = find_books(tmp_path)
    assert [file.name for file in found[1:]] == ["gone.txt", "ring.txt"]
    for file in found[1:]:
        with pytest.raises(StorageError, match=f"{file.name} cannot be read"):
            file.read()
