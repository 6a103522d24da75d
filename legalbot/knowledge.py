"""The one gateway to the fact base: reads `data/facts` and `data/sources.yml` into frozen objects.

Everything else asks this module; nothing else opens those files. A broken entry is refused with its
file, its line and what to do (`DataError`).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from legalbot.paths import DATA
from legalbot.yaml_file import DataError, Node, load

FACT_KEYS = (
    "id",
    "ask",
    "says",
    "short",
    "figures",
    "part",
    "period",
    "as_of",
    "next",
    "source",
    "computed",
    "any_place",
    "any_year",
)
MAX_BUTTONS = 3
MAX_SAYS = 120
"""Longest answer in characters: what can be heard and kept in mind at one go."""

HOTLINE = "12348"
"""The hotline's name: a number that is no figure."""

_COUNTED = re.compile(r"[余多]?\s*[件个名人元天场所项次%]")
_ID = re.compile(r"[a-z]+(?:\.[a-z][a-z_]*)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?[万亿]?")


@dataclass(frozen=True)
class Figure:
    """A number as the report gives it: `value` in digits (with 万 or 亿), and the `unit` it counts."""

    value: str
    unit: str

    def stands_in(self, text: str) -> bool:
        """Tell whether `text` says this figure, with 余 or 多 allowed before the unit."""
        return (
            re.search(rf"(?<![\d.]){re.escape(self.value)}[余多]?\s*{re.escape(self.unit)}", text) is not None
        )


@dataclass(frozen=True)
class Source:
    """Where facts come from: how the citizen is told of it, and the parts it has."""

    id: str
    title: str
    about: str
    covers: int
    place: str
    cite: str
    parts: Mapping[str, str]


@dataclass(frozen=True)
class Fact:
    """One thing that the report says.

    `ask` is the question it answers (also a button's text), `says` the answer as a citizen hears it,
    `short` the same in a few words, `period` the time it holds for and `as_of` the last day of it.
    `any_place`: it answers for whatever place is asked about (every district, or a comparison);
    `any_year`: it answers for whatever year is named, since the year itself is what it tells.
    """

    id: str
    topic: str
    ask: str
    says: str
    short: str
    figures: tuple[Figure, ...]
    source: Source
    part: str
    period: str
    as_of: datetime.date
    computed: bool
    any_place: bool
    any_year: bool
    next: tuple[str, ...]

    @property
    def cite(self) -> str:
        """The source line that stands below the answer."""
        return self.source.cite.format(part=self.source.parts[self.part], period=self.period)


