"""A whole novel of a JSON archive, put into a database: all that the archive holds, or nothing."""

from dataclasses import replace
from itertools import zip_longest

from novelgen.errors import UsageError
from novelgen.generation.author_marks import marks_of
from novelgen.generation.novel_settings import NovelSettings
from novelgen.generation.novel_status import AT_WORK, settle_status
from novelgen.generation.plan_store import read_content
from novelgen.generation.verification import verify_branch
from novelgen.manuscript.archive.reading import Archive
from novelgen.manuscript.tree import paragraphs_of
from novelgen.story.voice_keeper import voice_of
from novelgen.text.sanitize import clean_line
from storage.errors import ArchiveMistake
from storage.records import MAIN_BRANCH, NovelRecord, NovelStatus
from storage.store import Store
from storage.unit_of_work import UnitOfWork

_LONGEST_TITLE = 300
"""Characters, as of a new novel."""


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
    is_begun = work.chapters.last(novel.active_branch_id) is not None
    title = clean_line(novel.title)
    if len(title) > _LONGEST_TITLE or (is_begun and not title):
        raise ArchiveMistake("The novel has no title, or one of too many characters.")
    branches = work.branches.of_novel(novel.id)
    if novel.active_branch_id not in {branch.id for branch in branches}:
        raise ArchiveMistake("The novel has no active branch.")
    for branch in branches:
        for chapter in work.chapters.of_branch(branch.id):
            if chapter.number < 1 or chapter.number != chapter.revision.chapter_number:
                raise ArchiveMistake(f"Chapter {chapter.number} is none.")
    try:
        settings = NovelSettings.from_json(novel.settings)
        if min(settings.segment_size, settings.tail_tokens, settings.candidates) < 1:
            raise ValueError("a setting that is too small")
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
    for branch in branches:
        problems = verify_branch(work, replace(novel, active_branch_id=branch.id)).problems
        if problems:
            raise _damaged(archive, f"Its text is not what it was: {problems[0]}.")
    _require_same_text(work, novel, archive)


def _require_same_text(work: UnitOfWork, novel: NovelRecord, archive: Archive) -> None:
    """Compare the chapters for other programs with the rows: a person may have edited them."""
    name = archive.document.get("branch", MAIN_BRANCH)
    branch = next((each for each in work.branches.of_novel(novel.id) if each.name == name), None)
    if branch is None:
        raise ArchiveMistake("It has no rows of the branch that its chapters are of.")
    told = archive.document.get("chapters")
    listed = [] if told == [] else archive.manuscript().chapters
    held = work.inbox.held_chapters(branch.id)
    stored = [
        chapter
        for chapter in work.chapters.of_branch(branch.id)
        if chapter.revision.words and chapter.number not in held
    ]
    for chapter, read in zip_longest(stored, listed):
        text = "" if chapter is None else work.texts.of_revision(chapter.revision.id)
        same = (
            chapter is not None
            and read is not None
            and clean_line(chapter.revision.title) == read.title
            and paragraphs_of(text) == paragraphs_of(read.text)
        )
        if not same:
            number = "?" if chapter is None else chapter.number
            raise UsageError(
                f"{archive.path}: chapter {number} is another one in its `chapters` than in its "
                "`rows`. Nothing was imported.",
                "For chapters that were edited in the file: `novelgen import --text-only FILE`.",
            )


def _damaged(archive: Archive, why: str) -> UsageError:
    return UsageError(
        f"{archive.path} is damaged: {clean_line(why)} Nothing was imported.",
        "Export it once more, or take its chapters alone: `novelgen import --text-only FILE`.",
    )
