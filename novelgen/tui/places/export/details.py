"""The title page of a novel: title and author, changed here and in every file from now on."""

from novelgen.bootstrap import Workbench
from novelgen.bootstrap.wishes import checked_wish
from novelgen.generation.changing import change_novel
from novelgen.tui.dialogs.ask_line import AskLine
from novelgen.tui.places.export.choices import Line
from novelgen.tui.places.place import Place


def change_detail(place: Place, line: Line) -> None:
    """Ask for another title or author, and change the novel."""
    overview, novel_id = place.novel.overview, place.novel.id
    if overview is None:
        return
    name, label = line.value, line.value.capitalize()

    def named(text: str | None) -> None:
        if text is not None:
            place.change(lambda workbench: _changed(workbench, novel_id, name, text))

    now = str(getattr(overview.summary.novel, name))
    question = f"{label} of the novel, here and in every file from now on."
    place.app.push_screen(AskLine(label, question, now, may_be_empty=line is Line.AUTHOR), named)


def _changed(workbench: Workbench, novel_id: str, name: str, text: str) -> None:
    """Raises `UsageError` for a title that is empty or too long, and while a run has the novel."""
    novel = workbench.find(novel_id).novel
    wish = checked_wish(novel, workbench.settings, **{name: text})  # type: ignore[arg-type]
    with workbench.runs.claimed(novel):
        change_novel(workbench.store, novel, wish)
