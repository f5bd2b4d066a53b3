"""Global options are accepted before and after the command: this moves them to the front."""

from collections.abc import Sequence

VALUE_OPTIONS = ("--db", "--home", "--config")
FLAGS = ("--json", "--quiet", "--debug", "--version")
EPILOG = (
    "Global options, before or after the command: --json, --quiet, --debug, --db URL, --home DIR, "
    "--config FILE."
)


def hoist_global_options(arguments: Sequence[str]) -> list[str]:
    """`arguments` with the global options first; nothing after `--` is touched."""
    front: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(arguments):
        argument = arguments[position]
        if argument == "--":
            rest.extend(arguments[position:])
            break
        if argument in FLAGS or argument.startswith(tuple(f"{name}=" for name in VALUE_OPTIONS)):
            front.append(argument)
        elif argument in VALUE_OPTIONS:
            front.extend(arguments[position : position + 2])
            position += 1
        else:
            rest.append(argument)
        position += 1
    return front + rest
