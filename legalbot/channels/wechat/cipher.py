"""WeChat's encryption: AES-256-CBC, the key's first half as start value, padding to blocks of 32."""

from __future__ import annotations

import base64
import binascii
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
"""WeChat pads to 32 bytes, not to AES' own 16."""
RANDOM = 16
"""So many random bytes stand before the length of the message."""
LENGTH = 4


class CipherError(ValueError):
    """What was received was not encrypted for this account with this key."""


class AccountCipher:
    """Encrypts and decrypts for one account with one key."""

    def __init__(self, encoding_aes_key: str, app_id: str) -> None:
        """Take the key as the back office shows it (43 characters)."""
        self._key = base64.b64decode(encoding_aes_key + "=")
        self._app_id = app_id.encode()

    def encrypt(self, message: bytes, random16: bytes | None = None) -> str:
        """Return `message` encrypted, in base64; `random16` is for published cases only."""
        start = random16 if random16 is not None else secrets.token_bytes(RANDOM)
        plain = start + struct.pack(">I", len(message)) + message + self._app_id
        padding = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        encrypted = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
        return base64.b64encode(encrypted).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Return the message in `encrypted`.

        Raises:
            CipherError: it is not base64, not whole, padded wrongly, or for another account.
        """
        try:
            raw = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise CipherError("not base64") from None
        if not raw or len(raw) % BLOCK:
            raise CipherError("not whole blocks")
        decryptor = self._cipher().decryptor()
        plain = _unpadded(decryptor.update(raw) + decryptor.finalize())
        if len(plain) < RANDOM + LENGTH:
            raise CipherError("too short")
        (length,) = struct.unpack(">I", plain[RANDOM : RANDOM + LENGTH])
        message, app_id = plain[RANDOM + LENGTH :][:length], plain[RANDOM + LENGTH :][length:]
        if len(message) != length:
            raise CipherError("the length is past the end")
        if app_id != self._app_id:
            raise CipherError("another account's")
        return message

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))


def _unpadded(plain: bytes) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or plain[-padding:] != bytes([padding]) * padding:
        raise CipherError("wrong padding")
    return plain[:-padding]
