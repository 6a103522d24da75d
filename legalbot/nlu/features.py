"""Turn a normalised text into features that survive typing errors, dialect and odd segmentation.

A feature is a short string with a prefix for its kind: characters (`c`), toneless pinyin syllables
(`p`), jieba words (`w`) and the operator's concepts (`s`), the last found by characters or by sound.
"""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from legalbot.lexicon import longest_first, synonyms

os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # characters only: 40 MB of phrases are not loaded

from pypinyin import Style, lazy_pinyin

CHARACTER_NGRAMS = (1, 2, 3, 4)
SYLLABLE_NGRAMS = (1, 2, 3)
MIN_SOUND_LENGTH = 3
"""Fewest syllables of a concept that is recognised by its sound alone; two would fit by chance."""

UNKNOWN = "\uf8ff"
"""Stands for an unknown number while punctuation is taken out."""

_CODE = re.compile(r"\d+(?:\.\d+)?")
_KNOWN_CODES = {"12348", "110", "120", "119", "96110", "12345", "24", "100", "12"}
_UNHEARD = re.compile(r"[^\w\uf8ff]|_")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_RUNS = re.compile(r"[a-z]+|[^a-z]+")
_FUZZY = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("r", "l"))


def features(text: str, words: Iterable[str]) -> dict[str, float]:
    """Return the features of a normalised `text`, each with its count; `words` are its jieba tokens."""
    plain = squeeze(text)
    marked = f"^{plain}$"
    sounds = ["^", *syllables(plain), "$"]
    counts: Counter[str] = Counter()
    counts.update("c" + gram for gram in _ngrams(marked, CHARACTER_NGRAMS))
    counts.update("p" + gram for gram in _ngrams(sounds, SYLLABLE_NGRAMS, " "))
    kept = [word for word in words if not _UNHEARD.fullmatch(word)]
    counts.update("w" + word for word in kept)
    counts.update(f"w{left} {right}" for left, right in itertools.pairwise(kept))
    counts.update("s" + concept for concept in concepts(plain, sounds[1:-1]))
    return dict(counts)


def squeeze(text: str) -> str:
    """Return `text` without punctuation and blanks, unknown numbers as `#`."""
    heard = _UNHEARD.sub("", _CODE.sub(lambda m: m.group() if m.group() in _KNOWN_CODES else UNKNOWN, text))
    return heard.replace(UNKNOWN, "#")


def syllables(text: str) -> list[str]:
    """Return the toneless syllables of `text`, sounds that people mix up made one (zh=z, n=l, -ng=-n).

    Words typed in pinyin (`yao qian ma`) are taken apart into the same syllables.
    """
    sounds: list[str] = []
    for run in _RUNS.findall(text):
        if run.isascii() and run.isalpha():
            sounds.extend(_spelt(run))
        else:
            sounds.extend(_syllable(character) for character in run)
    return sounds


def concepts(text: str, sounds: Sequence[str]) -> set[str]:
    """Return the operator's concepts whose words stand in `text`, or sound like a part of it."""
    by_word, by_sound, pattern, longest = _concept_tables()
    found = {by_word[match.group()] for match in pattern.finditer(text)}
    for start in range(len(sounds)):
        for length in range(MIN_SOUND_LENGTH, min(longest, len(sounds) - start) + 1):
            concept = by_sound.get(tuple(sounds[start : start + length]))
            if concept:
                found.add(concept)
    return found


def _ngrams(items: Sequence[str], sizes: Iterable[int], glue: str = "") -> Iterator[str]:
    for size in sizes:
        for start in range(len(items) - size + 1):
            yield glue.join(items[start : start + size])


def _spelt(letters: str) -> list[str]:
    """Return the syllables of a word in pinyin, or the word itself where it is not pinyin."""
    best: list[list[str] | None] = [[], *[None] * len(letters)]
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before, syllable = best[start], letters[start:end]
            if before is not None and syllable in _spellings():
                found = [*before, syllable]
                kept = best[end]
                if kept is None or len(found) < len(kept):
                    best[end] = found
    return [_merge(sound) for sound in best[-1] or [letters]]


@lru_cache(maxsize=1)
def _spellings() -> frozenset[str]:
    """Every syllable of standard pinyin, as pypinyin's table of common characters has them."""
    return frozenset(lazy_pinyin(chr(code), style=Style.NORMAL)[0] for code in range(0x4E00, 0x9FA6))


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    if not _HAN.match(character):
        return character
    return _merge(lazy_pinyin(character, style=Style.NORMAL)[0])


def _merge(sound: str) -> str:
    for full, merged in _FUZZY:
        if sound.startswith(full):
            sound = merged + sound[len(full) :]
            break
    return sound[:-1] if sound.endswith("ng") else sound


@lru_cache(maxsize=1)
def _concept_tables() -> tuple[dict[str, str], dict[tuple[str, ...], str], re.Pattern[str], int]:
    by_word = {word: concept for concept, words in synonyms().items() for word in words}
    by_sound = {
        tuple(syllables(word)): concept
        for word, concept in by_word.items()
        if len(word) >= MIN_SOUND_LENGTH and _HAN.match(word)
    }
    longest = max((len(sound) for sound in by_sound), default=0)
    return by_word, by_sound, longest_first(by_word), longest
