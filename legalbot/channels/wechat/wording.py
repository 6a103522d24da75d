"""What the channel itself says, from `data/wechat/replies.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from legalbot.channels.wechat.numbers import numbers_in
from legalbot.channels.wechat.parts import LARGEST
from legalbot.knowledge import Knowledge, knowledge
from legalbot.paths import DATA
from legalbot.replies import replies
from legalbot.text import clean
from legalbot.yaml_file import Node, load

SENTENCES = (
    *("voice", "picture", "location", "link", "blank"),
    *("list", "tap", "earlier", "now", "lost", "more", "over"),
)
_BESIDE = re.compile("[\U0001f3fb-\U0001f3ff]|[\\s。！!，,~～]+$")
"""A thumb's colour, and what people put behind a word."""
GREETINGS = ("welcome", "back")
FEEDBACK = ("ask", "after", "useful", "useless", "reasons", "thanks", "nothing")


@dataclass(frozen=True)
class Greeting:
    """What a person is greeted with, and the questions offered below it."""

    says: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Feedback:
    """How an answer is rated: after which outcomes the rating is asked for, by which words it is given."""

    ask: str
    after: frozenset[str]
    useful: frozenset[str]
    useless: frozenset[str]
    useful_says: str
    useless_says: str
    reasons: tuple[str, ...]
    thanks: str
    nothing: str


@dataclass(frozen=True)
class WeChatWording:
    """All that the channel itself says and listens for."""

    greetings: Mapping[str, Greeting]
    sentences: Mapping[str, str]
    more_words: frozenset[str]
    feedback: Feedback


def bare(text: str) -> str:
    """Return a text as it is compared with the words of a rating."""
    return _BESIDE.sub("", clean(text))


@lru_cache(maxsize=1)
def wechat_wording() -> WeChatWording:
    """Return the channel's wording, read and validated once."""
    return read_wechat_wording(DATA, knowledge())


def read_wechat_wording(data: Path, facts: Knowledge) -> WeChatWording:
    """Read and validate `wechat/replies.yml` below the folder `data`.

    Raises:
        DataError: something is missing, unknown or broken; the text names file and line.
    """
    top = load(data / "wechat" / "replies.yml", data.parent)
    top.only((*GREETINGS, *SENTENCES, "more_words", "feedback"))
    sentences = {key: _short(top, key) for key in SENTENCES}
    more_words = top.texts("more_words")
    if not any(f"“{word}”" in sentences["more"] for word in more_words):
        top.fail("“more”要用引号写出“more_words”里的一个词，人家才知道回什么", "more")
    return WeChatWording(
        greetings=MappingProxyType({key: _greeting(top.node(key), facts) for key in GREETINGS}),
        sentences=MappingProxyType(sentences),
        more_words=frozenset(bare(word) for word in more_words),
        feedback=_feedback(top.node("feedback"), more_words),
    )


def _greeting(node: Node, facts: Knowledge) -> Greeting:
    node.only(("says", "ask"))
    asks = node.texts_if_any("ask")
    for fact in asks:
        if fact not in facts.facts:
            node.fail(f"没有“{fact}”这个事实", "ask")
    return Greeting(_short(node, "says"), tuple(facts.facts[fact].ask for fact in asks))


def _feedback(node: Node, taken: tuple[str, ...]) -> Feedback:
    node.only(FEEDBACK)
    after = node.texts("after")
    for outcome in after:
        if outcome not in replies().outcomes:
            node.fail(f"outcomes.yml 里没有“{outcome}”这个结果", "after")
    useful, useless = node.node("useful"), node.node("useless")
    words = {"useful": _words(useful, taken), "useless": _words(useless, taken)}
    if words["useful"] & words["useless"]:
        useless.fail("有的说法既算有用又算没用，请删掉一个", "words")
    return Feedback(
        ask=_short(node, "ask"),
        after=frozenset(after),
        useful=words["useful"],
        useless=words["useless"],
        useful_says=_short(useful, "says"),
        useless_says=_short(useless, "says"),
        reasons=node.texts("reasons"),
        thanks=_short(node, "thanks"),
        nothing=_short(node, "nothing"),
    )


def _words(node: Node, taken: tuple[str, ...]) -> frozenset[str]:
    node.only(("words", "says"))
    words = node.texts("words")
    for word in words:
        if numbers_in(word) or not bare(word) or word in taken:
            node.fail(f"“{word}”是选项的数字或别处用的词，评价请换一个说法", "words")
    return frozenset(bare(word) for word in words)


def _short(node: Node, key: str) -> str:
    """Return a text that leaves room for others in one message."""
    text = node.text(key)
    if len(text.encode()) > LARGEST // 2:
        node.fail(f"“{key}”太长，微信一条消息放不下，请写短些（最多 {LARGEST // 6} 个汉字）", key)
    return text
