"""Documents in YAML as people write them: read safely, and nothing in them passed over.

YAML lets the last of two equal keys win in silence; here the second one is a mistake, for what a
person wrote is never dropped. Makes plain values only, never objects.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlMistake(ValueError):
    """What is wrong with a document; `line` counts from 1, and is 0 where none can be named."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(f"{problem} in line {line}" if line else problem)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """What a document holds, and the nodes that know the lines it stands in."""

    value: Any
    node: Any
    """None of an empty document."""


def read_yaml(text: str) -> YamlDocument:
    """The one document in `text`. Raises `YamlMistake`."""
    loader = None
    try:
        loader = _LOADER(text)
        node = loader.get_single_node()
        _require_each_key_once(node)
        return YamlDocument(None if node is None else loader.construct_document(node), node)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        last = text.rstrip("\n").count("\n")
        line = 0 if mark is None else min(mark.line, last) + 1
        raise YamlMistake(getattr(error, "problem", None) or "it cannot be read", line) from error
    except RecursionError as error:
        raise YamlMistake("it is nested too deep") from error
    except YamlMistake:
        raise
    except ValueError as error:  # a date that is none, a number of endless digits
        raise YamlMistake(str(error).split("\n", 1)[0] or "it cannot be read") from error
    finally:
        if loader is not None:
            loader.dispose()


def _require_each_key_once(root: Any) -> None:
    for mapping in _mappings(root):
        seen: set[str] = set()
        for key, _ in mapping.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise YamlMistake(f"`{key.value}` stands there twice", key.start_mark.line + 1)
                seen.add(key.value)


def _mappings(root: Any) -> Iterator[Any]:
    """Every mapping below `root`, each once, however often it is referred to."""
    waiting, known = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            yield node
            below = [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            below = node.value
        else:
            continue
        for each in below:
            if id(each) not in known:
                known.add(id(each))
                waiting.append(each)
