"""Make what people type comparable: clean it for keeping, normalise it for understanding."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from opencc import OpenCC

from legalbot.lexicon import REMEMBERED, dialect, longest_first

MAX_CHARACTERS = 500
"""Longest message that is read; what stands behind is cut off (a citizen's story is far shorter)."""

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"\s+")
_COMMAND = re.compile(r"^[\s/／⁄∕]+")
_CJK_GAP = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff0-9])|(?<=[0-9])\s+(?=[\u4e00-\u9fff])")
_REPEATED = re.compile(r"(.)\1{2,}")

_GAP = r"[ .\-–—_]?"
_ID_CARD = re.compile(
    rf"(?<!\d)[1-9](?:{_GAP}\d){{5}}{_GAP}(?:1{_GAP}[89]|2{_GAP}0)(?:{_GAP}\d){{9}}{_GAP}[\dXx](?![\dA-Za-z])"
)
_BANK_CARD = re.compile(
    r"(?<!\d)(?:[1-9]\d{14,18}|[1-9]\d{3}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?|[1-9]\d{5}[ -]\d{10,13})(?!\d)"
)
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d(?:{_GAP}\d){{8}}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DIGIT = "[零〇一幺二三四五六七八九]"
_SPOKEN_PRIVATE = re.compile(rf"(?<!{_DIGIT}){_DIGIT}{{11,19}}(?!{_DIGIT})")
"""A mobile, card or identity number told digit by digit."""
_PRIVATE = (_ID_CARD, _BANK_CARD, _MOBILE, _EMAIL, _SPOKEN_PRIVATE)
REDACTED = "＊"
"""What stands in a kept text where a personal number stood."""

_SPOKEN = str.maketrans("零〇一幺二三四五六七八九", "001123456789")
_SPOKEN_NUMBER = re.compile(rf"[一幺]二三{_DIGIT}{{2}}|{_DIGIT}{{3,}}")
"""Public lines are 123xx: a number word behind the fifth digit belongs to what follows."""


def clean(raw: str) -> str:
    """Return `raw` fit to be kept: no control or invisible characters, no leading slash, no personal
    numbers, at most `MAX_CHARACTERS` characters. Never raises; may return an empty text.
    """
    text = _INVISIBLE.sub("", raw[: MAX_CHARACTERS * 40])[: MAX_CHARACTERS * 4]
    text = "".join(" " if _is_control(character) else character for character in text)
    text = _COMMAND.sub("", redact(_BLANKS.sub(" ", text)))
    return text[:MAX_CHARACTERS].strip()


def redact(text: str) -> str:
    """Return `text` without identity-card, bank-card and mobile numbers and mail addresses."""
    narrow = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if not any(pattern.search(narrow) for pattern in _PRIVATE):
        return text
    for pattern in _PRIVATE:
        narrow = pattern.sub(REDACTED, narrow)
    return narrow


@lru_cache(maxsize=REMEMBERED)
def normalise(raw: str) -> str:
    """Return `raw` in one standard spelling for the classifier.

    Simplified characters, half width, lower case, spoken digits as figures, dialect in standard words,
    at most two of the same character in a row. Punctuation stays: it separates questions.
    """
    text = unicodedata.normalize("NFKC", clean(raw)).lower()
    text = _simplifier().convert(text)
    text = _CJK_GAP.sub("", text)
    text = _SPOKEN_NUMBER.sub(_digits, text)
    text = _REPEATED.sub(_at_most_two, text)
    return _standard(text)


def _standard(text: str) -> str:
    """Replace dialect words; twice, since one word may come to light when its neighbour is replaced."""
    for _ in range(2):
        text = _dialect_pattern().sub(lambda match: dialect()[match.group()], text)
    return text


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _digits(match: re.Match[str]) -> str:
    return match.group().translate(_SPOKEN)


def _at_most_two(match: re.Match[str]) -> str:
    return match.group() if match.group(1).isdigit() else match.group(1) * 2


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _dialect_pattern() -> re.Pattern[str]:
    return longest_first(dialect())
