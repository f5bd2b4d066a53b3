"""A list whose lines may change under the reader: what was highlighted stays so, by its id."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

Line = tuple[str, Content]
"""An id, and what stands there."""


class KeptList(OptionList):
    """Lines with ids."""

    DEFAULT_CSS = """
    KeptList {
        border: none; background: $surface; padding: 0; height: 1fr; scrollbar-size-vertical: 1;
    }
    KeptList:focus { border: none; }
    KeptList > .option-list--option-highlighted {
        background: $boost; color: $foreground; text-style: bold;
    }
    KeptList:focus > .option-list--option-highlighted {
        background: $primary 30%; color: $foreground; text-style: bold;
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._shown_lines: list[Line] = []

    @property
    def chosen(self) -> str | None:
        """The id of the highlighted line."""
        if self.highlighted is None or self.highlighted >= len(self._shown_lines):
            return None
        return self._shown_lines[self.highlighted][0]

    def show(self, lines: Sequence[Line], at: str | None = None) -> None:
        """Show these; `at` is highlighted, else what was, else the first."""
        wanted = self.chosen if at is None else at
        ids = [each[0] for each in lines]
        if ids == [each[0] for each in self._shown_lines]:
            for index, (new, old) in enumerate(zip(lines, self._shown_lines, strict=True)):
                if new[1].markup != old[1].markup:
                    self.replace_option_prompt_at_index(index, new[1])
            self._shown_lines = list(lines)
        else:
            self._shown_lines = list(lines)
            self.set_options(Option(line, id=id) for id, line in lines)
        if wanted in ids:
            self.highlighted = ids.index(wanted)
        elif ids and self.highlighted is None:
            self.highlighted = 0
