"""From a request to the message in it: verified first, then opened; and the reply closed the same way."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from legalbot.channels.wechat.cipher import AccountCipher, CipherError
from legalbot.channels.wechat.settings import COMPATIBLE, MAX_SKEW, MODE, PLAIN, SAFE, WeChatSettings
from legalbot.channels.wechat.signature import is_signed, sign
from legalbot.channels.wechat.xml_fields import XmlError, fields, written

logger = logging.getLogger(__name__)

FORBIDDEN = 403
MALFORMED = 400
MOST_PARAMETERS = 20
LONGEST = 256
"""Characters of a parameter of the query; WeChat's are far shorter."""


class Refused(Exception):  # noqa: N818 - a result, not a failure of ours
    """A request that is not taken, with the status of HTTP that says so."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Seal:
    """What a request was signed and encrypted with; its reply is, too, in the midst of a change of keys."""

    token: str = field(repr=False)
    cipher: AccountCipher


@dataclass(frozen=True)
class Opened:
    """What a request brought: its fields, and how to seal the reply, None where it came in the open."""

    fields: Mapping[str, str]
    seal: Seal | None


class Envelope:
    """Opens what comes from WeChat, and closes what goes back, in the account's mode."""

    def __init__(self, settings: WeChatSettings) -> None:
        self._settings = settings
        self._ciphers = [AccountCipher(key, settings.app_id) for key in settings.aes_keys]

    def verified(self, query: bytes) -> dict[str, str]:
        """Return the parameters of a query that WeChat has signed.

        Raises:
            Refused: it is not signed with the account's token, or not just now.
        """
        given = _parameters(query)
        timestamp = given.get("timestamp", "")
        signature, nonce = given.get("signature", ""), given.get("nonce", "")
        if not signature or not nonce or not timestamp.isdecimal():
            raise Refused(FORBIDDEN, "a parameter is missing")
        if self._signed_with(signature, timestamp, nonce) is None:
            raise Refused(FORBIDDEN, "wrong signature")
        skew = self._settings.max_skew
        if skew and abs(time.time() - int(timestamp)) > skew:
            logger.warning("微信请求的时间和本机差得太多，没有接：请校准本机时间，或调大 %s", MAX_SKEW)
            raise Refused(FORBIDDEN, "stale")
        return given

    def opened(self, given: Mapping[str, str], body: bytes) -> Opened:
        """Return what is in the `body` of a request whose query was verified.

        Raises:
            Refused: it does not fit the account's mode, was not encrypted for it, or is not WeChat's XML.
        """
        encrypted = given.get("encrypt_type", "raw").lower() == "aes"
        self._check_mode(encrypted)
        outer = _fields(body)
        if not encrypted:
            return Opened(outer, None)
        content = outer.get("encrypt", "").strip()
        token = self._signed_with(given.get("msg_signature", ""), given["timestamp"], given["nonce"], content)
        if token is None:
            raise Refused(FORBIDDEN, "wrong msg_signature")
        for cipher in self._ciphers:
            try:
                return Opened(_fields(cipher.decrypt(content)), Seal(token, cipher))
            except CipherError:
                continue
        logger.warning("微信消息解不开：请核对公众号后台的 AppID 和消息加解密密钥")
        raise Refused(FORBIDDEN, "not decrypted")

    def closed(self, reply: str, seal: Seal | None) -> str:
        """Return `reply` (XML) as it goes to WeChat: sealed as the request was."""
        if seal is None:
            return reply
        encrypted, timestamp = seal.cipher.encrypt(reply.encode()), str(int(time.time()))
        nonce = str(secrets.randbelow(10**10))
        signature = sign(seal.token, timestamp, nonce, encrypted)
        return written(
            {"Encrypt": encrypted, "MsgSignature": signature, "TimeStamp": int(timestamp), "Nonce": nonce}
        )

    def _signed_with(self, signature: str, *parts: str) -> str | None:
        """Return the token with which `parts` are signed, or None; all tokens are tried."""
        fitting = [token for token in self._settings.tokens if is_signed(signature, token, *parts)]
        return fitting[0] if fitting else None

    def _check_mode(self, encrypted: bool) -> None:
        mode = self._settings.mode
        if mode == COMPATIBLE or encrypted == (mode == SAFE):
            return
        came = "密文" if encrypted else "明文"
        logger.warning("微信发来的是%s，而 %s=%s：请把两边的消息加解密方式设成一样", came, MODE, mode)
        raise Refused(FORBIDDEN, f"not in {PLAIN if encrypted else SAFE} mode")


def _fields(document: bytes) -> dict[str, str]:
    try:
        return fields(document)
    except XmlError as error:
        raise Refused(MALFORMED, str(error)) from None


def _parameters(query: bytes) -> dict[str, str]:
    """Return the parameters of a query, each given once, all of them plain ASCII."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            encoding="ascii",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise Refused(FORBIDDEN, "no plain query") from None
    given = dict(pairs)
    if len(given) != len(pairs) or any(len(value) > LONGEST for value in given.values()):
        raise Refused(FORBIDDEN, "a parameter twice or too long")
    return given
