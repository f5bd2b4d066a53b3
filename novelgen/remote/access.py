"""Whether the extra that talks to servers is installed. Imports nothing of it."""

from importlib.util import find_spec

from novelgen.errors import ModelError


def require_remote_extra() -> None:
    """Raise `ModelError`, which names what to install, when it is missing."""
    if find_spec("openai") is None:
        raise ModelError(
            "Servers need the extra `remote`, which is not installed.",
            "Install it: pip install 'novelgen[remote]'",
        )
