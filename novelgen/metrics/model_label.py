"""The name of a model as a label: short, and nothing of where it lies or of who serves it."""

from pathlib import PurePath

from novelgen.engine.values import SERVER_PREFIX, is_server

_MOST_CHARACTERS = 80


def model_label(model: str) -> str:
    """A model's name without its folder; of a server's address, the name of its model."""
    if is_server(model) and "/" in model:
        label = SERVER_PREFIX + model.partition("#")[2]
    elif PurePath(model).is_absolute():
        label = PurePath(model).name
    else:
        label = model
    return label[:_MOST_CHARACTERS]
