"""Quantised GGUF models through llama.cpp, with the recurrent memory around them.

llama.cpp computes; what is drawn, and how memory is made, is the same code as for torch models.
"""
