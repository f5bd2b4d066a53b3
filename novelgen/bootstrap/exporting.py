"""Exports: the manuscript of a novel in a file, a folder or an open stream."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from novelgen.manuscript.contact import Contact
from novelgen.manuscript.export_options import ExportOptions, PageSize

if TYPE_CHECKING:
    from novelgen.bootstrap.workbench import Workbench
    from novelgen.config import Settings
    from novelgen.manuscript.formats import ExportFormat
    from novelgen.manuscript.tree import Manuscript
    from storage.records import NovelRecord, NovelSummary
    from storage.unit_of_work import UnitOfWork

OnChapter = Callable[[int, int], None]
"""Chapters done, and chapters in all."""


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What a person wants of a novel."""

    format_name: str
    first: int = 1
    last: int | None = None
    branch: str | None = None
    """None is the active one."""
    options: ExportOptions = field(default_factory=ExportOptions)
    is_split: bool = False
    """One file a chapter, in a folder."""


def options_of(settings: "Settings") -> ExportOptions:
    """What the settings say of the author and of pages."""
    lines = settings.address.replace(";", "\n").split("\n")
    address = tuple(" ".join(line.split()) for line in lines if line.strip())
    contact = Contact(settings.legal_name, address, settings.email, settings.phone)
    return ExportOptions(contact=contact, page_size=PageSize(settings.page_size))


def export_name(novel: "NovelRecord", wish: ExportWish) -> str:
    """The name of a file or folder where the person gives none.

    A part of the book has its chapters in it, so that it does not take the place of the whole.
    """
    from novelgen.manuscript.whole_files import file_name

    name = file_name(novel.title, novel.id, "")
    if (wish.first, wish.last) != (1, None):
        last = "" if wish.last in (None, wish.first) else f"-{wish.last}"
        name = f"{name}-{wish.first}{last}"
    return name if wish.is_split else f"{name}.{wish.format_name}"


class ExportDesk:
    """The exports of a workbench."""

    def __init__(self, workbench: "Workbench") -> None:
        self._workbench = workbench

    def default_path(self, reference: str, wish: ExportWish) -> Path:
        """Named after the title, in the working directory."""
        return Path(export_name(self._workbench.find(reference).novel, wish))

    def to_path(
        self,
        reference: str,
        wish: ExportWish,
        path: Path | None,
        *,
        overwrite: bool,
        on_chapter: OnChapter | None = None,
    ) -> Path:
        """Write a file, or a folder of files, whole or not at all; returns its path.

        Raises `UsageError` for a format that does not exist, or lacks something that must be
        installed, and where something is in the way; `NotFoundError`, `StorageError`.
        """
        from novelgen.manuscript.whole_files import write_whole

        kind, wish = _ready(wish)
        target = path or self.default_path(reference, wish)
        if wish.is_split:
            self._to_folder(reference, kind, wish, target, overwrite, on_chapter)
        else:

            def write(file: BinaryIO) -> None:
                self._write(reference, kind, wish, file, on_chapter)

            write_whole(target, write, overwrite=overwrite)
        return target

    def to_stream(self, reference: str, wish: ExportWish, stream: BinaryIO) -> None:
        """Write to a stream that is open and may be a pipe. Raises as `to_path` does."""
        from novelgen.errors import StorageError, UsageError

        kind, wish = _ready(wish)
        if wish.is_split:
            raise UsageError("A folder of files cannot go to standard output.", "Name a folder.")
        try:
            if kind.is_text:
                self._write(reference, kind, wish, stream, None)
                stream.flush()
                return
            buffer = io.BytesIO()  # a zip is written back and forth
            self._write(reference, kind, wish, buffer, None)
            stream.write(buffer.getbuffer())
            stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StorageError(
                f"Standard output cannot be written: {error.strerror}.", "Free some space."
            ) from error

    def _to_folder(
        self,
        reference: str,
        kind: "ExportFormat",
        wish: ExportWish,
        target: Path,
        overwrite: bool,
        on_chapter: OnChapter | None,
    ) -> None:
        from novelgen.manuscript.split_files import write_split

        with self._workbench.store.reading() as work:
            summary, branch_id = self._found(work, reference, wish)
            manuscript = _manuscript(work, summary, branch_id, wish, on_chapter)
            write_split(target, manuscript, kind.name, overwrite=overwrite)

    def _write(
        self,
        reference: str,
        kind: "ExportFormat",
        wish: ExportWish,
        file: BinaryIO,
        on_chapter: OnChapter | None,
    ) -> None:
        with self._workbench.store.reading() as work:
            summary, branch_id = self._found(work, reference, wish)
            is_whole = kind.is_archive and (wish.first, wish.last) == (1, None)
            manuscript = _manuscript(
                work, summary, branch_id, wish, on_chapter, may_be_empty=is_whole
            )
            if kind.is_archive:
                from novelgen.manuscript.archive.export import write_archive

                write_archive(manuscript, file, work if is_whole else None)
            else:
                kind.writer(manuscript, file, wish.options)

    def _found(
        self, work: "UnitOfWork", reference: str, wish: ExportWish
    ) -> "tuple[NovelSummary, str]":
        novel = work.novels.find(reference)
        branch_id = novel.active_branch_id
        if wish.branch is not None:
            branch_id = work.branches.by_name(novel.id, wish.branch).id
        return work.novels.summary(novel.id), branch_id


def _ready(wish: ExportWish) -> "tuple[ExportFormat, ExportWish]":
    """The format, and the wish with its choices. Raises `UsageError`."""
    from novelgen.errors import UsageError
    from novelgen.manuscript.formats import FORMATS, format_of

    kind = format_of(wish.format_name)
    if wish.is_split and not kind.can_split:
        names = ", ".join(each.name for each in FORMATS.values() if each.can_split)
        raise UsageError(
            f"{kind.label} is one file for the whole book.", f"One a chapter is for: {names}."
        )
    options = kind.options(wish.options)
    kind.require()
    return kind, replace(wish, options=options)


def _manuscript(
    work: "UnitOfWork",
    summary: "NovelSummary",
    branch_id: str,
    wish: ExportWish,
    on_chapter: OnChapter | None,
    *,
    may_be_empty: bool = False,
) -> "Manuscript":
    from novelgen.manuscript.tree import counted, read_manuscript

    manuscript = read_manuscript(
        work, summary, wish.first, wish.last, branch_id, may_be_empty=may_be_empty
    )
    if wish.options.is_smart:
        from novelgen.manuscript.smart import smartened_manuscript

        manuscript = smartened_manuscript(manuscript)
    return manuscript if on_chapter is None else counted(manuscript, on_chapter)
