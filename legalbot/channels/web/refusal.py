"""Why a request is refused: a code for programs, from which the sentence for people follows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, int] = MappingProxyType(
    {
        "not_json": 400,
        "wrong_type": 415,
        "unknown_field": 400,
        "empty": 400,
        "too_long": 400,
        "too_large": 413,
        "no_token": 401,
        "bad_token": 401,
        "expired_token": 401,
        "bad_button": 403,
        "wrong_origin": 403,
        "too_fast": 429,
        "too_many": 429,
        "no_answer": 404,
        "not_found": 404,
        "not_allowed": 405,
        "failed": 500,
    }
)
"""Every code with its HTTP status; `errors` in `data/widget/zh-CN.yml` has a sentence for each."""


class Refusal(Exception):  # noqa: N818 - part of the protocol, no fault of the program
    """A request that is not carried out; `retry_after` in seconds, where waiting helps."""

    def __init__(self, code: str, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = CODES[code]
        self.retry_after = retry_after
