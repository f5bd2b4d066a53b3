"""Figures of a worker for Prometheus: what its engine does, what it has committed, how it stands.

Figures alone: no title, no prose, no name of a person. Off unless a port is set; then it is served
to this machine, unless another address is set. Needs the extra `metrics`.
"""
