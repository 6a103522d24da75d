"""WeChat's small XML: read without any of XML's dangers, and written without any of its traps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers import expat

DEEPEST = 6
"""Elements in each other; WeChat's own events (pictures sent from the menu) nest five."""
MOST = 200
"""Elements in one message."""
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XmlError(ValueError):
    """The text is not XML of the kind that WeChat sends."""


def fields(document: bytes) -> dict[str, str]:
    """Return the texts of the fields below `<xml>`, by lower-case name; empty where it has fields in it.

    Raises:
        XmlError: it is not UTF-8, not well-formed, declares a document type or entities, is too deep or too
            large, has another root, or has a field twice.
    """
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(document, True)
    except expat.ExpatError:
        raise XmlError("not well-formed") from None
    return reader.found


def written(values: Mapping[str, str | int]) -> str:
    """Return `<xml>` with the given fields: numbers as they are, texts as character data."""
    inside = "".join(
        f"<{name}>{value if isinstance(value, int) else _character_data(value)}</{name}>"
        for name, value in values.items()
    )
    return f"<xml>{inside}</xml>"


def _character_data(text: str) -> str:
    """Return `text` so that it arrives as it is; only what XML cannot hold is left out."""
    return "<![CDATA[" + _UNWRITABLE.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _refuse(*_: object) -> None:
    raise XmlError("a document type or an entity is declared")


class _Reader:
    """Collects the fields while expat reads; refuses as early as it can."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._pieces: list[str] = []
        self._has_fields = False
        self._count = 0

    def start(self, name: str, _: object) -> None:
        self._count += 1
        if self._count > MOST or len(self._path) >= DEEPEST:
            raise XmlError("too many fields")
        if not self._path and name.lower() != "xml":
            raise XmlError("another root")
        self._path.append(name.lower())
        self._has_fields = len(self._path) > 2
        self._pieces = []

    def text(self, piece: str) -> None:
        self._pieces.append(piece)

    def end(self, _: str) -> None:
        name, depth = self._path.pop(), len(self._path)
        if depth != 1:
            return
        if name in self.found:
            raise XmlError("a field twice")
        self.found[name] = "" if self._has_fields else "".join(self._pieces)
        self._has_fields = False
