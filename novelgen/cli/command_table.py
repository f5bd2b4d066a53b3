"""Every command by name, with the module it is in: imported when it is called, not before.

The list that `--help` shows needs no module at all; it starts in a tenth of a second.
"""

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from novelgen.cli.global_options import EPILOG

_WRITING = "Writing"
_EDITING = "Editing"
_RESEARCH = "Research and repair"


class CommandEntry(NamedTuple):
    """One command, or a group of them, as the list of commands shows it."""

    name: str
    module: str
    """Below `novelgen.cli.commands`."""
    attribute: str
    """A function, or `app` for a group."""
    panel: str
    summary: str
    """The first line of its help."""


COMMANDS = (
    CommandEntry(
        "new", "new", "new", _WRITING, "Create a novel, plan it and write it. Prints its id."
    ),
    CommandEntry(
        "resume",
        "resume",
        "resume",
        _WRITING,
        "Go on writing from the last committed segment, or from a chosen memory snapshot.",
    ),
    CommandEntry(
        "tui",
        "tui",
        "tui",
        _WRITING,
        "Open the workbench: all novels, or one where you left it.",
    ),
    CommandEntry(
        "list", "listing", "list_novels", _WRITING, "List all novels, the last changed first."
    ),
    CommandEntry(
        "show",
        "listing",
        "show",
        _WRITING,
        "Show one novel: words against target, chapters, and known novels for comparison.",
    ),
    CommandEntry(
        "stats",
        "stats",
        "stats",
        _WRITING,
        "Tell a novel in figures: words, prose beside human bands, tokens and speed, whose words.",
    ),
    CommandEntry(
        "plan",
        "plan",
        "plan",
        _EDITING,
        "Show the plan of a novel, or change it: each change is a new version, none is lost.",
    ),
    CommandEntry(
        "set",
        "setting",
        "set_novel",
        _EDITING,
        "Change title, author, length, candidates, the model, adapter or planner, in mid-book.",
    ),
    CommandEntry(
        "edit",
        "edit",
        "edit",
        _EDITING,
        "Replace a chapter's text, as a new revision; the old one stays.",
    ),
    CommandEntry(
        "regenerate",
        "regenerate",
        "regenerate",
        _EDITING,
        "Draft a chapter anew, as a new revision; the old one and all later chapters stay.",
    ),
    CommandEntry(
        "infill",
        "infill",
        "infill",
        _EDITING,
        "Rewrite a passage with the text before and after in view, as a new revision.",
    ),
    CommandEntry(
        "lock", "locks", "lock", _EDITING, "Lock a passage: no machine changes it any more."
    ),
    CommandEntry(
        "unlock",
        "locks",
        "unlock",
        _EDITING,
        "Release a locked passage, so that it can change.",
    ),
    CommandEntry(
        "locks", "locks", "locks", _EDITING, "List the locked passages of a novel's active branch."
    ),
    CommandEntry(
        "choose",
        "choose",
        "choose",
        _EDITING,
        "Take another draft of a passage than the one that was kept. `undo` takes it back.",
    ),
    CommandEntry(
        "check",
        "check",
        "check",
        _EDITING,
        "List passages that may no longer fit after a change, contradictions, oddities, promises.",
    ),
    CommandEntry(
        "story",
        "story",
        "story",
        _EDITING,
        "Show the story so far: summaries of the book, its parts and chapters. They can be edited.",
    ),
    CommandEntry(
        "bible",
        "bible",
        "bible",
        _EDITING,
        "Show who and what there is in a novel, what is true of them, and from when on. Editable.",
    ),
    CommandEntry(
        "rename",
        "rename",
        "rename",
        _EDITING,
        "Change a name in prose, titles, plan and bible, shown first; `undo` takes it back.",
    ),
    CommandEntry(
        "search",
        "search",
        "search",
        _EDITING,
        "Find words in chapters, plan and bible, with the words around them.",
    ),
    CommandEntry(
        "replace",
        "search",
        "replace",
        _EDITING,
        "Replace words in chapters, plan and bible, shown first; `undo` takes it back.",
    ),
    CommandEntry(
        "voice",
        "voice",
        "voice",
        _EDITING,
        "Show or change how a novel is to sound: genre, person, tense, style, banned phrases.",
    ),
    CommandEntry(
        "undo",
        "versions",
        "undo",
        _EDITING,
        "Take the last change back: an edit, a new draft, a restored revision, a rename.",
    ),
    CommandEntry(
        "redo", "versions", "redo", _EDITING, "Make the change that was undone last once more."
    ),
    CommandEntry(
        "revisions",
        "versions",
        "revisions",
        _EDITING,
        "List the revisions of a chapter; the one with a star is its text now.",
    ),
    CommandEntry(
        "diff",
        "versions",
        "diff",
        _EDITING,
        "Show what two revisions of a chapter do not share, word by word.",
    ),
    CommandEntry(
        "restore",
        "versions",
        "restore",
        _EDITING,
        "Make an earlier revision a chapter's text again. Nothing is lost; `undo` takes it back.",
    ),
    CommandEntry(
        "branch",
        "branches",
        "branch",
        _EDITING,
        "Let the story go another way after a chapter. Plan and memory branch with the text.",
    ),
    CommandEntry(
        "branches",
        "branches",
        "branches",
        _EDITING,
        "List the branches of a novel; the one with a star is written, edited and exported.",
    ),
    CommandEntry(
        "switch",
        "branches",
        "switch",
        _EDITING,
        "Make another branch the one that is written, edited and exported.",
    ),
    CommandEntry(
        "compare",
        "branches",
        "compare",
        _EDITING,
        "Compare two branches chapter by chapter. `novelgen diff --branch X` shows the words.",
    ),
    CommandEntry(
        "import",
        "importing",
        "import_manuscript",
        _WRITING,
        "Make a novel of your manuscript, or take it back into the novel that it is of.",
    ),
    CommandEntry(
        "export", "export", "export", _WRITING, "Export a manuscript. Prints the path of the file."
    ),
    CommandEntry(
        "card",
        "card",
        "card",
        _WRITING,
        "Draw a novel's map as a picture to show, with words, days and shares. Prints its path.",
    ),
    CommandEntry(
        "attach",
        "attach",
        "attach",
        _WRITING,
        "Look on while a novel is written, in whatever process, until the run ends.",
    ),
    CommandEntry(
        "pause",
        "pause",
        "pause",
        _WRITING,
        "Stop the run that writes a novel after its segment, in whatever process, and wait for it.",
    ),
    CommandEntry(
        "runs",
        "runs",
        "runs",
        _WRITING,
        "List what is being written, and the last run of every other novel.",
    ),
    CommandEntry(
        "inbox", "inbox", "app", _WRITING, "Chapters that were drafted while nobody looked."
    ),
    CommandEntry(
        "backup",
        "backup",
        "backup",
        _WRITING,
        "Copy the whole database to a file, also while a novel is written.",
    ),
    CommandEntry("models", "models", "app", _WRITING, "Language models known here."),
    CommandEntry(
        "engine", "engine", "app", _WRITING, "The process that keeps a loaded model warm."
    ),
    CommandEntry("config", "config", "app", _RESEARCH, "Settings, and where each comes from."),
    CommandEntry(
        "doctor",
        "doctor",
        "doctor",
        _RESEARCH,
        "Check the installation, device, model and database; every problem comes with a remedy.",
    ),
    CommandEntry(
        "snapshots",
        "snapshots",
        "snapshots",
        _RESEARCH,
        "List the memory snapshots of a novel, in reading order.",
    ),
    CommandEntry(
        "verify",
        "snapshots",
        "verify",
        _RESEARCH,
        "Re-hash every segment and memory snapshot of a novel, and recount its words.",
    ),
    CommandEntry(
        "reread",
        "reread",
        "reread",
        _RESEARCH,
        "Bring the memory of a novel up to its text. Touches no word.",
    ),
    CommandEntry(
        "train",
        "train",
        "train",
        _RESEARCH,
        "Train a memory adapter for a model on a folder of books, and the control it is judged by.",
    ),
    CommandEntry(
        "train-recall",
        "train_recall",
        "train_recall",
        _RESEARCH,
        "Train the small recall backbone from scratch for all three tasks. Under an hour on a CPU.",
    ),
    CommandEntry("eval", "evaluation", "app", _RESEARCH, "Measure memory, recall and prose."),
    CommandEntry("bench", "bench", "app", _RESEARCH, "Measure speed and size here."),
    CommandEntry("db", "database", "app", _RESEARCH, "Look after the database."),
    CommandEntry(
        "fleet",
        "fleet",
        "app",
        _RESEARCH,
        "Write many novels, or many drafts of a chapter, with workers on many machines.",
    ),
)


class Interrupted(Exception):
    """Ctrl-C, which typer would end the program with and say nothing."""


class CommandGroup(TyperGroup):
    """The commands of `COMMANDS`: listed from the table, loaded when one is called."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            entry.name: TyperCommand(
                entry.name, help=entry.summary, rich_help_panel=entry.panel, epilog=EPILOG
            )
            for entry in COMMANDS
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        for entry in COMMANDS:
            if args and entry.name == args[0]:
                self.commands[entry.name] = load_command(entry)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted from error


def load_command(entry: CommandEntry) -> Any:
    """Import a command's module and make the command."""
    target = getattr(import_module(f"novelgen.cli.commands.{entry.module}"), entry.attribute)
    if isinstance(target, typer.Typer):
        command: Any = typer.main.get_command(target)
        command.name = entry.name
        return command
    alone = typer.Typer(
        add_completion=False, context_settings={"help_option_names": ["-h", "--help"]}
    )
    alone.command(entry.name, epilog=EPILOG)(target)
    return typer.main.get_command(alone)
