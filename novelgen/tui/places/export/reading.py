"""What an export would hold, and where it would go; looked at before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from novelgen.manuscript.formats import FORMATS
from novelgen.manuscript.overview import ChapterOverview, NovelOverview
from novelgen.manuscript.whole_files import file_name


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What the person wants; `path` is None where the name is to be suggested."""

    format_name: str
    first: int = 1
    last: int | None = None
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What the wish comes to."""

    path: Path
    exists: bool
    chapters: tuple[ChapterOverview, ...]
    """Those that are written."""
    held: tuple[int, ...]
    """Chapters that wait in the inbox, and are no part of the book yet."""
    unwritten: tuple[int, ...]

    @property
    def words(self) -> int:
        return sum(chapter.words for chapter in self.chapters)


def format_called(name: str) -> str:
    """A format in words."""
    return f"{FORMATS[name].label} (.{name})"


def formats() -> Sequence[str]:
    """The formats that there are, by name."""
    return tuple(FORMATS)


def plan_export(overview: NovelOverview, wish: ExportWish, folder: Path) -> ExportPlan:
    """Looks at the chapters, and at whether the file is there already."""
    novel = overview.summary.novel
    name = file_name(novel.title, novel.id, wish.format_name)
    path = (wish.path or folder / name).expanduser().absolute()
    within = [
        chapter
        for chapter in overview.chapters
        if chapter.number >= wish.first and (wish.last is None or chapter.number <= wish.last)
    ]
    return ExportPlan(
        path,
        path.exists(),
        tuple(chapter for chapter in within if chapter.words and not chapter.is_held),
        tuple(chapter.number for chapter in within if chapter.is_held),
        tuple(chapter.number for chapter in within if not chapter.words),
    )


def backup_path(folder: Path, today: date) -> Path:
    """A name for a copy of the database."""
    return folder / f"novels-{today.isoformat()}.db"
