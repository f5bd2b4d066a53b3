"""A voice sheet as a person writes it: YAML, every field in its place, the sample as a block."""

from typing import Any

import yaml

from novelgen.errors import UsageError
from novelgen.story.voice import VoiceSheet, sheet_of
from novelgen.text.yaml_reading import YamlMistake, read_yaml

_MAX_CHARACTERS = 200_000
_HEAD = """\
# How the book is to sound. Empty fields are left open.
# point_of_view: first, second, third. tense: past, present. spelling: british, american.
"""


class _BlockDumper(yaml.SafeDumper):
    """Writes text of several lines as a block, so that it can be read and edited."""


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_BlockDumper.add_representer(str, _text)


def document_of(sheet: VoiceSheet) -> str:
    """The sheet as a document to edit; `read_document` gives it back."""
    fields = {
        name: "" if value is None else (str(value) if isinstance(value, str) else value)
        for name, value in sheet.as_json().items()
    }
    return _HEAD + yaml.dump(
        fields, Dumper=_BlockDumper, allow_unicode=True, sort_keys=False, width=10_000
    )


def read_document(raw: str, where: str) -> VoiceSheet:
    """The sheet in a document. Raises `UsageError` that names `where` it stands."""
    if len(raw) > _MAX_CHARACTERS:
        raise UsageError(
            f"{where} has more than {_MAX_CHARACTERS:,} characters.", "A voice sheet is short."
        )
    try:
        document = read_yaml(raw).value
    except YamlMistake as mistake:
        raise UsageError(
            f"{where} is no YAML: {mistake}.",
            "`novelgen voice NOVEL --edit` shows a sheet as it is written.",
        ) from mistake
    if document is None:
        return VoiceSheet()
    if not isinstance(document, dict):
        raise UsageError(f"{where} is no voice sheet.", "It is written as lines of `field: value`.")
    return sheet_of(document)
