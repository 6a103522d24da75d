"""Which year and which place a question names, where the report speaks of neither."""

from __future__ import annotations

import re
from functools import lru_cache

from legalbot.knowledge import Fact
from legalbot.lexicon import longest_first, segmenter, table, words
from legalbot.nlu.understanding import is_asking, pieces
from legalbot.text import normalise

_YEAR = re.compile(
    r"(?<![\d.])((?:19|20)\d\d)(?=年|\.\d{1,2}(?!\d)|[^\d.]|$)(?!元|块|个|人|件|次|\.\d+\s*[元块万亿%])"
)
_SHORT_YEAR = re.compile(r"(?<![\d.第])([12]\d)年(?![内来前后多之间以时级])")
"""`19年`: two digits that a person would say for a year of this century, and no span of years."""


def other_year(text: str, fact: Fact) -> str | None:
    """Return the year named in `text` that `fact` does not hold for (`2019年`, `去年`), or None.

    Only facts with figures are bound to their year; that the hotline is free is not doubted for it.
    """
    if not fact.figures or fact.any_year:
        return None
    plain = normalise(text)
    years = [*_YEAR.findall(plain), *(f"20{digits}" for digits in _SHORT_YEAR.findall(plain))]
    held = {str(fact.source.covers), str(fact.as_of.year), *re.findall(r"\d{4}", fact.period + fact.says)}
    foreign = [year for year in years if year not in held]
    if not years:
        return _spoken_year(plain)
    return f"{foreign[0]}年" if len(foreign) == len(years) else None


def _spoken_year(plain: str) -> str | None:
    """Return `last year` and the like from a part that asks; what happened then is only the story."""
    for piece in pieces(plain):
        spoken = _spoken_years().search(piece)
        if spoken and is_asking(piece):
            return spoken.group()
    return None


@lru_cache(maxsize=1)
def _spoken_years() -> re.Pattern[str]:
    """The words for other years; "I am 65 this year" tells an age."""
    years = longest_first(words("details", "other_years")).pattern
    return re.compile(rf"(?:{years})(?!\D{{0,2}}\d+岁)")


def other_place(text: str, fact: Fact) -> str | None:
    """Return a place named in `text` that `fact` does not speak of, or None."""
    plain = normalise(text)
    if fact.any_place:
        return None
    known = fact.says + fact.short + fact.ask
    cuts = {start: end for _, start, end in segmenter().tokenize(plain)}
    for match in _places().finditer(plain):
        place = match.group()
        if place in known or place not in _elsewhere_or_within(fact) or _is_origin(plain, match.end()):
            continue
        if fact.source.place in plain and place in words("places", "elsewhere"):
            continue
        if match.start() in cuts or match.end() in cuts.values():
            return place
    return None


def _is_origin(plain: str, end: int) -> bool:
    """Tell whether the place that ends at `end` is where somebody comes from."""
    return plain.startswith(words("places", "origins"), end)


def asks_breakdown(text: str, fact: Fact) -> bool:
    """Tell whether `text` wants a total of the report divided up, by district, by year or by name."""
    if not fact.figures or fact.any_place:
        return False
    plain = normalise(text)
    return any(word in plain for word in words("details", "breakdown"))


def _elsewhere_or_within(fact: Fact) -> tuple[str, ...]:
    places = table("places")
    inside = places.texts("within") if fact.figures else ()
    return (*places.texts("elsewhere"), *inside)


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    places = table("places")
    return longest_first((*places.texts("elsewhere"), *places.texts("within")))
