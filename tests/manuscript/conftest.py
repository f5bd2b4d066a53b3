"""Novels by the scripted engine."""

from tests.generation.conftest import desks

__all__ = ["desks"]
