"""The places of an open novel, each in a folder of its own: the desk, the plan, the map, ..."""
