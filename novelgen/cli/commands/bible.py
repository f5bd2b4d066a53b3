"""`novelgen bible`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench
    from novelgen.story.bible_document import Bible
    from storage.change_records import ChangeRecord
    from storage.records import NovelRecord
    from storage.story_records import EntryRecord, FactRecord, ThreadRecord

_ORIGINS = {"plan": "planned", "text": "read", "model": "read by the model", "author": "yours"}


def bible(
    context: typer.Context,
    novel: Annotated[str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")],
    chapter: Annotated[
        int | None,
        typer.Option(metavar="K", min=1, help="Only what is known when chapter K begins."),
    ] = None,
    edit: Annotated[
        bool,
        typer.Option("--edit", help="Change all of it in your editor ($VISUAL, $EDITOR), as YAML."),
    ] = False,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take the edited document from a file, or -."),
    ] = None,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="Print the document that --edit and --from are about.")
    ] = False,
    add_fact: Annotated[
        str | None,
        typer.Option(metavar="'NAME: FACT'", help="Add a fact, such as 'Anna: has green eyes'."),
    ] = None,
    from_chapter: Annotated[
        int | None,
        typer.Option(metavar="K", min=0, help="The chapter from which that fact holds; default 0."),
    ] = None,
    read: Annotated[
        bool, typer.Option("--read", help="Read unread chapters first, by plain rules.")
    ] = False,
) -> None:
    """Show who and what there is in a novel, what is true of them, and from when on. Editable.

    Filled by reading each complete chapter: by a model with a chat template, else by plain rules.
    What you change or add is yours, and no run changes it again; `undo` takes an edit back.

    Example: novelgen bible 3f2a --add-fact "Anna: has a scar on her left hand" --from-chapter 7
    """
    invocation = invocation_of(context)
    if sum((edit, from_file is not None, add_fact is not None, as_yaml)) > 1:
        raise UsageError(
            "More than one thing is asked for.",
            "Give one of --edit, --from, --yaml and --add-fact.",
        )
    is_change = edit or from_file is not None or add_fact is not None
    if chapter is not None and (is_change or as_yaml):
        raise UsageError("--chapter says what is shown.", "Leave it out; the document is whole.")
    if from_chapter is not None and add_fact is None:
        raise UsageError("--from-chapter belongs to --add-fact.", "Give both, or leave it out.")
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        _require_planned(workbench, found, chapter, from_chapter)
        if read:
            from novelgen.cli.story_reading import read_by_rules

            read_by_rules(workbench, found)
        if as_yaml:
            _print_document(invocation, _document(workbench, found))
        elif edit:
            _say_changed(invocation, found, _edit(invocation, workbench, found))
        elif from_file is not None:
            _say_changed(invocation, found, _take(workbench, found, from_file))
        elif add_fact is not None:
            _say_changed(invocation, found, _add(workbench, found, add_fact, from_chapter or 0))
        else:
            _show(invocation, workbench, found, chapter)


def _require_planned(workbench: "Workbench", novel: "NovelRecord", *chapters: int | None) -> None:
    """Raises `NotFoundError` for a chapter that is neither written nor planned."""
    overview = workbench.overview(novel.id)
    last = max((each.number for each in overview.chapters), default=0)
    for chapter in chapters:
        if last and chapter is not None and chapter > last + 1:
            raise NotFoundError(
                f"“{novel.title}” has {last} chapters; there is no chapter {chapter}.",
                f"`novelgen show {novel.id}` lists them.",
            )


def _print_document(invocation: Invocation, document: str) -> None:
    if invocation.output.as_json:
        invocation.output.document({"yaml": document})
    else:
        invocation.output.prose(document)


def _document(workbench: "Workbench", novel: "NovelRecord") -> str:
    from novelgen.story.bible_document import as_document, bible_of

    with workbench.store.reading() as work:
        return as_document(bible_of(work, novel.active_branch_id), novel.title)


def _edit(
    invocation: Invocation, workbench: "Workbench", novel: "NovelRecord"
) -> "ChangeRecord | None":
    if not sys.stdin.isatty():
        raise UsageError(
            "There is no terminal for an editor.",
            "Print the document with --yaml and hand it in with --from FILE.",
        )
    from novelgen.sittings.outside_editor import edited_text
    from novelgen.story.bible_editing import apply_document

    folder, document = invocation.paths.state / "editing", _document(workbench, novel)
    with (
        edited_text(folder, f"{novel.id}-bible", document, invocation.output.note) as raw,
        workbench.store.writing() as work,
    ):
        return apply_document(work, novel.active_branch_id, raw)


def _take(workbench: "Workbench", novel: "NovelRecord", path: Path) -> "ChangeRecord | None":
    from novelgen.cli.chapter_input import text_from
    from novelgen.story.bible_editing import apply_document

    raw = text_from(path)
    with workbench.store.writing() as work:
        return apply_document(work, novel.active_branch_id, raw)


def _add(
    workbench: "Workbench", novel: "NovelRecord", raw: str, from_chapter: int
) -> "ChangeRecord":
    from novelgen.story.bible_editing import add_fact

    name, fact = _name_and_fact(raw)
    with workbench.store.writing() as work:
        return add_fact(work, novel.active_branch_id, name, fact, from_chapter)


def _unread(workbench: "Workbench", novel: "NovelRecord") -> tuple[int, ...]:
    from storage.records import RevisionState

    with workbench.store.reading() as work:
        summaries = work.summaries.of_chapters(novel.active_branch_id)
        chapters = work.chapters.of_branch(novel.active_branch_id)
    return tuple(
        each.number
        for each in chapters
        if each.revision.state is RevisionState.COMPLETE and each.number not in summaries
    )


def _name_and_fact(raw: str) -> tuple[str, str]:
    from novelgen.text.sanitize import clean_line

    name, separator, fact = clean_line(raw).partition(":")
    if not (separator and name.strip() and any(character.isalnum() for character in fact)):
        raise UsageError(
            f"{raw!r} is no fact.", "Give a name and what is true of it: 'Anna: has green eyes'."
        )
    return name.strip(), fact.strip()


def _say_changed(
    invocation: Invocation, novel: "NovelRecord", change: "ChangeRecord | None"
) -> None:
    output = invocation.output
    counts = {
        "entries": 0 if change is None else len(change.after.entries),
        "facts": 0 if change is None else len(change.after.facts),
        "promises": 0 if change is None else len(change.after.threads),
    }
    if output.as_json:
        output.document({"changed": change is not None, **counts})
    elif change is None:
        output.data("Nothing was changed.")
    else:
        output.data(
            "Changed: "
            + ", ".join(f"{count} {what}" for what, count in counts.items() if count)
            + f". `novelgen undo {novel.id}` takes it back."
        )


def _show(
    invocation: Invocation, workbench: "Workbench", novel: "NovelRecord", chapter: int | None
) -> None:
    from novelgen.cli.story_reading import say_unread
    from novelgen.story.bible_document import bible_of

    output = invocation.output
    with workbench.store.reading() as work:
        bible = bible_of(work, novel.active_branch_id, before_chapter=chapter)
    unread = _unread(workbench, novel)
    if output.as_json:
        output.document(
            {
                "entries": [_entry_json(entry, facts) for entry, facts in bible.with_facts()],
                "promises": [promise_as_json(each) for each in bible.threads],
                "unread": list(unread),
            }
        )
        return
    _show_entries(invocation, bible)
    _show_promises(invocation, bible)
    if not (bible.entries or bible.threads):
        output.note("The bible is empty.")
    say_unread(output, novel, unread, "bible")


def _show_entries(invocation: Invocation, bible: "Bible") -> None:
    shown = bible.with_facts()
    for kind, heading in (("character", "Characters"), ("place", "Places"), ("thing", "Things")):
        members = [(entry, facts) for entry, facts in shown if entry.kind.value == kind]
        if members:
            invocation.output.data(heading)
        for entry, facts in members:
            _show_entry(invocation, entry, facts)


def _show_promises(invocation: Invocation, bible: "Bible") -> None:
    if bible.threads:
        invocation.output.data("Promises")
    for thread in bible.threads:
        due = f", due in chapter {thread.due_chapter}" if thread.due_chapter else ""
        where = f"chapter {thread.opened_chapter}, {thread.state.value}{due}"
        invocation.output.data(f"  {where}: {thread.text}")


def _show_entry(invocation: Invocation, entry: "EntryRecord", facts: "list[FactRecord]") -> None:
    aliases = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
    first = f", first in chapter {entry.first_chapter}" if entry.first_chapter else ""
    described = f": {entry.description}" if entry.description else ""
    invocation.output.data(
        f"  {entry.name}{aliases}{described}   [{_ORIGINS[entry.origin.value]}{first}]"
    )
    for fact in facts:
        since = f"from chapter {fact.valid_from_chapter}" if fact.valid_from_chapter else "always"
        until = f" until {fact.valid_until_chapter}" if fact.valid_until_chapter else ""
        invocation.output.data(f"    {fact.text}   [{_ORIGINS[fact.origin.value]}, {since}{until}]")


def _entry_json(entry: "EntryRecord", facts: "list[FactRecord]") -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "kind": entry.kind.value,
        "aliases": list(entry.aliases),
        "description": entry.description,
        "origin": entry.origin.value,
        "first_chapter": entry.first_chapter,
        "first_paragraph": entry.first_paragraph,
        "facts": [
            {
                "id": fact.id,
                "attribute": fact.attribute,
                "value": fact.value,
                "text": fact.text,
                "origin": fact.origin.value,
                "from_chapter": fact.valid_from_chapter,
                "from_paragraph": fact.valid_from_paragraph,
                "until_chapter": fact.valid_until_chapter,
                "source_chapter": fact.source_chapter,
                "source_passage": fact.source_passage,
            }
            for fact in facts
        ],
    }


def promise_as_json(thread: "ThreadRecord") -> dict[str, Any]:
    """A promise, as every command that lists some writes it."""
    return {
        "id": thread.id,
        "kind": thread.kind.value,
        "text": thread.text,
        "origin": thread.origin.value,
        "state": thread.state.value,
        "opened_chapter": thread.opened_chapter,
        "opened_paragraph": thread.opened_paragraph,
        "passage": thread.opened_passage,
        "due_chapter": thread.due_chapter,
        "closed_chapter": thread.closed_chapter,
        "closed_passage": thread.closed_passage,
    }
