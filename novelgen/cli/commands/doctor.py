"""`novelgen doctor`."""

import typer

from novelgen.cli.invocation import invocation_of
from novelgen.errors import ExitCode


def doctor(context: typer.Context) -> None:
    """Check the installation, device, model and database; every problem comes with a remedy.

    Example: novelgen doctor
    """
    invocation = invocation_of(context)
    from novelgen.cli.diagnosis import Severity, examine

    findings = examine(invocation.paths, invocation.config_file, invocation.database_url)
    failed = any(finding.severity is Severity.FAILURE for finding in findings)
    if invocation.output.as_json:
        checks = [finding.as_json() for finding in findings]
        invocation.output.document({"ok": not failed, "checks": checks})
    else:
        for finding in findings:
            invocation.output.data(f"{finding.severity.value:8} {finding.subject}: {finding.text}")
            if finding.remedy:
                invocation.output.data(f"{'':8} {finding.remedy}")
    if failed:
        raise typer.Exit(ExitCode.FAILED)
