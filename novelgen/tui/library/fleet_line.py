"""The line of the library that sums a fleet up; it is empty where there is none."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

if TYPE_CHECKING:
    from novelgen.fleet.standing import FleetStanding

_LABEL, _KEY = "fleet  ", "   f"


class FleetLine(Static):
    """One line, made anew where the width is another."""

    DEFAULT_CSS = """
    FleetLine { height: 1; margin: 0 2 1 2; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self) -> None:
        super().__init__("", id="fleet-line")
        self._standing: FleetStanding | None = None

    def show(self, standing: "FleetStanding | None") -> None:
        """Show how the fleet stands; None where there is none."""
        if standing != self._standing:
            self._standing = standing
            self._tell()

    def on_resize(self) -> None:
        self._tell()

    def _tell(self) -> None:
        if self._standing is None:
            self.update("")
            return
        from novelgen.tui.fleet.summary import fleet_summary

        room = self.size.width - len(_LABEL) - len(_KEY)
        self.update(
            Content.assemble(
                (_LABEL, "bold $secondary"),
                fleet_summary(self._standing, room),
                (_KEY, "bold $primary"),
            )
        )
