"""Read the operator's YAML files so that every error can name its file and line."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError


class DataError(ValueError):
    """A data file is broken; the text says where and what to do, for an operator to read."""


@dataclass(frozen=True)
class Node:
    """One mapping of a data file together with the line it starts in (1-based)."""

    values: dict[str, Any]
    path: Path
    line: int

    def fail(self, problem: str, key: str | None = None) -> NoReturn:
        """Refuse this mapping: name the file, the line of `key` (or of the mapping) and the problem."""
        raise DataError(f"{self.path}:{self.line_of(key)}：{problem}")

    def line_of(self, key: str | None) -> int:
        """Return the 1-based line in which `key` stands."""
        positions = getattr(self.values, "lc", None)
        if key is None or positions is None or key not in self.values:
            return self.line
        return int(positions.key(key)[0]) + 1

    def text(self, key: str) -> str:
        """Return the non-empty text under `key`."""
        value = self._required(key)
        if not isinstance(value, str) or not value.strip():
            self.fail(f"“{key}”要写文字（数字请加引号），现在是 {value!r}", key)
        return value.strip()

    def template(self, key: str, fields: Iterable[str]) -> str:
        """Return the text under `key`, whose {fields} are some or all of `fields` and nothing else."""
        text, allowed = self.text(key), list(fields)
        try:
            used = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        except ValueError:
            self.fail(f"“{key}”里的大括号不成对", key)
        for name in sorted(used):
            if name not in allowed:
                self.fail(
                    f"“{key}”里的 {{{name}}} 不认识，可以用的有：{'、'.join(allowed) or '（没有）'}", key
                )
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under `key`; it may be empty."""
        value = self._required(key)
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            self.fail(f"“{key}”要写成文字的列表，例如 [甲, 乙]", key)
        return tuple(item.strip() for item in value)

    def texts_if_any(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under `key`; a missing one is empty."""
        return self.texts(key) if key in self.values else ()

    def flag(self, key: str) -> bool:
        """Return the yes or no under `key`; a missing one is no."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.fail(f"“{key}”只能写 true 或 false", key)
        return value

    def nodes(self, key: str) -> Iterator[Node]:
        """Yield each mapping of the list under `key`."""
        value = self._required(key)
        if not isinstance(value, list):
            self.fail(f"“{key}”要写成以“- ”开头的列表", key)
        for index, item in enumerate(value):
            line = int(value.lc.item(index)[0]) + 1 if hasattr(value, "lc") else self.line
            if not isinstance(item, dict):
                raise DataError(f"{self.path}:{line}：“{key}”的每一项都要写成“名称: 内容”的形式")
            yield Node(item, self.path, line)

    def node(self, key: str) -> Node:
        """Return the mapping under `key`."""
        value = self._required(key)
        if not isinstance(value, dict):
            self.fail(f"“{key}”下面要写成“名称: 内容”的形式", key)
        line = int(value.lc.line) + 1 if hasattr(value, "lc") else self.line_of(key)
        return Node(value, self.path, line)

    def only(self, allowed: Iterable[str]) -> None:
        """Refuse any key that is not in `allowed`: most often a slip of the pen."""
        for key in self.values:
            if key not in set(allowed):
                self.fail(f"不认识的项“{key}”，可以写的有：{'、'.join(allowed)}", key)

    def _required(self, key: str) -> Any:
        if key not in self.values:
            self.fail(f"缺少“{key}”这一项，请补上")
        return self.values[key]


def _line_of_wrong_date(text: str) -> int:
    """Return the line of the first date that the calendar does not have, else 1."""
    for number, line in enumerate(text.splitlines(), 1):
        for year, month, day in re.findall(r"\b(\d{4})-(\d\d?)-(\d\d?)\b", line):
            try:
                datetime.date(int(year), int(month), int(day))
            except ValueError:
                return number
    return 1


def load(path: Path, root: Path) -> Node:
    """Read one YAML file below `root` whose top is a mapping.

    Raises:
        DataError: the file is missing, is not UTF-8, is not YAML or is not a mapping.
    """
    shown = path.relative_to(root) if path.is_relative_to(root) else path
    try:
        content = YAML(typ="rt").load(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise DataError(f"{shown}：没有这个文件，请恢复它") from None
    except UnicodeDecodeError:
        raise DataError(f"{shown}：文件不是 UTF-8 编码，请另存为 UTF-8") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DataError(
            f"{shown}:{line}：格式写错了（{error.problem}），请检查这一行和上一行的缩进、冒号和引号"
        ) from None
    except ReaderError as error:
        line = path.read_text(encoding="utf8").count("\n", 0, error.position) + 1
        raise DataError(f"{shown}:{line}：有看不见的控制字符，请删掉这一行重新打") from None
    except ValueError as error:
        line = _line_of_wrong_date(path.read_text(encoding="utf8"))
        raise DataError(
            f"{shown}:{line}：日期（例如 as_of）不存在（{error}），请写成 2020-12-31 这样"
        ) from None
    if not isinstance(content, dict):
        raise DataError(f"{shown}:1：文件开头要写成“名称: 内容”的形式")
    return Node(content, shown, 1)
