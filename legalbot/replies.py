"""The wording of everything that is not a fact: read from `data/replies` and `data/services.yml`.

Like the knowledge gateway this is the only reader of its files, and it refuses what is broken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from legalbot.knowledge import Knowledge, knowledge
from legalbot.paths import DATA
from legalbot.yaml_file import Node, load

NEAR_FIELDS = {
    "says": ("lacks",),
    "says_giving": ("lacks", "short"),
    "unsure": (),
    "other_year": ("year", "says"),
    "other_place": ("place", "says"),
    "breakdown": ("says",),
}
MATTER_FIELDS: dict[str, tuple[str, ...]] = {
    "says": ("heard",),
    "aid": ("groups",),
    "mediation": (),
    "notary": (),
    "start": (),
}
MOVES: dict[str, tuple[str, ...]] = {
    "hedge": ("ask", "says"),
    "simpler": ("short",),
    "period": ("period",),
    "danger": (),
    "nothing_to_repeat": (),
    "operator": (),
    "wrong": (),
    "more": (),
}
REQUIRED: dict[str, tuple[str, ...]] = {"move": tuple(MOVES), "chat": ("ok",)}
"""Entries that the dialogue itself needs, whatever the utterances ask for."""
SPOKEN_OUTCOMES = ("clarify", "answered_partly", "not_understood", "error", "busy", "too_fast")
"""Outcomes whose general wording is said."""


@dataclass(frozen=True)
class Saying:
    """A ready sentence and the facts whose questions are offered below it."""

    says: str
    ask: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One of the closed list of results of a turn; `says` is its general wording, if it has one."""

    id: str
    means: str
    says: str | None


@dataclass(frozen=True)
class Near:
    """A detail that the report lacks, and the facts that come closest to it."""

    lacks: str
    gives: tuple[str, ...]


@dataclass(frozen=True)
class Matter:
    """A kind of individual legal problem, what comes before a lawyer, and which named services suit it."""

    heard: str
    first: tuple[str, ...]
    mediation: bool
    notary: bool


@dataclass(frozen=True)
class Service:
    """A public telephone number that is not from the report."""

    id: str
    number: str
    name: str


@dataclass(frozen=True)
class Replies:
    """All wording, by group and key."""

    outcomes: Mapping[str, Outcome]
    sayings: Mapping[str, Saying]
    """Fixed sentences by `group/key`, as the intents are named: chat/greet, alarm/fire, …"""
    near: Mapping[str, Near]
    near_wording: Mapping[str, str]
    matters: Mapping[str, Matter]
    matter_wording: Mapping[str, str]
    matter_groups: Mapping[str, tuple[str, ...]]
    services: Mapping[str, Service]
    asks: Mapping[str, tuple[str, ...]]
    """The facts offered below replies of a whole group."""


@lru_cache(maxsize=1)
def replies() -> Replies:
    """Return the project's wording, read and validated once."""
    return read_replies(DATA, knowledge())


def read_replies(data: Path, facts: Knowledge) -> Replies:
    """Read and validate all wording below the folder `data`.

    Raises:
        DataError: something is broken; the text names file and line and says what to do.
    """
    folder = data / "replies"
    services = _services(data)
    near, matter, move = (load(folder / f"{name}.yml", data.parent) for name in ("near", "matter", "move"))
    agency = load(folder / "agency.yml", data.parent)
    sayings = {
        **_group(load(folder / "chat.yml", data.parent), "chat", facts),
        **_group(load(folder / "outside.yml", data.parent), "outside", facts),
        **_group(move, "move", facts, fields=MOVES),
        **_group(load(folder / "alarm.yml", data.parent), "alarm", facts, after=True),
        **_group(load(folder / "scam.yml", data.parent), "scam", facts, after=True),
        **_agencies(agency, services, facts),
    }
    return Replies(
        outcomes=MappingProxyType({o.id: o for o in _outcomes(data, services)}),
        sayings=MappingProxyType(sayings),
        near=MappingProxyType(_near(near.node("near"), facts)),
        near_wording=_wording(near, NEAR_FIELDS),
        matters=MappingProxyType({k: _matter(n) for k, n in children(matter.node("kinds"))}),
        matter_wording=_wording(matter, MATTER_FIELDS),
        matter_groups=MappingProxyType(
            {k: matter.node("groups").texts(k) for k in matter.node("groups").values}
        ),
        services=MappingProxyType(services),
        asks=MappingProxyType({"matter": _asks(matter, facts), "move": _asks(move, facts)}),
    )


