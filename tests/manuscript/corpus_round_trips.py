"""Real novels out and in, by every format that comes in again: what is the same, and how long.

    python -m tests.manuscript.corpus_round_trips FOLDER

Every book is imported into a database of its own, exported from it with straight marks, and read
again; chapters, paragraphs and words are compared with what was imported. Ends with 1 where a
format that is to lose nothing (Markdown, one file or many, and JSON) lost anything.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish
from novelgen.bootstrap.importing import ImportRequest
from novelgen.config import load_settings
from novelgen.manuscript.export_options import ExportOptions
from novelgen.manuscript.importing.values import ImportedManuscript
from novelgen.paths import resolve_paths

_LOSSLESS = ("md", "md, a file a chapter", "json")
_FORMATS = (*_LOSSLESS, "txt", "epub", "docx")


def main(folder: Path) -> int:
    """Print a line for each book and format; returns how many lost what they must not."""
    lost = 0
    _say("book | format | chapters | paragraphs | words | the same | out, s | in, s | MB")
    for book in sorted(folder.glob("*.md")):
        with TemporaryDirectory() as home:
            paths = resolve_paths(home)
            settings = load_settings(paths, model="scripted")
            with Workbench(paths, settings) as workbench:
                lost += _book(workbench, book, Path(home))
    return lost


def _book(workbench: Workbench, book: Path, home: Path) -> int:
    read = workbench.imports.read(book)
    assert isinstance(read, ImportedManuscript)
    request = ImportRequest(read, read.title or book.stem, read.author, read.words, 1)
    novel = workbench.imports.create(request)
    lost = 0
    for name in _FORMATS:
        suffix, is_split = name.partition(",")[0], "," in name
        target = home / f"out-{'folder' if is_split else 'file'}.{suffix}"
        wish = ExportWish(suffix, options=ExportOptions(is_smart=False), is_split=is_split)
        started = time.monotonic()
        workbench.exports.to_path(novel.id, wish, target, overwrite=True)
        out_seconds = time.monotonic() - started
        started = time.monotonic()
        again = workbench.imports.read(target, text_only=True)
        in_seconds = time.monotonic() - started
        assert isinstance(again, ImportedManuscript)
        is_same = _content(again) == _content(read)
        lost += not is_same and name in _LOSSLESS
        paragraphs = sum(chapter.text.count("\n\n") + 1 for chapter in again.chapters)
        size = sum(file.stat().st_size for file in [target, *target.rglob("*")] if file.is_file())
        _say(
            f"{book.stem[:24]} | {name} | {len(again.chapters)} | {paragraphs:,} | "
            f"{again.words:,} | {'yes' if is_same else _difference(read, again)} | "
            f"{out_seconds:.1f} | {in_seconds:.1f} | {size / 1e6:.1f}"
        )
    return lost


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _content(manuscript: ImportedManuscript) -> list[tuple[str, str | None, str]]:
    return [(chapter.title, chapter.part, chapter.text) for chapter in manuscript.chapters]


def _difference(read: ImportedManuscript, again: ImportedManuscript) -> str:
    """In how many chapters a format that changes marks, or has no parts, is another one."""
    if len(read.chapters) != len(again.chapters):
        return "other chapters"
    pairs = list(zip(read.chapters, again.chapters, strict=True))
    texts = sum(a.text != b.text for a, b in pairs)
    titles = sum((a.title, a.part) != (b.title, b.part) for a, b in pairs)
    return f"but {texts} texts, {titles} titles or parts"


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
