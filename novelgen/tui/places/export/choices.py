"""What a person has chosen of an export: kept from one format to the next, each takes its own."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from novelgen.bootstrap.exporting import ExportWish, options_of
from novelgen.config import Settings
from novelgen.manuscript.export_options import Face, PageSize, Style
from novelgen.manuscript.formats import FORMATS, ExportFormat


class Line(StrEnum):
    """What the place has a line for."""

    TITLE = "title"
    AUTHOR = "author"
    FORMAT = "format"
    STYLE = "style"
    MARKS = "marks"
    PAPER = "paper"
    FACE = "face"
    COVER = "cover"
    FILES = "files"
    BRANCH = "branch"
    CHAPTERS = "chapters"
    FILE = "file"
    EXPORT = "export"
    TAKE_BACK = "take back"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What the person wants; None is what the format, the settings or the title say."""

    format_name: str = next(iter(FORMATS))
    first: int = 1
    last: int | None = None
    branch: str | None = None
    """None is the active one."""
    path: Path | None = None
    style: Style | None = None
    is_smart: bool | None = None
    page_size: PageSize | None = None
    face: Face = Face.TIMES
    cover: Path | None = None
    is_split: bool = False

    @property
    def format(self) -> ExportFormat:
        return FORMATS[self.format_name]

    @property
    def styled(self) -> Style | None:
        """The style in force; None where the format has none."""
        styles = self.format.styles
        return self.style if self.style in styles else next(iter(styles), None)

    @property
    def smartens(self) -> bool:
        """Whether quotation marks become curly."""
        return self.format.is_smart if self.is_smart is None else self.is_smart

    @property
    def splits(self) -> bool:
        """Whether each chapter gets a file of its own."""
        return self.is_split and self.format.can_split

    @property
    def is_whole(self) -> bool:
        return (self.first, self.last) == (1, None)

    def has(self, line: Line) -> bool:
        """Whether the format leaves this choice; those that all have it do."""
        kind = self.format
        return {
            Line.STYLE: len(kind.styles) > 1,
            Line.MARKS: not kind.is_archive,
            Line.PAPER: kind.has_pages,
            Line.FACE: kind.has_pages and self.styled is Style.MANUSCRIPT,
            Line.COVER: kind.has_cover,
            Line.FILES: kind.can_split,
        }.get(line, True)

    def in_format(self, name: str) -> "ExportChoices":
        """The same in another format; a file that was named gets its suffix."""
        return replace(self, format_name=name)._with_suffix()

    def split(self, *, is_split: bool) -> "ExportChoices":
        """The same as one file, or as one a chapter, in a folder."""
        return replace(self, is_split=is_split)._with_suffix()

    def at(self, path: Path | None) -> "ExportChoices":
        """The same in a file, in the format that its name ends in; None names it by the title."""
        suffix = "" if path is None else path.suffix.lower().removeprefix(".")
        is_other = suffix in FORMATS and not self.splits
        return replace(self, path=path, format_name=suffix if is_other else self.format_name)

    def wish(self, settings: Settings) -> ExportWish:
        """The same for the format alone, with what the settings say."""
        kept = options_of(settings)
        options = replace(
            kept,
            style=self.styled,
            is_smart=None if self.format.is_archive else self.is_smart,
            cover=self.cover if self.has(Line.COVER) else None,
            page_size=self.page_size or kept.page_size,
            face=self.face,
        )
        return ExportWish(
            self.format_name, self.first, self.last, self.branch, options, self.splits
        )

    def _with_suffix(self) -> "ExportChoices":
        path = self.path
        if path is None:
            return self
        is_known = path.suffix.lower().removeprefix(".") in FORMATS
        stem = path.stem if is_known else path.name
        name = stem if self.splits else f"{stem}.{self.format_name}"
        return replace(self, path=path.with_name(name))
