"""`novelgen search` and `novelgen replace`."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from novelgen.cli.invocation import Invocation, invocation_of
from novelgen.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from novelgen.generation.searching import Found, Scope, SearchResult
    from novelgen.text.searching import Query

_SHOWN_BY_REPLACE = 20
"""Hits that are shown before `replace` asks; --json has them all."""

NovelArgument = Annotated[
    str, typer.Argument(metavar="NOVEL", help="Id or title, or its beginning.")
]
InOption = Annotated[
    list[str] | None,
    typer.Option(
        "--in",
        metavar="PART",
        help="chapters, plan or bible; may be given several times. Default: chapters.",
    ),
]
ChapterOption = Annotated[
    int | None, typer.Option("--chapter", metavar="K", min=1, help="Only chapter K.")
]
PatternOption = Annotated[
    bool, typer.Option("--pattern", help="It is a regular expression of Python.")
]
WordsOption = Annotated[bool, typer.Option("--words", help="Only whole words.")]
CaseOption = Annotated[bool, typer.Option("--case", help="Capitals count.")]


def search(
    context: typer.Context,
    novel: NovelArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to seek.")],
    parts: InOption = None,
    chapter: ChapterOption = None,
    pattern: PatternOption = False,
    words: WordsOption = False,
    case: CaseOption = False,
) -> None:
    """Find words in chapters, plan and bible, with the words around them.

    Straight and curly quotation marks stand for each other.

    Example: novelgen search 3f2a "the grey coat" --in chapters --in bible
    """
    invocation = invocation_of(context)
    from novelgen.generation import searching

    query, scope = _asked(text, parts, chapter, pattern=pattern, words=words, case=case)
    with invocation.workbench() as workbench:
        found = searching.search(workbench.store, workbench.find(novel).novel, query, scope)
    if invocation.output.as_json:
        invocation.output.document({"total": len(found.hits), "hits": _as_json(found)})
        return
    for each in found.hits:
        invocation.output.data(f"{each.where}: …{_line(each.before)}[{each.matched}]"
                               f"{_line(each.after)}…")  # fmt: skip
    if not found.hits:
        invocation.output.note(f"{text!r} stands nowhere there.")


def replace(
    context: typer.Context,
    novel: NovelArgument,
    old: Annotated[str, typer.Argument(metavar="OLD", help="What to seek.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="What to put in its place.")],
    parts: InOption = None,
    chapter: ChapterOption = None,
    pattern: PatternOption = False,
    words: WordsOption = False,
    case: CaseOption = False,
    leave: Annotated[
        list[str] | None,
        typer.Option("--leave", metavar="ID", help="Leave this hit as it is; --json tells ids."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False,
) -> None:
    """Replace words in chapters, plan and bible, shown first; `undo` takes it back.

    Capitals stay: “Grey” becomes “Gray” where gray is to stand, unless --case or --pattern is
    given. With --pattern NEW may name groups: \\1. Without a terminal nothing is changed unless
    --yes is given. For a name, `novelgen rename` knows more.

    Example: novelgen replace 3f2a grey gray --words
    """
    invocation = invocation_of(context)
    from novelgen.cli.idle_reading import read_when_idle
    from novelgen.generation.replacing import replace as replace_in_novel
    from novelgen.generation.searching import search as search_novel
    from novelgen.text.searching import require_query

    query, scope = _asked(old, parts, chapter, pattern=pattern, words=words, case=case)
    require_query(query, new)
    change = None
    with invocation.workbench() as workbench:
        found = workbench.find(novel).novel
        seen = search_novel(workbench.store, found, query, scope)
        leaving = _leaving(seen, leave or [])
        hits = [each for each in seen.hits if each.id not in leaving]
        if not hits:
            raise NotFoundError(
                f"{old!r} stands nowhere there.", "--in names what is searched; --case narrows it."
            )
        if not invocation.output.as_json:
            _show(invocation, hits, query, new)
        is_wanted = yes or (sys.stdin.isatty() and typer.confirm("Change them all?", err=True))
        if is_wanted:
            change = replace_in_novel(workbench.store, found, query, new, scope, leaving, seen=seen)
            read_when_idle(invocation, workbench, found)
    if invocation.output.as_json:
        document = {"changed": change is not None, "total": len(hits), "hits": _as_json(seen)}
        invocation.output.document(document)
    elif change is not None:
        places = f"{len(hits):,} place{'' if len(hits) == 1 else 's'}"
        invocation.output.data(f"{places} changed. `novelgen undo {found.id}` takes it back.")
    elif is_wanted:
        invocation.output.data("Nothing was changed: the same words stand there.")
    else:
        invocation.output.data("Nothing was changed. Give --yes to change them.")


def _asked(
    text: str, parts: list[str] | None, chapter: int | None, **how: bool
) -> "tuple[Query, Scope]":
    from novelgen.generation.searching import Part, Scope
    from novelgen.text.searching import Query

    known = [part.value for part in Part]
    for part in parts or ():
        if part not in known:
            raise UsageError(f"--in {part!r} is no part.", f"It can be {', '.join(known)}.")
    wanted = frozenset(Part(part) for part in parts or (Part.CHAPTERS.value,))
    if chapter is not None and Part.CHAPTERS not in wanted:
        raise UsageError("--chapter goes with --in chapters.", "Leave one of them out.")
    if how["words"] and how["pattern"]:
        raise UsageError("--words does not go with --pattern.", r"Write \b into the pattern.")
    query = Query(text, how["case"], how["words"], how["pattern"])
    return query, Scope(wanted, chapter)


def _leaving(seen: "SearchResult", asked: list[str]) -> set[str]:
    known = {each.id for each in seen.hits}
    for hit in asked:
        if hit not in known:
            raise NotFoundError(f"There is no hit {hit!r}.", "--json lists the hits.")
    return set(asked)


def _show(invocation: Invocation, hits: "list[Found]", query: "Query", new: str) -> None:
    from novelgen.text.searching import Hit, replaced

    for each in hits[:_SHOWN_BY_REPLACE]:
        around = f"{each.before}{each.matched}{each.after}"
        start = len(each.before)
        try:
            put = replaced(around, Hit(start, start + len(each.matched)), query, new)
        except UsageError:
            put = new
        invocation.output.data(
            f"{each.where}: …{_line(each.before)}[-{each.matched}-]{{+{put}+}}{_line(each.after)}…"
        )
    if len(hits) > _SHOWN_BY_REPLACE:
        invocation.output.data(f"and {len(hits) - _SHOWN_BY_REPLACE:,} more")


def _as_json(found: "SearchResult") -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "part": each.part.value,
            "where": each.where,
            "chapter": each.chapter,
            "paragraph": each.paragraph,
            "before": each.before,
            "matched": each.matched,
            "after": each.after,
        }
        for each in found.hits
    ]


def _line(text: str) -> str:
    return text.replace("\n\n", " ¶ ").replace("\n", " ")
