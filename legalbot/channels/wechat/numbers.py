"""The number of a choice, however a person types it: 1, １, 一, "1.", 第1个, ①, "1和3"."""

from __future__ import annotations

import re
import unicodedata

_HAN = {name: value for value, name in enumerate("一二三四五六七八九十", 1)}
_ONE = re.compile(r"(?:第|选择?|我选)?[(\[]?([1-9]\d?|[一二三四五六七八九十])[)\]]?[号个项条.,、。!！]*")
_BETWEEN = re.compile(r"\s*[,，、和跟+]\s*|\s+")
_KEYCAP = str.maketrans("", "", "\ufe0f\u20e3")


def numbers_in(text: str) -> tuple[int, ...]:
    """Return the numbers that are all that `text` says, in its order; none where it says anything else."""
    narrow = unicodedata.normalize("NFKC", text).translate(_KEYCAP).strip()
    whole = _ONE.fullmatch(narrow)
    if whole:
        return (_value(whole.group(1)),)
    pieces = [_ONE.fullmatch(piece) for piece in _BETWEEN.split(narrow) if piece]
    found = [_value(piece.group(1)) for piece in pieces if piece is not None]
    return tuple(dict.fromkeys(found)) if len(found) == len(pieces) else ()


def chosen(text: str, choices: tuple[str, ...]) -> str | None:
    """Return the choices whose numbers `text` names, as one text, or None where it names no such choice."""
    numbers = numbers_in(text)
    if not numbers or max(numbers) > len(choices):
        return None
    return "，".join(choices[number - 1] for number in numbers)


def _value(figure: str) -> int:
    return _HAN[figure] if figure in _HAN else int(figure)
