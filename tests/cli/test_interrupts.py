"""Ctrl-C is answered, also where Python has dropped the exception for it."""

import signal
from contextlib import suppress

import pytest
import typer

from novelgen.cli.interrupts import explained_interrupt, noted_interrupts
from novelgen.cli.output import Output
from novelgen.errors import ExitCode

OUTPUT = Output(as_json=False, is_quiet=False)


def test_an_interrupt_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, explained_interrupt(OUTPUT, "All is kept."):
        signal.raise_signal(signal.SIGINT)
    assert ended.value.exit_code == ExitCode.INTERRUPTED
    assert "All is kept." in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_that_got_lost_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), explained_interrupt(OUTPUT, "All is kept.") as interrupts:
        interrupts.raise_lost()
        with suppress(KeyboardInterrupt):  # as a finalizer does
            signal.raise_signal(signal.SIGINT)
        interrupts.raise_lost()
        raise AssertionError("it was not found")
    assert "All is kept." in capsys.readouterr().err


def test_where_interrupts_are_ignored_they_stay_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with noted_interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            interrupts.raise_lost()
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
