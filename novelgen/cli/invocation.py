"""One call of the program: its directories, settings and output. Opens things when asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from novelgen.cli.output import Output
from novelgen.paths import Paths

if TYPE_CHECKING:
    from novelgen.bootstrap import Workbench


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the global options say."""

    paths: Paths
    output: Output
    config_file: Path | None = None
    database_url: str | None = None
    debug: bool = False

    @contextmanager
    def workbench(self, **flags: Any) -> Iterator["Workbench"]:
        """The workbench with this call's settings; its database is closed afterwards."""
        from novelgen.bootstrap import Workbench
        from novelgen.config import load_settings

        settings = load_settings(
            self.paths, self.config_file, database_url=self.database_url, **flags
        )
        with Workbench(self.paths, settings) as workbench:
            yield workbench


def invocation_of(context: typer.Context) -> Invocation:
    """The invocation that the main callback stored."""
    found = context.find_object(Invocation)
    if found is None:
        raise RuntimeError("the main callback has not run")
    return found
