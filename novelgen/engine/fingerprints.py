"""What an engine without an adapter calls itself, be its model here or elsewhere."""

import hashlib
import json


def fingerprint_without_adapter(segment_size: int, brief_version: int) -> str:
    """Hex SHA-256 of what decides, without an adapter, how a text is cut and asked for."""
    settings = {"segment_size": segment_size, "brief_version": brief_version}
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
