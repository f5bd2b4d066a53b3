"""The settings of the workbench."""
