"""One draft: a head with its score and what speaks against it, then its text."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from novelgen.generation.draft_reasons import Reason
from novelgen.tui.places.drafts.reading import ShownDraft
from novelgen.tui.widgets.prose_page import Paragraph, ProsePage

_MOST_REASONS = 4


class DraftPane(Vertical):
    """A column. Its head has as many lines as it is told to, so that two stand level."""

    DEFAULT_CSS = """
    DraftPane { width: 1fr; height: 1fr; }
    DraftPane > .head {
        height: auto; padding: 0 1 0 3; margin-bottom: 1;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    DraftPane > ProsePage { height: 1fr; }
    """

    def compose(self) -> ComposeResult:
        yield Static("", classes="head")
        page = ProsePage()
        page.can_focus = False
        yield page

    @property
    def page(self) -> ProsePage:
        return self.query_one(ProsePage)

    def show(
        self,
        draft: ShownDraft,
        place: str,
        paragraphs: Sequence[Paragraph],
        *,
        is_standing: bool,
        head_lines: int,
    ) -> None:
        """`place` is such as `Draft 2 of 5`."""
        told = draft.told and f" · {draft.told}"
        lines = [
            Content.assemble(
                (place, "bold $primary"),
                ("  ✓ stands in the chapter" if is_standing else "", "$success"),
            ),
            Content.styled(f"{draft.words:,} words{told}", "$foreground"),
            *_reasons(draft),
        ]
        lines += [Content("")] * (head_lines - len(lines))
        self.query_one(".head", Static).update(Content("\n").join(lines))
        if list(self.page.paragraphs) != list(paragraphs):
            self.page.show(paragraphs, keeps_place=False)


def head_lines(draft: ShownDraft) -> int:
    """How many lines the head of a draft takes."""
    return 2 + len(_reasons(draft))


def _reasons(draft: ShownDraft) -> list[Content]:
    lines = [_reason(reason) for reason in draft.reasons[:_MOST_REASONS]]
    left_out = len(draft.reasons) - _MOST_REASONS
    if left_out > 0:
        lines[-1] = Content.assemble(lines[-1], (f"  and {left_out} more", "$text-muted"))
    if draft.strike is not None:
        lines.append(Content.styled(f"✂ the guard cut it: {draft.strike.why}", "$error"))
    if not draft.is_usable:
        lines.append(Content.styled("✗ too short of what was wanted to be used", "$error"))
    return lines


def _reason(reason: Reason) -> Content:
    if not reason.cost:
        return Content.styled(reason.text, "$text-muted")
    figure = f"{reason.cost:+6.2f}".replace("-", "−")
    style = "$warning" if reason.cost > 0 else "$success"
    return Content.assemble((figure, style), f" {reason.text}")
