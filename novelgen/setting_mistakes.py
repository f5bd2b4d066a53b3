"""Says in plain words what is wrong with the settings a person wrote.

Guarantees that values are not repeated: one of them may be a key.
"""

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KINDS = {
    "int": "must be a whole number",
    "float": "must be a number",
    "bool": "must be true or false",
    "string": "must be a text in quotation marks",
    "list": "must be a list, as in [1, 2]",
    "tuple": "must be a list, as in [1, 2]",
    "dict": "must be a section of its own",
    "model": "must be a section of its own",
    "path": "must be a path in quotation marks",
}
_LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "extra_forbidden": "there is no such setting",
    "missing": "is missing",
    "finite_number": "must be a number that is not infinite",
}


def told(error: ValidationError) -> str:
    """All mistakes in one line, each behind the setting it is of."""
    told_of: dict[str, list[str]] = {}
    for problem in error.errors(include_url=False, include_input=False):
        told_of.setdefault(_place(problem), []).append(mistake(problem))
    return "; ".join(f"{place}: {_either(said)}" for place, said in told_of.items())


def mistake(problem: "ErrorDetails") -> str:
    """What is wrong with one setting, without its name."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in _LIMITS:
        return _LIMITS[kind].format(**_with_thousands(context))
    return _KINDS.get(kind.split("_")[0], problem["msg"].removeprefix("Value error, "))


def _either(said: list[str]) -> str:
    return " or ".join([said[0], *(each.removeprefix("must be ") for each in said[1:])])


def _place(problem: "ErrorDetails") -> str:
    """The setting's name, without the branch that pydantic tried where several kinds may stand."""
    names = [str(part) for part in problem["loc"]]
    if len(names) > 1 and _is_branch(names[-1]):
        names.pop()
    return ".".join(names) or "settings"


def _is_branch(part: str) -> bool:
    return "[" in part or part in ("int", "float", "constrained-int")


def _with_thousands(context: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value:,.16g}" if isinstance(value, int | float) else value
        for name, value in context.items()
    }
