"""How the contexts of a segment's passages are kept: JSON in UTF-8, compressed by zlib."""

import json
import zlib
from collections.abc import Sequence

from storage.records import JsonObject
from storage.story_tables import ContextRow


def context_row(revision_id: str, position: int, context: Sequence[JsonObject]) -> ContextRow:
    """The row of what the model saw for each passage of a segment."""
    text = json.dumps([dict(each) for each in context], separators=(",", ":"))
    return ContextRow(revision_id=revision_id, position=position, data=zlib.compress(text.encode()))


def context_of(row: ContextRow) -> list[JsonObject]:
    """What was kept in the row."""
    context: list[JsonObject] = json.loads(zlib.decompress(row.data))
    return context
