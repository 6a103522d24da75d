"""The operator's word tables in `data/lexicon`: dialect, synonyms, public numbers, places."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

import jieba

from legalbot.paths import CACHE, DATA
from legalbot.yaml_file import Node, load

LEXICON = DATA / "lexicon"
REMEMBERED = 64
"""So many texts are kept in mind while a message is read: its parts are looked at many times."""


@cache
def table(name: str) -> Node:
    """Return the top of `data/lexicon/<name>.yml`."""
    return load(LEXICON / f"{name}.yml", DATA.parent)


@cache
def words(name: str, key: str) -> tuple[str, ...]:
    """Return the list of words under `key` at the top of `data/lexicon/<name>.yml`."""
    return table(name).texts(key)


@lru_cache(maxsize=1)
def segmenter() -> jieba.Tokenizer:
    """Return jieba with the field's dictionary: every file of `data/lexicon/jieba`.

    An instance of our own, so that words are cut alike wherever a text is read, with its cache in a folder
    that nobody else writes to.
    """
    cutter = jieba.Tokenizer()
    CACHE.mkdir(exist_ok=True)
    cutter.tmp_dir = str(CACHE)
    for dictionary in sorted((LEXICON / "jieba").glob("*.txt")):
        cutter.load_userdict(str(dictionary))
    return cutter


@lru_cache(maxsize=REMEMBERED)
def cut(normal: str) -> tuple[str, ...]:
    """Return the words of a normalised text, in order; together they are the text."""
    return tuple(segmenter().cut(normal))


@lru_cache(maxsize=1)
def dialect() -> Mapping[str, str]:
    """Return the dialect words and what they are in standard Chinese."""
    node = table("dialect").node("replace")
    return MappingProxyType({key: node.text(key) for key in node.values})


@lru_cache(maxsize=1)
def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Return each concept's name with the words that people use for it."""
    node = table("synonyms").node("concepts")
    return MappingProxyType({key: node.texts(key) for key in node.values})


def longest_first(words: Iterable[str]) -> re.Pattern[str]:
    """Compile an alternation that prefers the longest of the literal `words`."""
    return _alternation(tuple(words))


@cache
def _alternation(words: tuple[str, ...]) -> re.Pattern[str]:
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(re.escape(word) for word in ordered) or r"(?!)")
