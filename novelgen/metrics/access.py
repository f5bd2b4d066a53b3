"""Whether the extra that serves metrics is installed. Imports nothing of it."""

from importlib.util import find_spec

from novelgen.errors import UsageError


def require_metrics_extra() -> None:
    """Raise `UsageError`, which names what to install, when it is missing."""
    if find_spec("prometheus_client") is None:
        raise UsageError(
            "A metrics port is set, and the extra `metrics` is not installed.",
            "Install it: pip install 'novelgen[metrics]', or set metrics_port to 0.",
        )
