"""At the right of the desk: the beat in hand, who is there, what is open, and how long it takes."""

from textual.content import Content
from textual.widgets import Static

from novelgen.manuscript.overview import ChapterOverview, NovelOverview
from novelgen.tui.places.desk.reading import DeskChapter
from novelgen.tui.run.picture import RunPicture
from novelgen.tui.widgets.bars import bar
from novelgen.tui.widgets.clock import duration

_BAR_CELLS = 12


class BeatPanel(Static):
    """A column of short sections."""

    def __init__(self) -> None:
        super().__init__("", id="beat-panel")

    def show(
        self,
        chapter: DeskChapter | None,
        overview: NovelOverview | None,
        target: ChapterOverview | None,
        picture: RunPicture,
    ) -> None:
        if chapter is None or overview is None:
            self.update("")
            return
        words = chapter.words
        if picture.is_writing and picture.chapter == chapter.number:
            words = max(words, picture.chapter_words)
        sections = [
            _chapter_section(chapter),
            _beat_section(chapter, words, picture),
            _time_section(words, overview, target, picture),
            _before_section(chapter),
            _threads_section(chapter),
            _marks_section(chapter),
        ]
        told = [section for section in sections if section.plain]
        self.update(Content("\n\n").join(told))


def _heading(text: str) -> tuple[str, str]:
    return (text + "\n", "bold $primary")


def _chapter_section(chapter: DeskChapter) -> Content:
    return Content.assemble(
        _heading(f"Chapter {chapter.number}"), (chapter.brief or "Not planned yet.", "")
    )


def _beat_section(chapter: DeskChapter, words: int, picture: RunPicture) -> Content:
    if not chapter.beats:
        return Content("")
    index = next((i for i, end in enumerate(chapter.beat_ends) if words < end), None)
    if chapter.is_complete or index is None:
        count = len(chapter.beats)
        return Content.assemble(_heading("Beats"), (f"All {count} are written.", "$text-muted"))
    beat = chapter.beats[index]
    start = chapter.beat_ends[index - 1] if index else 0
    length = max(1, chapter.beat_ends[index] - start)
    left = picture.seconds_left(chapter.beat_ends[index] - words) if picture.is_writing else None
    people = ", ".join(beat.characters)
    return Content.assemble(
        _heading(f"Beat {index + 1} of {len(chapter.beats)}"),
        (beat.title, "bold"),
        ("\n" if beat.title else ""),
        (beat.brief, ""),
        (f"\n\n{bar((words - start) / length, _BAR_CELLS)}", "$primary"),
        f" {max(words - start, 0)}/{length}",
        (f"  {duration(left)}" if left is not None else "", "$text-muted"),
        (f"\n\nOn stage  {people}" if people else "", ""),
        (f"\nPlace  {beat.place}" if beat.place else "", ""),
    )


def _time_section(
    words: int,
    overview: NovelOverview,
    target: ChapterOverview | None,
    picture: RunPicture,
) -> Content:
    wanted = target.target_words if target is not None else 0
    total = max(overview.summary.totals.words, picture.novel_words if picture.is_writing else 0)
    book = overview.summary.novel.target_words
    lines = [_heading("Words")]
    for name, have, want in (("chapter", words, wanted), ("book", total, book)):
        left = picture.seconds_left(max(want - have, 0)) if picture.is_writing else None
        told = f"  {duration(left)}" if left is not None else ""
        lines.append((f"{name:8}{have:>8,} / {want:,}{told}\n", ""))
    return Content.assemble(*lines).rstrip()


def _before_section(chapter: DeskChapter) -> Content:
    if not chapter.before:
        return Content("")
    return Content.assemble(_heading("The story so far"), (chapter.before, "$text-muted"))


def _threads_section(chapter: DeskChapter) -> Content:
    if not chapter.threads:
        return Content("")
    lines = [
        (f"· {thread.text}" + (f" (ch. {thread.due_chapter})" if thread.due_chapter else "") + "\n")
        for thread in chapter.threads
    ]
    return Content.assemble(_heading("Open threads"), *lines).rstrip()


def _marks_section(chapter: DeskChapter) -> Content:
    if not chapter.marks:
        return Content("")
    lines = [(f"¶{paragraph} {why}\n", "$warning") for paragraph, why in chapter.marks[:6]]
    return Content.assemble(_heading("To check"), *lines).rstrip()
