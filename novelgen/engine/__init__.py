"""The torch-free seam between the story loop and whatever runs the language model."""
