"""A whole novel of a JSON archive, put into a database: all that the archive holds, or nothing."""

from novelgen.errors import UsageError
from novelgen.generation.author_marks import marks_of
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.novel_status import AT_WORK, settle_status
from novelgen.generation.plan_store import read_content
from novelgen.manuscript.archive.reading import Archive
from novelgen.story.voice_keeper import voice_of
from novelgen.text.sanitize import clean_line
from storage.errors import ArchiveMistake
from storage.records import NovelRecord, NovelStatus
from storage.store import Store
from storage.unit_of_work import UnitOfWork


def restore_novel(store: Store, archive: Archive) -> NovelRecord:
    """Add the novel; a copy with an id of its own where it is in the database already.

    Raises `UsageError` for an archive that this version cannot take, or that is damaged.
    """
    try:
        with store.writing() as work:
            novel = work.novels.get(work.archive.add(archive.rows()))
            _require_readable(work, novel, archive)
            if novel.status in AT_WORK:  # not here
                work.novels.set_status(novel.id, NovelStatus.PAUSED)
                settle_status(work, novel.id)
            return work.novels.get(novel.id)
    except ArchiveMistake as mistake:
        raise _damaged(archive, mistake.message) from mistake


def _require_readable(work: UnitOfWork, novel: NovelRecord, archive: Archive) -> None:
    """Read settings, plans, marks and voices, which are stored as documents; a bad one is refused.

    Raises `ArchiveMistake` and `UsageError`.
    """
    branches = work.branches.of_novel(novel.id)
    if novel.active_branch_id not in {branch.id for branch in branches}:
        raise ArchiveMistake("The novel has no active branch.")
    for branch in branches:
        for chapter in work.chapters.of_branch(branch.id):
            if chapter.number < 1 or chapter.number != chapter.revision.chapter_number:
                raise ArchiveMistake(f"Chapter {chapter.number} is none.")
    try:
        NovelSettings.from_json(novel.settings)
        for branch in branches:
            for plan in work.plans.versions(branch.id):
                read_content(work, plan)
            marks_of(work, branch.id)
            voice_of(work, novel, branch.id)
            work.changes.of_branch(branch.id)
    except (LookupError, TypeError, ValueError, AttributeError, AssertionError) as error:
        # what a document of another shape is answered with
        why = f"A plan, a mark or a setting in it is none ({type(error).__name__})."
        raise _damaged(archive, why) from error


def _damaged(archive: Archive, why: str) -> UsageError:
    return UsageError(
        f"{archive.path} is damaged: {clean_line(why)} Nothing was imported.",
        "Export it once more, or take its chapters alone: `novelgen import --text-only FILE`.",
    )
