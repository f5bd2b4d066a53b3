"""Every key of the workbench says what it is for, and no two of one place are the same."""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

import novelgen.tui
from novelgen.tui.app import WorkbenchApp
from novelgen.tui.novel.screen import NovelScreen
from novelgen.tui.places.place import Place
from novelgen.tui.places.registry import places


def classes() -> Iterator[type[DOMNode]]:
    """The widgets and screens that are declared in the package."""
    found: set[type[DOMNode]] = set()
    for module in pkgutil.walk_packages(novelgen.tui.__path__, "novelgen.tui."):
        for value in vars(importlib.import_module(module.name)).values():
            is_ours = isinstance(value, type) and value.__module__ == module.name
            if is_ours and issubclass(value, DOMNode):
                found.add(value)
    return iter(sorted(found, key=lambda each: f"{each.__module__}.{each.__name__}"))


def bindings_of(kind: type[DOMNode]) -> list[Binding]:
    """Those that a class adds itself, a binding a key."""
    return list(Binding.make_bindings(vars(kind).get("BINDINGS", ())))


WITH_BINDINGS = [kind for kind in classes() if bindings_of(kind)]


@pytest.mark.parametrize("kind", WITH_BINDINGS, ids=lambda kind: kind.__name__)
def test_every_binding_says_what_it_is_for(kind: type[DOMNode]) -> None:
    for binding in bindings_of(kind):
        assert binding.description, f"{binding.key} of {kind.__name__} has no description"
        assert binding.tooltip, f"{binding.key} of {kind.__name__} has no tooltip"
        assert not binding.tooltip.endswith("."), f"{binding.tooltip} of {kind.__name__}"


@pytest.mark.parametrize("kind", WITH_BINDINGS, ids=lambda kind: kind.__name__)
def test_no_key_of_a_class_leads_to_two_actions(kind: type[DOMNode]) -> None:
    keys = Counter(binding.key for binding in bindings_of(kind))
    assert {key for key, count in keys.items() if count > 1} == set()


@pytest.mark.parametrize(
    "place", [entry.place for entry in places()], ids=lambda place: place.__name__
)
def test_a_place_takes_no_key_of_the_novel_or_the_workbench(place: type[Place]) -> None:
    general = {binding.key for kind in (NovelScreen, WorkbenchApp) for binding in bindings_of(kind)}
    general |= {entry.key for entry in places()} | {"ctrl+p"}
    assert {binding.key for binding in bindings_of(place)} & general == set()


def test_the_keys_of_the_novel_and_of_the_workbench_are_different() -> None:
    novel = {binding.key for binding in bindings_of(NovelScreen)}
    assert novel & {binding.key for binding in bindings_of(WorkbenchApp)} == set()
    keys = [entry.key for entry in places()]
    assert len(set(keys)) == len(keys)


def test_places_show_few_actions_and_have_a_purpose() -> None:
    for entry in places():
        shown = {each.action for each in bindings_of(entry.place) if each.show}
        assert len(shown) <= 6, f"{entry.place.__name__} shows {sorted(shown)}"
        assert entry.place.PURPOSE
