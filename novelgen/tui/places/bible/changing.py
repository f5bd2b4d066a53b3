"""What a person changes in the bible, each in one transaction; told in a line."""

from collections.abc import Callable, Mapping
from typing import Any

from novelgen.bootstrap import Workbench
from novelgen.errors import UsageError
from novelgen.story.bible_changes import (
    add_entry,
    add_fact_to,
    add_promise,
    change_entry,
    change_fact,
    change_promise,
    retract_fact,
    take_out_entry,
)
from novelgen.story.keeper import StoryKeeper
from novelgen.story.open_matters import intend_finding
from novelgen.story.story_overview import Told, overview_of, reset_summary, set_summary
from novelgen.story.voice import VoiceSheet, sheet_of
from novelgen.story.voice_keeper import keep_voice, voice_of
from novelgen.text.sanitize import clean_text
from novelgen.tui.places.bible.reading import Matter, MatterKind
from novelgen.tui.widgets.form_fields import number_in
from storage.change_records import ChangeRecord
from storage.story_records import SummaryKind
from storage.unit_of_work import UnitOfWork

UNDO = "u takes it back."
_MOST_CHARS = 20_000
_EVERY = 1 << 31

Values = Mapping[str, str]
_Change = Callable[[UnitOfWork, str], ChangeRecord | None]


def keep_entry(workbench: Workbench, novel_id: str, entry_id: int | None, values: Values) -> str:
    """Add an entry (no id), or change one."""
    fields = {
        "name": values["name"],
        "kind": values["kind"],
        "aliases": _items(values["aliases"]),
        "description": values["description"],
    }
    if entry_id is None:
        return _changed(workbench, novel_id, lambda work, at: add_entry(work, at, fields))
    return _changed(workbench, novel_id, lambda work, at: change_entry(work, at, entry_id, fields))


def remove_entry(workbench: Workbench, novel_id: str, entry_id: int) -> str:
    """Take an entry out of the bible."""
    return _changed(workbench, novel_id, lambda work, at: take_out_entry(work, at, entry_id))


def keep_fact(
    workbench: Workbench, novel_id: str, entry_id: int, fact_id: int | None, values: Values
) -> str:
    """Add a fact to an entry (no id), or change one."""
    fields: dict[str, Any] = {
        "text": values["text"],
        "valid_from": number_in(values, "from", "“From chapter”", least=0) or 0,
        "until": number_in(values, "until", "“Until chapter”"),
    }
    if fact_id is None:
        return _changed(
            workbench, novel_id, lambda work, at: add_fact_to(work, at, entry_id, fields)
        )
    return _changed(workbench, novel_id, lambda work, at: change_fact(work, at, fact_id, fields))


def remove_fact(workbench: Workbench, novel_id: str, fact_id: int) -> str:
    """Say that a fact is not true."""
    return _changed(workbench, novel_id, lambda work, at: retract_fact(work, at, fact_id))


def keep_promise(
    workbench: Workbench, novel_id: str, promise_id: int | None, values: Values
) -> str:
    """Add a promise (no id), or change one."""
    fields: dict[str, Any] = {
        "text": values["text"],
        "kind": values["kind"],
        "state": values["state"],
        "opened": number_in(values, "opened", "“Made in chapter”", least=0) or 0,
        "due": number_in(values, "due", "“Due in chapter”"),
    }
    if promise_id is None:
        return _changed(workbench, novel_id, lambda work, at: add_promise(work, at, fields))
    return _changed(
        workbench, novel_id, lambda work, at: change_promise(work, at, promise_id, fields)
    )


def settle_promise(workbench: Workbench, novel_id: str, promise_id: int, state: str) -> str:
    """Say what became of a promise."""
    fields = {"state": state}
    return _changed(
        workbench, novel_id, lambda work, at: change_promise(work, at, promise_id, fields)
    )


