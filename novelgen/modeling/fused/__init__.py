"""The fused CPU decode path for the Llama family: one compiled function a step, on all cores.

numba keeps compiled code beside each module and looks at that module's own time alone: after a
change to `intrinsics` or `dot_tiles`, touch `products`, `step`, `arithmetic` and `sampling` too.
"""
