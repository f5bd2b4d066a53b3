"""Keys with priority overtake what was typed before them; what they do must not.

The application answers such a key at once, while the field that has the focus may still have
letters before it: a text that is saved then lacks its end.
"""

from collections.abc import Callable

from textual.widget import Widget


def after_typing(node: Widget, work: Callable[[], object]) -> None:
    """Do something as soon as all keys pressed so far have reached the field in focus."""
    (node.screen.focused or node).call_later(work)
