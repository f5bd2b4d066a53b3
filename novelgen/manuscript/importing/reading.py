"""Manuscripts out of files: Markdown, plain text, EPUB, Word, and folders of the first two.

Nothing is stored. Whatever is in a file, what comes out is a manuscript or an error that says what
is wrong with it and what to do.
"""

from pathlib import Path

from novelgen.manuscript.importing.blocks import Draft
from novelgen.manuscript.importing.chapters import manuscript_of
from novelgen.manuscript.importing.file_kinds import (
    FileKind,
    kind_of,
    misnamed,
    read_bytes,
)
from novelgen.manuscript.importing.folders import add_folder, is_folder
from novelgen.manuscript.importing.text_decoding import decoded, is_unicode
from novelgen.manuscript.importing.values import ImportedManuscript, TrackedChanges

_MAX_TEXT_BYTES = 64_000_000
"""Eleven million words: twice the longest known novel, and more."""


def read_manuscript_file(
    path: Path, *, tracked: TrackedChanges = TrackedChanges.NOTES
) -> ImportedManuscript:
    """The manuscript in a file, or in a folder with one Markdown or text file a chapter.

    `tracked` is what becomes of the tracked changes of a Word file. Raises `UsageError` for what is
    no manuscript, `StorageError` for what cannot be read or is damaged.
    """
    draft = Draft([])

    def add(file: Path, part: Draft) -> None:
        _add_file(file, part, tracked)

    if is_folder(path):
        add_folder(path, draft, add)
    else:
        add(path, draft)
    return manuscript_of(draft, str(path))


def _add_file(path: Path, draft: Draft, tracked: TrackedChanges) -> None:
    kind = kind_of(path)
    told = misnamed(path, kind)
    if told:
        draft.remarks.append(told)
    if kind is FileKind.DOCX:
        from novelgen.manuscript.importing.docx.reading import add_docx

        add_docx(path, draft, tracked)
    elif kind is FileKind.EPUB:
        from novelgen.manuscript.importing.epub.reading import add_epub

        add_epub(path, draft)
    else:
        raw = read_bytes(path, _MAX_TEXT_BYTES)
        text = decoded(raw, str(path))
        if not is_unicode(raw):
            draft.remarks.append(
                f"{path.name} is no UTF-8 and was read as Windows-1252: where letters look wrong, "
                "save it as UTF-8 and import it once more."
            )
        _add_text(text, kind, draft)


def _add_text(text: str, kind: FileKind, draft: Draft) -> None:
    if kind is FileKind.MARKDOWN:
        from novelgen.manuscript.importing.markdown.reading import add_markdown

        add_markdown(text, draft)
    else:
        from novelgen.manuscript.importing.plain_text.reading import add_plain_text

        add_plain_text(text, draft)
