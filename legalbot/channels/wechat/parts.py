"""A reply as WeChat can carry it: plain text in parts of at most 2,048 bytes, choices as a numbered list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LARGEST = 2048
"""Bytes of UTF-8 in one message."""
MOST = 5
"""Messages that WeChat takes for one message of a person."""
_SENTENCE_END = re.compile(r"[。！？!?；;…][”’」』）)]*|\n")
_PAUSE = re.compile(r"[，、：,:\s]")
_JOINER = "\u200d"
_EARLIEST = 0.5
"""A part is cut at a sentence's end, or at a pause, in its second half only."""


def numbered(choices: Sequence[str]) -> str:
    """Return the choices as lines, "1. …"."""
    return "\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, 1))


def cut(text: str, more: str = "", over: str = "", most: int = MOST) -> list[str]:
    """Return `text` in at most `most` parts that fit, cut at sentence ends where there are any.

    `more` is put at the end of the first part where others follow; `over` at the end of the last one where
    the text is longer still. What is cut is only blanks.
    """
    text = text.strip()
    if _fits(text):
        return [text]
    parts: list[str] = []
    while text:
        ends = over if len(parts) == most - 1 else more if not parts else ""
        if _fits(text):
            parts.append(text)
            break
        head, text = _divided(text, LARGEST - len(ends.encode()))
        parts.append(head + ends)
        if len(parts) == most:
            break
    return parts


def _fits(text: str) -> bool:
    return len(text.encode()) <= LARGEST


def _divided(text: str, size: int) -> tuple[str, str]:
    """Return the longest well-ended beginning of at most `size` bytes, and the rest."""
    longest = len(text.encode()[:size].decode(errors="ignore"))
    place = _last_end(text[:longest]) or _whole(text, longest)
    return text[:place].rstrip(), text[place:].lstrip()


def _last_end(head: str) -> int | None:
    for pattern in (_SENTENCE_END, _PAUSE):
        ends = [found.end() for found in pattern.finditer(head)]
        if ends and len(head[: ends[-1]].encode()) >= _EARLIEST * len(head.encode()):
            return ends[-1]
    return None


def _whole(text: str, place: int) -> int:
    """Return the last place up to `place` that is not inside what is shown as one character."""
    start = place
    while place > 1 and _inside(text, place):
        place -= 1
    return place if place > 1 else start


def _inside(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place] if place < len(text) else ""
    if not after:
        return False
    joined = _JOINER in (before, after) or unicodedata.combining(after) or "\ufe00" <= after <= "\ufe0f"
    toned = "\U0001f3fb" <= after <= "\U0001f3ff" or after == "\u20e3"
    return bool(joined or toned or _flag_divided(text[:place], after))


def _flag_divided(head: str, after: str) -> bool:
    """Tell whether a flag, two regional letters, would be divided."""
    letters = len(head) - len(head.rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
    return "\U0001f1e6" <= after <= "\U0001f1ff" and letters % 2 == 1
