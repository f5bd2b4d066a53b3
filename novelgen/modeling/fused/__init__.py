"""The fused CPU decode path for the Llama family: one compiled function a step, on all cores."""
