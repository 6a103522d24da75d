"""WeChat's signatures: SHA-1 over the sorted parts, the token among them. Compared in constant time."""

from __future__ import annotations

import hashlib
import hmac


def sign(*parts: str) -> str:
    """Return the signature of `parts` (token, timestamp, nonce, and what was encrypted if anything)."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - WeChat's choice


def is_signed(signature: str, *parts: str) -> bool:
    """Tell whether `signature` is that of `parts`, in a time that does not tell how much of it is right."""
    return hmac.compare_digest(sign(*parts).encode(), signature.encode())