def intend(workbench: Workbench, novel_id: str, matter: Matter) -> str:
    """Take something off the list to check: it is meant so."""
    with workbench.store.writing() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        if matter.kind is MatterKind.CHECK:
            work.checks.intend(branch_id, matter.id)
        else:
            intend_finding(work, branch_id, matter.id)
    return "Taken off the list: it is meant so."


def keep_sheet(workbench: Workbench, novel_id: str, values: Values) -> str:
    """Make what is typed the author's voice sheet. What was guessed and left so stays guessed."""
    sheet = sheet_of(
        {
            "genre": values["genre"],
            "point_of_view": values["point_of_view"],
            "tense": values["tense"],
            "spelling": values["spelling"],
            "style": _lines(values["style"]),
            "banned": _lines(values["banned"]),
            "sample": values["sample"],
        }
    )
    with workbench.store.writing() as work:
        novel = work.novels.get(novel_id)
        voice = voice_of(work, novel)
        own = _without_guesses(sheet, voice.sheet, frozenset(voice.guessed))
        if own == voice.own:
            return "The voice sheet is as it was."
        record = keep_voice(work, novel.active_branch_id, own)
    return f"The voice sheet is version {record.version} now. v brings an earlier one back."


def restore_sheet(workbench: Workbench, novel_id: str, version: int) -> str:
    """Make an older voice sheet the current one, as a new version."""
    with workbench.store.writing() as work:
        branch_id = work.novels.get(novel_id).active_branch_id
        sheet = sheet_of(work.voices.version(branch_id, version).sheet)
        record = keep_voice(work, branch_id, sheet)
    return f"The voice sheet is version {record.version} now, as version {version} was."


def keep_summary(workbench: Workbench, novel_id: str, told: Told, text: str) -> str:
    """Put a person's own summary in the place of one."""
    cleaned = clean_text(text).strip()
    if not any(character.isalnum() for character in cleaned):
        raise UsageError("The summary is empty.", "x takes your own back.")
    if len(cleaned) > _MOST_CHARS:
        raise UsageError(
            f"The summary has {len(cleaned):,} characters; it can have {_MOST_CHARS:,}."
        )
    with workbench.store.writing() as work:
        set_summary(work, novel_id, told, cleaned)
    return "Your summary stands; writing goes on from it. x takes it back."


def take_summary_back(workbench: Workbench, novel_id: str, kind: SummaryKind, number: int) -> str:
    """Have the machine's summary stand again."""
    with workbench.store.writing() as work:
        novel = work.novels.get(novel_id)
        overview = overview_of(work, novel, novel.active_branch_id)
        reset_summary(work, novel_id, novel.active_branch_id, overview.find(kind, number), overview)
    return "The machine's summary stands again."


def read_unread(workbench: Workbench, novel_id: str) -> str:
    """Read every complete chapter that was not read as it stands, by plain rules."""
    novel = workbench.find(novel_id).novel
    keeper = StoryKeeper(workbench.store, novel, novel.active_branch_id)
    count = sum(1 for _ in keeper.catch_up(_EVERY))
    if not count:
        return "Every complete chapter is read already."
    return f"{count:,} chapter{'s are' if count > 1 else ' is'} read, by plain rules."


def _changed(workbench: Workbench, novel_id: str, change: _Change) -> str:
    with workbench.store.writing() as work:
        made = change(work, work.novels.get(novel_id).active_branch_id)
    return "Nothing was changed." if made is None else f"The bible is changed. {UNDO}"


def _without_guesses(sheet: VoiceSheet, shown: VoiceSheet, guessed: frozenset[str]) -> VoiceSheet:
    """The sheet without what was only guessed and not touched."""
    untouched = {name for name in guessed if getattr(sheet, name) == getattr(shown, name)}
    document = {name: value for name, value in sheet.as_json().items() if name not in untouched}
    return sheet_of(document)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.replace(";", ",").split(",") if item.strip()]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
