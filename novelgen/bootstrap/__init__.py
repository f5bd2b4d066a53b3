"""The composition root: settings in, a workbench with store, engine and runs out.

Heavy imports (torch, SQLAlchemy) happen inside functions, so that a command pays only for what
it uses.
"""

from novelgen.bootstrap.choices import (
    adapter_name,
    check_server,
    database_url,
    dtype_of,
    fit_of,
    model_and_adapter,
    model_name,
    runtime_of,
    upgrade_database,
    writing_dtype_of,
)
from novelgen.bootstrap.errors import as_novelgen_error
from novelgen.bootstrap.workbench import NovelRequest, Workbench

__all__ = [
    "NovelRequest",
    "Workbench",
    "adapter_name",
    "as_novelgen_error",
    "check_server",
    "database_url",
    "dtype_of",
    "fit_of",
    "model_and_adapter",
    "model_name",
    "runtime_of",
    "upgrade_database",
    "writing_dtype_of",
]
