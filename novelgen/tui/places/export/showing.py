"""What the file will hold, and what the person should know before it is written."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from novelgen.manuscript.export_options import Style
from novelgen.manuscript.overview import ChapterOverview
from novelgen.text.sanitize import clean_line
from novelgen.tui.places.export.reading import ExportPlan
from novelgen.tui.widgets.bars import bar

_NUMBERS_SHOWN = 6
_BAR_CELLS = 30
_CONTACT = ("legal_name", "address", "email", "phone")


def plan_told(plan: ExportPlan) -> Content:
    """What the file will hold, and what is not in it."""
    lines = [Content.styled("What the file will hold", "bold $primary")]
    if plan.chapters:
        count = _counted(len(plan.chapters), "chapter")
        lines.append(Content(f"{count}, {plan.words:,} words"))
    else:
        lines.append(Content.styled("Nothing: no text is in these chapters yet.", "$warning"))
    lines += [*_warnings(plan), *_about_format(plan)]
    if plan.unwritten:
        told = f"· Not written yet: {_numbers(plan.unwritten)}."
        lines.append(Content.styled(told, "$text-muted"))
    if plan.chapters:
        lines += [Content(""), *map(_chapter, plan.chapters)]
    return Content("\n").join(lines)


def progress_told(done: int, total: int, afterwards: str = "") -> Content:
    """How far a file is; `afterwards` is what goes on once all chapters are read."""
    if done == total and afterwards:
        return Content.assemble(("All chapters are read; ", "bold"), f"{afterwards} …")
    return Content.assemble(
        ("Writing  ", "bold"),
        (bar(done / max(1, total), _BAR_CELLS), "$primary"),
        f"  {done}/{total}",
    )


def written_told(plan: ExportPlan) -> str:
    """What is in a file that was written."""
    if plan.choices.format.is_archive and plan.choices.is_whole:
        return "Everything of the novel is in the file."
    where = "folder, a file a chapter" if plan.choices.splits else "file"
    return f"{plan.words:,} words are in the {where}."


def result_told(text: str, path: str) -> Content:
    return Content.assemble(("✓ ", "bold $success"), (f"{text}\n", "bold"), path)


def _warnings(plan: ExportPlan) -> Iterator[Content]:
    if plan.missing is not None:
        told = f"! {plan.missing.message} {plan.missing.remedy}".rstrip()
        yield Content.styled(told, "$warning")
    if plan.lacks_cover:
        yield Content.styled("! The picture for the cover is not there.", "$warning")
    if plan.exists:
        which = "folder" if plan.choices.splits else "file"
        yield Content.styled(f"! The {which} is there already; you are asked first.", "$warning")
    if plan.held:
        told = f"✉ Left out, since they wait in the inbox: {_numbers(plan.held)}."
        yield Content.styled(told, "$warning")


def _about_format(plan: ExportPlan) -> Iterator[Content]:
    choices = plan.choices
    if choices.format.is_archive:
        yield Content.styled(_archive_told(is_whole=choices.is_whole), "$text-muted")
    if choices.format.has_contact and choices.styled is Style.MANUSCRIPT:
        yield from _contact_told(plan)


def _archive_told(*, is_whole: bool) -> str:
    if not is_whole:
        return "Of some chapters JSON holds the text alone; of all of them everything."
    return (
        "JSON holds everything: all branches and versions, plan, bible, notes. m in the library "
        "brings it in again, without loss."
    )


def _contact_told(plan: ExportPlan) -> Iterator[Content]:
    """The contact block as it will stand, and what could stand there too."""
    contact = plan.wish.options.contact
    yield Content.styled("\nAt the top of its title page", "bold $primary")
    values = (contact.name, contact.address, contact.email, contact.phone)
    missing = [name for name, value in zip(_CONTACT, values, strict=True) if not value]
    if len(missing) == len(_CONTACT):
        yield Content.styled("! Neither your name nor an address: they are not set.", "$warning")
    for line in contact.lines:
        yield Content(clean_line(line))
    if missing:
        told = f"Set {_and(missing)} in the settings (key “,”), under Manuscripts."
        yield Content.styled(told, "$text-muted")


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _chapter(chapter: ChapterOverview) -> Content:
    state = "" if chapter.status == "complete" else "  not finished"
    return Content.assemble(
        (f"{chapter.number:>4}  ", "$text-muted"),
        clean_line(chapter.title),
        (f"  {chapter.words:,} words{state}", "$text-muted"),
    )


def _numbers(chapters: Sequence[int]) -> str:
    named = ", ".join(map(str, chapters[:_NUMBERS_SHOWN]))
    more = len(chapters) - _NUMBERS_SHOWN
    return f"chapter{'s' if len(chapters) > 1 else ''} {named}" + (
        f" and {more} more" if more > 0 else ""
    )


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
