"""Turns a settings dataclass into command-line options: one definition of a name, type, default.

The docstring under a field is its help. Knows no particular settings.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import typer


def with_options_of(settings: type, panel: str) -> Callable[[Callable[..., Any]], Any]:
    """A decorator: the fields of `settings` become keyword options of a typer command.

    The command takes them as `**options`; a tuple is an option that may be repeated.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command, eval_str=True)
        kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        added = _options(settings, panel)
        command.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in [*kept, *added]}
        return command

    return decorate


def from_options(settings: type, options: dict[str, Any]) -> Any:
    """An instance of `settings` from what the command was given."""
    hints = get_type_hints(settings)
    return settings(
        **{
            name: tuple(value) if get_origin(hints[name]) is tuple else value
            for name, value in options.items()
        }
    )


def _options(settings: type, panel: str) -> list[inspect.Parameter]:
    help_texts, hints = _docstrings(settings), get_type_hints(settings)
    options = []
    for field in fields(settings):
        annotation: Any = hints[field.name]
        default: Any = field.default
        if get_origin(annotation) is tuple:
            annotation, default = list[get_args(annotation)[0]], list(default)  # type: ignore[misc]
        flags = [f"--{field.name.replace('_', '-')}"] if annotation is bool else []
        metavar = {int: "N", float: "X"}.get(annotation, "NAME")
        options.append(
            inspect.Parameter(
                field.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=default,
                annotation=Annotated[
                    annotation,
                    typer.Option(
                        *flags,
                        metavar=None if annotation is bool else metavar,
                        help=help_texts.get(field.name, ""),
                        rich_help_panel=panel,
                    ),
                ],
            )
        )
    return options


def _docstrings(settings: type) -> dict[str, str]:
    """The strings that stand under the fields, folded to one line each."""
    body = ast.parse(textwrap.dedent(inspect.getsource(settings))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        is_string = (
            isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        )
        if isinstance(statement, ast.AnnAssign) and is_string:
            name = statement.target.id  # type: ignore[union-attr]
            found[name] = " ".join(following.value.value.split())  # type: ignore[attr-defined]
    return found