def _services(data: Path) -> dict[str, Service]:
    services: dict[str, Service] = {}
    for node in load(data / "services.yml", data.parent).nodes("services"):
        node.only(("id", "number", "name", "checked"))
        service = Service(node.text("id"), node.text("number"), node.text("name"))
        if service.id in services:
            node.fail(f"编号“{service.id}”重复，请换一个", "id")
        services[service.id] = service
    return services


def _outcomes(data: Path, services: Mapping[str, Service]) -> list[Outcome]:
    found = []
    file = load(data / "replies" / "outcomes.yml", data.parent)
    for key, node in children(file.node("outcomes")):
        node.only(("means", "says", "destination"))
        if "destination" in node.values and node.text("destination") not in services:
            node.fail(f"services.yml 里没有“{node.text('destination')}”", "destination")
        says = node.text("says") if "says" in node.values else None
        if key in SPOKEN_OUTCOMES and says is None:
            node.fail(f"“{key}”要有“says”，这种时候机器人要说这句话")
        found.append(Outcome(key, node.text("means"), says))
    _check_there(file.node("outcomes"), SPOKEN_OUTCOMES)
    return found


def _group(
    file: Node,
    name: str,
    facts: Knowledge,
    *,
    after: bool = False,
    fields: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, Saying]:
    tail = file.text("after") if after else ""
    _check_there(file.node(name), REQUIRED.get(name, ()))
    sayings = {}
    for key, node in children(file.node(name)):
        node.only(("says", "ask"))
        says = node.template("says", fields.get(key, ()))
        sayings[f"{name}/{key}"] = Saying(says + tail, _asks(node, facts))
    return sayings


def _check_there(parent: Node, keys: Iterable[str]) -> None:
    for key in keys:
        if key not in parent.values:
            parent.fail(f"缺少“{key}”这一项，机器人要用到它，请补上")


def _agencies(file: Node, services: Mapping[str, Service], facts: Knowledge) -> dict[str, Saying]:
    sayings = {}
    pattern = file.template("says", ("about", "name", "number"))
    for key, node in children(file.node("agency")):
        node.only(("service", "about"))
        if node.text("service") not in services:
            node.fail(f"services.yml 里没有“{node.text('service')}”", "service")
        service = services[node.text("service")]
        says = pattern.format(about=node.text("about"), name=service.name, number=service.number)
        sayings[f"agency/{key}"] = Saying(says, _asks(file, facts))
    return sayings


def _near(parent: Node, facts: Knowledge) -> dict[str, Near]:
    found = {}
    for key, node in children(parent):
        node.only(("lacks", "gives"))
        gives = node.texts_if_any("gives")
        _check_facts(node, "gives", gives, facts)
        found[key] = Near(node.text("lacks"), gives)
    return found


def _matter(node: Node) -> Matter:
    node.only(("heard", "first", "mediation", "notary"))
    first = node.texts_if_any("first")
    return Matter(node.text("heard"), first, node.flag("mediation"), node.flag("notary"))


def _wording(file: Node, fields: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    return MappingProxyType({key: file.template(key, allowed) for key, allowed in fields.items()})


def children(parent: Node) -> list[tuple[str, Node]]:
    """Return the mappings below a mapping, by key."""
    return [(str(key), parent.node(key)) for key in parent.values]


def _asks(node: Node, facts: Knowledge) -> tuple[str, ...]:
    asks = node.texts_if_any("ask")
    _check_facts(node, "ask", asks, facts)
    return asks


def _check_facts(node: Node, key: str, ids: tuple[str, ...], facts: Knowledge) -> None:
    for fact_id in ids:
        if fact_id not in facts.facts:
            node.fail(f"“{key}”里的“{fact_id}”不存在，请改成已有的编号", key)
