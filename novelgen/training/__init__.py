"""Trains the LoRA weights and the memory of an adapter on a folder of books."""