@dataclass(frozen=True)
class Topic:
    """A group of facts, one file.

    `name` is how the bot calls it, `called` how people do for short; `facts` in the order of the file.
    """

    id: str
    name: str
    called: tuple[str, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Knowledge:
    """All facts, topics and sources, each by its id, in the order of the files."""

    facts: Mapping[str, Fact]
    topics: Mapping[str, Topic]
    sources: Mapping[str, Source]

    def related(self, fact_id: str) -> tuple[Fact, ...]:
        """Return the facts that a citizen is offered after `fact_id`."""
        return tuple(self.facts[other] for other in self.facts[fact_id].next)


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """Return the project's fact base, read and validated once."""
    return read_knowledge(DATA)


def read_knowledge(data: Path) -> Knowledge:
    """Read and validate the fact base below the folder `data`.

    Raises:
        DataError: something is broken; the text names file and line and says what to do.
    """
    sources = _read_sources(data)
    facts: dict[str, Fact] = {}
    topics: dict[str, Topic] = {}
    lines: dict[str, Node] = {}
    for path in sorted((data / "facts").glob("*.yml")):
        file = load(path, data.parent)
        file.only(("topic", "name", "called", "facts"))
        topic = file.text("topic")
        if topic in topics:
            file.fail(f"主题“{topic}”已经在别的文件里写过了，请改名或合并", "topic")
        own = []
        for node in file.nodes("facts"):
            fact = _read_fact(node, topic, sources)
            if fact.id in facts:
                first = lines[fact.id]
                node.fail(f"编号“{fact.id}”重复，{first.path}:{first.line} 已经用过，请换一个", "id")
            facts[fact.id], lines[fact.id] = fact, node
            own.append(fact.id)
        topics[topic] = Topic(topic, file.text("name"), file.texts("called"), tuple(own))
    if not facts:
        raise DataError("data/facts：一条事实也没有，请恢复这些文件")
    for fact in facts.values():
        _check_next(fact, facts, lines[fact.id])
    return Knowledge(MappingProxyType(facts), MappingProxyType(topics), MappingProxyType(sources))


def numbers(text: str) -> list[str]:
    """Return every number in `text` as written in digits, with its 万 or 亿."""
    return _NUMBER.findall(text)


def _read_sources(data: Path) -> dict[str, Source]:
    file = load(data / "sources.yml", data.parent)
    sources: dict[str, Source] = {}
    for node in file.nodes("sources"):
        source = _read_source(node)
        if source.id in sources:
            node.fail(f"来源“{source.id}”写了两次，请删掉一个", "id")
        sources[source.id] = source
    if not sources:
        file.fail("一个来源也没有，请恢复", "sources")
    return sources


def _read_source(node: Node) -> Source:
    node.only(("id", "title", "about", "covers", "place", "cite", "parts"))
    covers = node.values.get("covers")
    if not isinstance(covers, int) or isinstance(covers, bool):
        node.fail("“covers”要写年份，例如 2020", "covers")
    parts = node.node("parts")
    cite = node.template("cite", ("part", "period"))
    for field in ("{part}", "{period}"):
        if field not in cite:
            node.fail(f"“cite”里要有 {field}", "cite")
    return Source(
        id=node.text("id"),
        title=node.text("title"),
        about=node.text("about"),
        covers=covers,
        place=node.text("place"),
        cite=cite,
        parts=MappingProxyType({key: parts.text(key) for key in parts.values}),
    )


def _read_fact(node: Node, topic: str, sources: Mapping[str, Source]) -> Fact:
    node.only(FACT_KEYS)
    source = _source_of(node, sources)
    fact = Fact(
        id=_read_id(node, topic),
        topic=topic,
        ask=node.text("ask"),
        says=node.text("says"),
        short=node.text("short"),
        figures=tuple(_read_figure(figure) for figure in node.nodes("figures")),
        source=source,
        part=node.text("part"),
        period=node.text("period"),
        as_of=_read_date(node),
        computed=node.flag("computed"),
        any_place=node.flag("any_place"),
        any_year=node.flag("any_year"),
        next=node.texts("next"),
    )
    if fact.part not in source.parts:
        node.fail(f"“part”只能是：{'、'.join(source.parts)}", "part")
    if len(fact.says) > MAX_SAYS:
        node.fail(f"“says”有 {len(fact.says)} 个字，请压到 {MAX_SAYS} 个字以内", "says")
    _check_figures(fact, node)
    return fact


def _source_of(node: Node, sources: Mapping[str, Source]) -> Source:
    name = node.text("source") if "source" in node.values else next(iter(sources))
    if name not in sources:
        node.fail(f"sources.yml 里没有来源“{name}”", "source")
    return sources[name]


def _read_id(node: Node, topic: str) -> str:
    fact_id = node.text("id")
    if not _ID.fullmatch(fact_id) or not fact_id.startswith(f"{topic}."):
        node.fail(f"编号“{fact_id}”要写成“{topic}.名称”，名称用小写英文和下划线", "id")
    return fact_id


def _read_date(node: Node) -> datetime.date:
    value = node.values.get("as_of")
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        node.fail(f"“as_of”要写成真实的日期，例如 2020-12-31，现在是 {value!r}", "as_of")
    return value


def _read_figure(node: Node) -> Figure:
    node.only(("value", "unit"))
    figure = Figure(node.text("value"), node.text("unit"))
    if not _NUMBER.fullmatch(figure.value):
        node.fail(f"数字“{figure.value}”要用阿拉伯数字写，可以带“万”或“亿”", "value")
    return figure


def _check_figures(fact: Fact, node: Node) -> None:
    for figure in fact.figures:
        if not figure.stands_in(fact.says):
            node.fail(f"“says”里没有数字“{figure.value}{figure.unit}”，请把两处写成一样", "says")
    for key, text in (("says", fact.says), ("short", fact.short), ("ask", fact.ask)):
        for match in _NUMBER.finditer(text):
            if not _is_known(match.group(), text[match.end() :], fact):
                node.fail(f"“{key}”里的数字“{match.group()}”没有登记在“figures”里，请补上或改正", key)


def _is_known(number: str, behind: str, fact: Fact) -> bool:
    """Tell whether a number with the text behind it is a figure of the fact, its year or the hotline."""
    if number == str(fact.source.covers):
        return behind.startswith("年")
    if number == HOTLINE:
        return not _COUNTED.match(behind)
    return any(
        figure.value == number and re.match(rf"[余多]?\s*{re.escape(figure.unit)}", behind)
        for figure in fact.figures
    )


def _check_next(fact: Fact, facts: Mapping[str, Fact], node: Node) -> None:
    if not 1 < len(fact.next) <= MAX_BUTTONS:
        node.fail(f"“next”要写两到{MAX_BUTTONS}个接下来可以问的编号", "next")
    if len(set(fact.next)) < len(fact.next):
        node.fail("“next”里有重复的编号，请去掉一个", "next")
    for other in fact.next:
        if other not in facts:
            node.fail(f"“next”里的“{other}”不存在，请改成已有的编号", "next")
        if other == fact.id:
            node.fail("“next”里不能写自己", "next")
