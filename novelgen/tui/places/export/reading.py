"""What an export would hold, and where it would go; looked at before anything is written."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.exporting import ExportWish, export_name
from novelgen.errors import NovelgenError
from novelgen.manuscript.overview import ChapterOverview, read_overview
from novelgen.tui.places.export.choices import ExportChoices
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What the choices come to."""

    choices: ExportChoices
    wish: ExportWish
    path: Path
    exists: bool
    branches: tuple[str, ...]
    """Of the novel, by name."""
    branch: str
    """The one that is exported."""
    chapters: tuple[ChapterOverview, ...]
    """Those that are written."""
    held: tuple[int, ...]
    """Chapters that wait in the inbox, and are no part of the book yet."""
    unwritten: tuple[int, ...]
    missing: NovelgenError | None
    """What the format needs and is not installed."""
    lacks_cover: bool
    """Whether the picture for the cover is not there."""

    @property
    def words(self) -> int:
        return sum(chapter.words for chapter in self.chapters)


def plan_export(
    workbench: Workbench, novel_id: str, choices: ExportChoices, folder: Path
) -> ExportPlan:
    """Looks at the chapters, at what the format needs, and at whether the file is there already."""
    with workbench.store.reading() as work:
        branches = {each.name: each.id for each in work.branches.of_novel(novel_id)}
        novel = work.novels.get(novel_id)
        if choices.branch not in branches:  # it was renamed, or there never was a choice
            choices = replace(choices, branch=None)
        active = next(name for name, id in branches.items() if id == novel.active_branch_id)
        branch = choices.branch or active
        chapters = _chapters(work, novel_id, branches[branch])
    within = [
        chapter
        for chapter in chapters
        if chapter.number >= choices.first
        and (choices.last is None or chapter.number <= choices.last)
    ]
    wish = choices.wish(workbench.settings)
    path = _path(choices, folder, export_name(novel, wish))
    cover = wish.options.cover
    return ExportPlan(
        choices,
        wish,
        path,
        path.exists(),
        tuple(branches),
        branch,
        tuple(chapter for chapter in within if chapter.words and not chapter.is_held),
        tuple(chapter.number for chapter in within if chapter.is_held),
        tuple(chapter.number for chapter in within if not chapter.words),
        _missing(choices),
        cover is not None and not cover.is_file(),
    )


def backup_path(folder: Path, today: date) -> Path:
    """A name for a copy of the database."""
    return folder / f"novels-{today.isoformat()}.db"


def _chapters(work: UnitOfWork, novel_id: str, branch_id: str) -> tuple[ChapterOverview, ...]:
    """The chapters of a branch, as they would be were it the active one."""
    summary = work.novels.summary(novel_id)
    novel = replace(summary.novel, active_branch_id=branch_id)
    return read_overview(work, replace(summary, novel=novel)).chapters


def _path(choices: ExportChoices, folder: Path, name: str) -> Path:
    """The file; a folder that is there already gets it inside."""
    path = (choices.path or folder / name).expanduser().absolute()
    return path / name if path.is_dir() and not choices.splits else path


def _missing(choices: ExportChoices) -> NovelgenError | None:
    try:
        choices.format.require()
    except NovelgenError as error:
        return error
    return None
