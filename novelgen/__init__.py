"""A workbench that writes long novels on the user's own machine."""

__version__ = "0.1.0"
