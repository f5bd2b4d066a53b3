"""A chapter on the writing desk, from which the list is opened as well."""

from tests.tui.writing.conftest import sat

__all__ = ["sat"]
