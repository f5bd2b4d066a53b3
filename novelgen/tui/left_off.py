"""Where a person left each novel, and how many words it had by day; kept in a small file.

Losing the file costs a person their place and nothing else, so damage is read as nothing.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import TypeAdapter, ValidationError

from novelgen.paths import Paths

_DAYS_KEPT = 60


@dataclass(frozen=True, slots=True)
class LeftOff:
    """Where a novel was left."""

    chapter: int = 1
    paragraph: int = 0
    """The one that is marked, or the first in sight; 0 is the title."""
    place: str = ""
    words_by_day: dict[str, int] = field(default_factory=dict)
    """Words at the end of a day, by its ISO date."""
    is_introduced: bool = False
    """Whether the person was told what the bundled model is for."""

    def words_since_yesterday(self, words: int, today: date) -> int | None:
        """How many more words there are than on the last day before; None without one."""
        earlier = [day for day in self.words_by_day if day < today.isoformat()]
        return words - self.words_by_day[max(earlier)] if earlier else None

    def with_words(self, words: int, today: date) -> "LeftOff":
        days = {**self.words_by_day, today.isoformat(): words}
        kept = dict(sorted(days.items())[-_DAYS_KEPT:])
        return LeftOff(self.chapter, self.paragraph, self.place, kept, self.is_introduced)


_READER = TypeAdapter(LeftOff)


class LeftOffFile:
    """The file that they are kept in."""

    def __init__(self, paths: Paths) -> None:
        self._path = paths.state / "workbench.json"

    def of(self, novel_id: str) -> LeftOff:
        """Where a novel was left; the beginning where that is not known."""
        novels = self._document().get("novels")
        found = novels.get(novel_id) if isinstance(novels, dict) else None
        try:
            return LeftOff() if found is None else _READER.validate_python(found)
        except ValidationError:
            return LeftOff()

    def keep(self, novel_id: str, left: LeftOff) -> None:
        """Keep where a novel was left. A disk that refuses costs the place alone."""
        document = self._document()
        novels = document.get("novels")
        document["novels"] = {
            **(novels if isinstance(novels, dict) else {}),
            novel_id: asdict(left),
        }
        self._write(document)

    def value(self, name: str) -> Any:
        """Something kept under a name of its own, such as the theme."""
        return self._document().get(name)

    def keep_value(self, name: str, value: Any) -> None:
        self._write({**self._document(), name: value})

    def _document(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, document: dict[str, Any]) -> None:
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(
                "w", encoding="utf-8", dir=self._path.parent, delete=False, suffix=".tmp"
            ) as file:
                json.dump(document, file, ensure_ascii=False, indent=1)
            Path(file.name).replace(self._path)
