"""The context inspector: what the model sees for a passage, and what that costs."""
