"""The formats that a manuscript is written in; each names its writer, which is loaded when used."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from types import ModuleType
from typing import BinaryIO

from novelgen.errors import UsageError
from novelgen.manuscript.export_options import ExportOptions, Style
from novelgen.manuscript.tree import Manuscript

Writer = Callable[[Manuscript, BinaryIO, ExportOptions], None]
"""Fills an empty file that can be read and sought in."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format as a person chooses it."""

    name: str
    """Also the suffix of its files."""
    label: str
    module: str
    """Below `novelgen.manuscript`; its function `write` is the writer, and `require`, where there
    is one, raises `UsageError` when something that it needs is not installed."""
    styles: tuple[Style, ...] = ()
    """Those it can have, its own first; none where it has no choice."""
    is_smart: bool = False
    """Whether quotation marks are curly and dashes real unless the person wants other ones."""
    is_text: bool = False
    """Whether a terminal can show it."""
    can_split: bool = False
    """Whether it can be a folder of one file a chapter."""
    is_archive: bool = False
    """Whether it holds more than the manuscript, and so is written by `archive.export`."""
    has_cover: bool = False
    has_contact: bool = False
    has_pages: bool = False
    afterwards: str = ""
    """What takes its time once all chapters are read, if anything does."""

    def options(self, wished: ExportOptions) -> ExportOptions:
        """The wishes with this format's own choices where the person has none.

        Raises `UsageError` for what the format does not know of.
        """
        style = wished.style or (self.styles[0] if self.styles else None)
        if wished.style is not None and wished.style not in self.styles:
            raise UsageError(
                f"{self.label} has no {wished.style} style.",
                f"Formats that have one: {_names(wished.style)}.",
            )
        if wished.cover is not None and not self.has_cover:
            with_cover = ", ".join(each.name for each in FORMATS.values() if each.has_cover)
            raise UsageError(f"{self.label} has no cover.", f"Formats with one: {with_cover}.")
        is_smart = self.is_smart if wished.is_smart is None else wished.is_smart
        return replace(wished, style=style, is_smart=is_smart)

    def require(self) -> None:
        """Raises `UsageError` when something that it needs is not installed."""
        require = getattr(self._module, "require", None)
        if require is not None:
            require()

    @property
    def writer(self) -> Writer:
        write: Writer = self._module.write
        return write

    @property
    def _module(self) -> ModuleType:
        return import_module(f"novelgen.manuscript.{self.module}")


_BOTH = (Style.MANUSCRIPT, Style.READING)
FORMATS: dict[str, ExportFormat] = {
    each.name: each
    for each in (
        ExportFormat("md", "Markdown", "markdown", is_text=True, can_split=True),
        ExportFormat("epub", "EPUB", "epub.book", is_smart=True, has_cover=True),
        ExportFormat(
            "docx", "Word", "docx.book", _BOTH, is_smart=True, has_contact=True, has_pages=True
        ),
        ExportFormat("html", "HTML", "html.page", is_smart=True, is_text=True),
        ExportFormat("txt", "Plain text", "plain_text", is_text=True),
        ExportFormat(
            "pdf",
            "PDF",
            "pdf.book",
            _BOTH[::-1],
            is_smart=True,
            has_contact=True,
            has_pages=True,
            afterwards="setting the pages",
        ),
        ExportFormat(
            "odt", "OpenDocument text", "pandoc.odt", is_smart=True, afterwards="converting"
        ),
        ExportFormat("rtf", "Rich text", "pandoc.rtf", is_smart=True, afterwards="converting"),
        ExportFormat(
            "json",
            "JSON",
            "archive.export",
            is_text=True,
            is_archive=True,
            afterwards="writing all else of the novel",
        ),
    )
}
"""By name."""


def format_of(name: str) -> ExportFormat:
    """A format by name. Raises `UsageError` for one that does not exist."""
    found = FORMATS.get(name)
    if found is None:
        raise UsageError(
            f"There is no export format {name!r}.", f"Use one of: {', '.join(FORMATS)}."
        )
    return found


def _names(style: Style) -> str:
    return ", ".join(each.name for each in FORMATS.values() if style in each.styles)
