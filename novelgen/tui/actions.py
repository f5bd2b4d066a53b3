"""Every action that a key leads to on a screen: for the command palette and the help screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done now, the key for it, and what it is for."""

    title: str
    purpose: str
    key: str
    place: str
    """Whose action it is, in words."""
    run: Callable[[], Any]


def actions_of(screen: Screen[Any]) -> Iterator[Action]:
    """The actions with a key on a screen, those of the focused widget first; each key once."""
    seen: set[str] = set()
    for node, binding in _bindings(screen):
        if binding.key in seen or not (binding.tooltip or binding.show):
            continue
        seen.add(binding.key)
        shown = binding.key_display or screen.app.get_key_display(binding)
        run = partial(_run, screen, binding.action, node)
        purpose = binding.tooltip or binding.description
        yield Action(binding.description, purpose, shown, _place(node), run)


def _bindings(screen: Screen[Any]) -> Iterator[tuple[DOMNode, Binding]]:
    chain = [screen, screen.app] if screen.focused is None else screen.focused.ancestors_with_self
    for node in [*chain, screen.app]:
        for bindings in node._bindings.key_to_bindings.values():
            for binding in bindings:
                if not binding.system:
                    yield node, binding


async def _run(screen: Screen[Any], action: str, node: DOMNode) -> None:
    await screen.app.run_action(action, node)


def _place(node: DOMNode) -> str:
    told = getattr(node, "NAME", None) or getattr(node, "TITLE", None)
    return told or type(node).__name__
