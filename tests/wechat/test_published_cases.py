"""Signatures and encryption as published, by WeChat itself and by the tests of other projects (`source`)."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from wechat_peer.account import APP_ID, KEY
from wechatpy.crypto import WeChatCrypto

from legalbot.channels.wechat.cipher import AccountCipher, CipherError
from legalbot.channels.wechat.signature import is_signed, sign

CASES = json.loads((Path(__file__).parent / "vectors.json").read_text("utf8"))


def of_kind(*kinds: str):
    return [pytest.param(case, id=case["id"]) for case in CASES if case["kind"] in kinds]


@pytest.mark.parametrize("case", of_kind("signature", "msg_signature"))
def test_signature(case):
    parts = [case["token"], case["timestamp"], case["nonce"]]
    parts += [case["encrypt"]] if case["kind"] == "msg_signature" else []
    expected = case.get("msg_signature") or case["signature"]
    assert sign(*parts) == expected
    assert is_signed(expected, *parts)
    assert not is_signed(expected[:-1] + "x", *parts)
    assert not is_signed("密", *parts)


@pytest.mark.parametrize("case", of_kind("decrypt"))
def test_decrypt(case):
    cipher = AccountCipher(case["encoding_aes_key"], case["appid"])
    assert cipher.decrypt(case["encrypt"]).decode() == case["expect"]
    assert sign(case["token"], case["timestamp"], case["nonce"], case["encrypt"]) == case["msg_signature"]
    assert sign(case["token"], case["timestamp"], case["nonce"]) == case["plain_signature"]


@pytest.mark.parametrize("case", of_kind("encrypt"))
def test_encrypt(case):
    cipher = AccountCipher(case["encoding_aes_key"], case["appid"])
    encrypted = cipher.encrypt(case["plaintext"].encode(), case["random16"].encode())
    assert encrypted == case["encrypt"]
    if case["msg_signature"]:
        assert sign(case["token"], case["timestamp"], case["nonce"], encrypted) == case["msg_signature"]


def test_all_kinds_of_cases_are_there():
    assert {case["kind"] for case in CASES} == {"signature", "msg_signature", "decrypt", "encrypt"}


@pytest.mark.parametrize("size", range(1, 70))
def test_every_padding_goes_both_ways_with_an_independent_peer(size):
    own, peer = AccountCipher(KEY, APP_ID), WeChatCrypto("t", KEY, APP_ID)
    message = "字" + "x" * size
    sealed = peer._encrypt_message(message, "1", "2", peer_crypto())
    encrypted = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    assert own.decrypt(encrypted).decode() == message
    ours = own.encrypt(message.encode())
    parts = {"Encrypt": ours}
    assert peer.decrypt_message(parts, sign("t", "2", "1", ours), "2", "1") == message


def peer_crypto():
    from wechatpy.crypto import PrpCrypto  # noqa: PLC0415

    return PrpCrypto


def raw(plain: bytes) -> str:
    """Encrypt blocks as they are, without padding."""
    import base64  # noqa: PLC0415

    key = base64.b64decode(KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def plain(message: bytes, length: int | None = None, app_id: bytes = APP_ID.encode()) -> bytes:
    size = len(message) if length is None else length
    return b"r" * 16 + struct.pack(">I", size) + message + app_id


def padded(content: bytes, padding: int | None = None) -> bytes:
    size = 32 - len(content) % 32
    return content + bytes([size if padding is None else padding]) * size


@pytest.mark.parametrize(
    "encrypted",
    [
        "",
        "不是",
        "a",
        "####",
        "QUJD",
        raw(b"x" * 48),
        raw(padded(plain(b"<xml/>"), 0)),
        raw(padded(plain(b"<xml/>"), 33)),
        raw(padded(plain(b"<xml/>"), 255)),
        raw(padded(plain(b"<xml/>", length=2**31))),
        raw(padded(plain(b"<xml/>", length=10**6))),
        raw(padded(plain(b"<xml/>", app_id=b"wxother"))),
        raw(padded(b"short")),
        raw(b"\x20" * 32),
    ],
)
def test_what_is_not_encrypted_for_the_account_is_refused(encrypted):
    with pytest.raises(CipherError):
        AccountCipher(KEY, APP_ID).decrypt(encrypted)


def test_a_padding_of_32_is_taken():
    message = b"x" * (64 - 20 - len(APP_ID))
    content = plain(message)
    assert len(content) == 64
    assert AccountCipher(KEY, APP_ID).decrypt(raw(content + b"\x20" * 32)) == message
