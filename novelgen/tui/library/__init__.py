"""The library: all novels, a new one, the inbox, and the first start."""
