"""Prompt templates: a person's own folder over the shipped ones, sandboxed, strict.

A template that names an unknown variable fails; one that reaches for Python internals fails.
Templates see plain values only.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, TemplateError, TemplateNotFound

from novelgen.errors import UsageError
from novelgen.prompting.bounds import BoundedEnvironment, FolderLoader

_MISTAKES = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What an expression of a template may raise beside jinja's own errors."""
_REMEDY = "Mend your copy in the prompts folder of your configuration, or remove it."
_PACKAGE = Path(__file__).resolve().parent.parent


class PromptLibrary:
    """Renders templates by name, for example `brief_chat_user`."""

    def __init__(self, user_folder: Path | None = None) -> None:
        folders = [*([user_folder] if user_folder else []), shipped_prompts()]
        self._environment = BoundedEnvironment(
            ChoiceLoader([FolderLoader(folder) for folder in folders])
        )

    def render(self, name: str, variables: Mapping[str, Any]) -> str:
        """The text of template `name`, stripped. Raises `UsageError` naming the template."""
        self._environment.begin()
        try:
            return self._environment.get_template(f"{name}.jinja").render(variables).strip()
        except UnicodeDecodeError as error:
            raise UsageError(
                f"The prompt template {name!r} is not UTF-8 text.", "Save it as UTF-8."
            ) from error
        except TemplateNotFound as error:
            if error.name != f"{name}.jinja":
                raise UsageError(
                    f"The prompt template {name!r} asks for {error.name!r}, which is not a "
                    "template of its folder.",
                    _REMEDY,
                ) from error
            raise UsageError(
                f"There is no prompt template {name!r}.",
                f"Shipped templates are in {shipped_prompts()}.",
            ) from error
        except (TemplateError, *_MISTAKES) as error:
            raise UsageError(
                f"The prompt template {name!r} cannot be rendered: {error}.", _REMEDY
            ) from error
        except OSError as error:
            raise UsageError(
                f"The prompt template {name!r} cannot be read: {error.strerror or error}.",
                "Check its permissions, or remove it.",
            ) from error


def broken_templates(user_folder: Path) -> list[str]:
    """Names of templates in a person's folder that do not even parse."""
    environment = BoundedEnvironment()
    broken: list[str] = []
    for path in sorted(user_folder.glob("*.jinja")):
        try:
            environment.parse(path.read_text(encoding="utf-8"))
        except (TemplateError, UnicodeDecodeError, OSError):
            broken.append(path.name)
    return broken


def shipped_prompts() -> Path:
    """The templates of this distribution: inside the wheel, or `prompts/` of a checkout."""
    packaged = _PACKAGE / "shipped_prompts"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "prompts"
