"""The versions of the plan: what each differs in from the one that counts, and bring one back."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static

from novelgen.planning.plan_differences import PlanDifference
from novelgen.tui.asking import ask
from novelgen.tui.dialogs.dialog import Dialog
from novelgen.tui.places.plan.reading import PlanVersion, read_differences
from novelgen.tui.widgets.kept_list import KeptList

_MOST_SHOWN = 200


class PlanVersions(Dialog[int]):
    """The number of the version to bring back."""

    DEFAULT_CSS = """
    PlanVersions .box { width: 100; height: 90%; }
    PlanVersions KeptList, PlanVersions .box KeptList {
        height: auto; max-height: 10; margin: 0;
    }
    PlanVersions #differences { height: 1fr; margin-top: 1; scrollbar-size-vertical: 1; }
    PlanVersions .hint { color: $text-muted; margin-top: 1; }
    """

    def __init__(self, novel_id: str, versions: Sequence[PlanVersion]) -> None:
        super().__init__()
        self._novel_id = novel_id
        self._versions = tuple(versions)

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = "Versions of the plan"
            yield KeptList(id="plan-versions")
            with VerticalScroll(id="differences"):
                yield Static("", id="differences-told")
            yield Static("Enter brings the version back, as a new one. None is lost.",
                         classes="hint")  # fmt: skip

    def on_mount(self) -> None:
        listed = self.query_one(KeptList)
        current = self._versions[0].version
        listed.show([(str(each.version), _line(each, current)) for each in self._versions])
        listed.focus()

    @on(OptionList.OptionHighlighted)
    def look(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        version = int(event.option.id or 0)
        if version == self._versions[0].version:
            self._tell(Content.styled("This is the plan as it is.", "$text-muted"))
            return

        def read_it(found: list[PlanDifference]) -> None:
            self._tell(_told(found))

        ask(self, lambda bench: read_differences(bench, self._novel_id, version), read_it)

    @on(OptionList.OptionSelected)
    def take(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        version = int(event.option.id or 0)
        self.dismiss(None if version == self._versions[0].version else version)

    def _tell(self, told: Content) -> None:
        self.query_one("#differences-told", Static).update(told)


def _line(each: PlanVersion, current: int) -> Content:
    sign = ("● ", "$primary") if each.version == current else ("  ", "")
    return Content.assemble(
        sign,
        f"{each.version:>3}  ",
        (f"{each.at}  ", "$text-muted"),
        f"{each.chapters:>5,} chapters {each.target_words:>11,} words  ",
        (each.made, "$text-muted"),
    )


def _told(found: Sequence[PlanDifference]) -> Content:
    if not found:
        return Content.styled("It says the same as the plan as it is.", "$text-muted")
    lines: list[tuple[str, str]] = []
    heading = ""
    for each in found[:_MOST_SHOWN]:
        if each.heading != heading and each.heading and not each.text.startswith("#"):
            lines.append((f"  {each.heading}\n", "$text-muted"))
        heading = each.heading
        sign, style = ("+", "$success") if each.is_new else ("-", "$error")
        lines.append((f"{sign} {each.text.lstrip('# ')}\n", style))
    if len(found) > _MOST_SHOWN:
        lines.append((f"… and {len(found) - _MOST_SHOWN:,} lines more", "$text-muted"))
    head = ("- as it was then, + as the plan is now\n\n", "$text-muted")
    return Content.assemble(head, *lines)
