"""The voice sheet: how a book is to sound. A value with bounds; knows no store and no model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from novelgen.errors import UsageError
from novelgen.text.narration import Person, Tense
from novelgen.text.sanitize import clean_line, clean_text

MAX_GENRE = 80
MAX_NOTES, MAX_NOTE = 12, 300
MAX_BANNED, MAX_PHRASE = 200, 80
MAX_SAMPLE = 20_000
"""Characters: some ten pages."""


class Spelling(StrEnum):
    """The spelling of English words that are spelled in two ways."""

    BRITISH = "british"
    AMERICAN = "american"


@dataclass(frozen=True, slots=True)
class VoiceSheet:
    """How a book is to sound. What is empty or None is left open."""

    genre: str = ""
    point_of_view: Person | None = None
    tense: Tense | None = None
    spelling: Spelling | None = None
    style: tuple[str, ...] = ()
    """Notes such as "Plain sentences, dry humour"."""
    banned: tuple[str, ...] = ()
    """Words and phrases that are not to be used."""
    sample: str = ""
    """Pages that sound as the book is to sound."""

    def as_json(self) -> dict[str, Any]:
        document = asdict(self)
        return {
            name: list(each) if isinstance(each, tuple) else each for name, each in document.items()
        }


FIELDS = tuple(field.name for field in fields(VoiceSheet))
_CHOICES: Mapping[str, type[StrEnum]] = {
    "point_of_view": Person,
    "tense": Tense,
    "spelling": Spelling,
}


def sheet_of(document: Mapping[str, Any]) -> VoiceSheet:
    """The sheet that a document describes; a field that it leaves out is left open.

    Texts are cleaned. Raises `UsageError` naming the field that is wrong, and what it can be.
    """
    unknown = [str(name) for name in document if name not in FIELDS]
    if unknown:
        raise UsageError(
            f"A voice sheet has no field {clean_line(unknown[0])[:60]!r}.",
            f"Its fields are {', '.join(FIELDS)}.",
        )
    return VoiceSheet(
        genre=_line(document, "genre", MAX_GENRE),
        point_of_view=_choice(document, "point_of_view"),
        tense=_choice(document, "tense"),
        spelling=_choice(document, "spelling"),
        style=_lines(document, "style", MAX_NOTES, MAX_NOTE),
        banned=_lines(document, "banned", MAX_BANNED, MAX_PHRASE),
        sample=_sample(document),
    )


def with_field(sheet: VoiceSheet, name: str, value: str) -> VoiceSheet:
    """The sheet with a field as a person writes it on a line; notes are parted by semicolons.

    Raises `UsageError`.
    """
    if name == "banned":
        raise UsageError(
            "Banned phrases are not set all at once.", "Use --ban PHRASE and --unban PHRASE."
        )
    is_list = isinstance(getattr(sheet, name, None), tuple)
    parts = [part for part in value.split(";") if part.strip()]
    return sheet_of({**sheet.as_json(), name: parts if is_list else value})


def with_banned(sheet: VoiceSheet, phrases: Sequence[str]) -> VoiceSheet:
    """The sheet with more banned phrases. Raises `UsageError`."""
    return sheet_of({**sheet.as_json(), "banned": [*sheet.banned, *phrases]})


def without_banned(sheet: VoiceSheet, phrases: Sequence[str]) -> VoiceSheet:
    """The sheet with phrases allowed again. Raises `UsageError` for one that is not banned."""
    gone = {clean_line(phrase).casefold() for phrase in phrases}
    unknown = gone - {phrase.casefold() for phrase in sheet.banned}
    if unknown:
        raise UsageError(
            f"{min(unknown)!r} is not banned.", "`novelgen voice NOVEL` shows what is."
        )
    kept = tuple(phrase for phrase in sheet.banned if phrase.casefold() not in gone)
    return replace(sheet, banned=kept)


def _line(document: Mapping[str, Any], name: str, most: int) -> str:
    return _checked(document.get(name) or "", name, most)


def _lines(document: Mapping[str, Any], name: str, most: int, most_chars: int) -> tuple[str, ...]:
    value = document.get(name) or []
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise UsageError(f"{name} is a list in a voice sheet.", "Write each item on a line: - item")
    kept: dict[str, str] = {}
    for item in value:
        line = _checked(item, name, most_chars)
        if line and not any(map(str.isalnum, line)):
            raise UsageError(f"{line!r} in {name} has no letter in it.", "Leave it out.")
        if line:
            kept.setdefault(line.casefold(), line)
    if len(kept) > most:
        raise UsageError(f"{name} has {len(kept)} items, more than {most}.", "Keep the best.")
    return tuple(kept.values())


def _checked(value: object, name: str, most: int) -> str:
    if not isinstance(value, str):
        raise UsageError(
            f"{name} holds {str(value)[:60]!r}, which is no text.", "Put it into quotation marks."
        )
    line = clean_line(value)
    if len(line) > most:
        raise UsageError(f"{name} has {len(line)} characters, more than {most}.", "Shorten it.")
    return line


def _choice(document: Mapping[str, Any], name: str) -> Any:
    """A member of the field's choices; None where it is left open."""
    value = document.get(name) or None
    if value is None:
        return None
    choices = [member.value for member in _CHOICES[name]]
    word = (
        _checked(value, name, MAX_GENRE).casefold().removesuffix(" person").removesuffix(" tense")
    )
    if not word:
        return None
    if word not in choices:
        raise UsageError(
            f"{name} is {word!r}; it can be {', '.join(choices)}, or empty.", "Choose one of them."
        )
    return _CHOICES[name](word)


def _sample(document: Mapping[str, Any]) -> str:
    value = document.get("sample") or ""
    if not isinstance(value, str):
        raise UsageError("sample is no text.", "Write it as a block: sample: |")
    text = "\n".join(line.rstrip() for line in clean_text(value).split("\n")).strip()
    if len(text) > MAX_SAMPLE:
        raise UsageError(
            f"The sample has {len(text):,} characters, more than {MAX_SAMPLE:,}.",
            "A few pages that sound right are enough.",
        )
    return text
