"""The memory of a novel along its story."""
