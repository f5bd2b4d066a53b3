"""Seeds as options."""

LARGEST_SEED = 2**63 - 1
"""What every generator of random numbers takes."""
