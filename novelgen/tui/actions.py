"""Every action that a key leads to on a screen: for the command palette and the help screen.

They are those that the keyboard would find at this moment: what the focused widget keeps for itself
while a person types, and what a screen refuses now, is not among them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.app import App
from textual.binding import ActiveBinding
from textual.dom import DOMNode
from textual.screen import Screen

GENERAL = "Everywhere"
PLACES = "The places of a novel"
MOVING = "Moving and marking"

_GOES_TO_A_PLACE = "go("
PALETTE = "command_palette"
"""The name of the action that shows all actions."""
_ALL_ACTIONS = "All actions"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done now, the key for it, and what it is for."""

    title: str
    purpose: str
    key: str
    """As a person reads it; all keys where several lead to it."""
    name: str
    """As bindings have it."""
    place: str
    """Whose action it is, in words."""
    is_enabled: bool
    """Whether it does anything at this moment."""
    run: Callable[[], Any]


def actions_of(screen: Screen[Any]) -> Iterator[Action]:
    """The actions with a key on a screen, those of the focused widget first; each once."""
    for active, keys in _grouped(screen, lambda each: bool(each.binding.tooltip)):
        yield _action(screen, active, keys)


def movements_of(screen: Screen[Any]) -> Iterator[Action]:
    """Keys that move about in the focused widget and between widgets; the toolkit has them."""

    def is_movement(each: ActiveBinding) -> bool:
        return not each.binding.tooltip and bool(each.binding.description)

    for active, keys in _grouped(screen, is_movement):
        yield _action(screen, active, keys)


def _grouped(
    screen: Screen[Any], wanted: Callable[[ActiveBinding], bool]
) -> list[tuple[ActiveBinding, str]]:
    """Bindings with all keys that lead to them, in the order that the keyboard looks for them."""
    found: dict[tuple[int, str], tuple[ActiveBinding, list[str]]] = {}
    for active in screen.active_bindings.values():
        is_hidden = active.binding.system and active.binding.action != PALETTE
        if is_hidden or not wanted(active):
            continue
        key = (id(active.node), active.binding.action)
        _, keys = found.setdefault(key, (active, []))
        shown = screen.app.get_key_display(active.binding)
        if shown not in keys:
            keys.append(shown)
    return [(active, " ".join(keys)) for active, keys in found.values()]


def _action(screen: Screen[Any], active: ActiveBinding, keys: str) -> Action:
    binding = active.binding
    is_palette = binding.action == PALETTE
    return Action(
        title=_ALL_ACTIONS if is_palette else binding.description,
        purpose=binding.tooltip or binding.description,
        key=keys,
        name=binding.action,
        place=_place(active),
        is_enabled=active.enabled,
        run=partial(_run, screen, binding.action, active.node),
    )


async def _run(screen: Screen[Any], action: str, node: DOMNode) -> None:
    if node is screen.app or node.is_attached:  # what was there may have gone
        await screen.app.run_action(action, node)


def _place(active: ActiveBinding) -> str:
    node = active.node
    if active.binding.action.startswith(_GOES_TO_A_PLACE):
        return PLACES
    if isinstance(node, App):
        return GENERAL
    if not active.binding.tooltip:
        return MOVING
    told = getattr(node, "NAME", None) or getattr(node, "TITLE", None)
    return told or _in_words(type(node).__name__)


def _in_words(class_name: str) -> str:
    """Such as "Chapter list" of `ChapterList`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", class_name)
    return words[:1] + words[1:].lower()
