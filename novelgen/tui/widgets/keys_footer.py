"""The line of keys at the bottom; where not all fit, help and the way back stay."""

from rich.cells import cell_len
from textual.widget import Widget
from textual.widgets import Footer
from textual.widgets._footer import FooterKey, KeyGroup

_ALWAYS = ("help", "leave")
"""Actions whose keys are never left out."""
_KEY_PADDING, _GROUP_PADDING, _LABEL_PADDING = 3, 2, 1


class KeysFooter(Footer):
    """Shows as many keys as fit whole, the first ones first; all of them are on the help screen."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False)

    async def recompose(self) -> None:
        await super().recompose()
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        entries = list(self.children)
        always = [each for each in entries if _is_always(each)]
        room = self.size.width - sum(map(_cells, always))
        is_full = False
        for entry in entries:
            if entry in always:
                continue
            room -= _cells(entry)
            is_full = is_full or room < 0  # none after one that was left out: the order says much
            entry.display = not is_full


def _is_always(entry: Widget) -> bool:
    return isinstance(entry, FooterKey) and entry.action.rpartition(".")[2] in _ALWAYS


def _cells(entry: Widget) -> int:
    if isinstance(entry, FooterKey):
        return cell_len(entry.key_display) + cell_len(entry.description) + _KEY_PADDING
    if isinstance(entry, KeyGroup):
        keys = [each for each in entry.children if isinstance(each, FooterKey)]
        return sum(cell_len(each.key_display) for each in keys) + _GROUP_PADDING
    return cell_len(str(entry.render())) + _LABEL_PADDING
