"""The key of a memory snapshot: equal key, equal memory.

`key_k = H(key_{k-1}, UTF-8 text of segment k, model fingerprint, adapter fingerprint)`. The
chain starts at a key of the two fingerprints alone, which names the initial memory.
"""

import hashlib

_DOMAIN = b"novelgen-memory-chain-1"


def genesis_key(model_fingerprint: str, adapter_fingerprint: str) -> str:
    """The key of the initial memory, before any prose."""
    return _digest(b"genesis", model_fingerprint.encode(), adapter_fingerprint.encode())


def segment_key(
    parent_key: str, text: str, model_fingerprint: str, adapter_fingerprint: str
) -> str:
    """The key of the memory after reading `text` with the memory `parent_key`. 64 hex digits."""
    return _digest(
        b"segment",
        parent_key.encode(),
        text.encode(),
        model_fingerprint.encode(),
        adapter_fingerprint.encode(),
    )


def _digest(*fields: bytes) -> str:
    digest = hashlib.sha256(_DOMAIN)
    for field in fields:
        digest.update(len(field).to_bytes(8, "little"))
        digest.update(field)
    return digest.hexdigest()
