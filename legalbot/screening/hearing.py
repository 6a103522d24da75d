"""What an answer in the screening says, whichever question was asked. Pure: no Rasa, never raises.

Words come first: they say plainly what holds or does not. A bare yes, no, number or "none of these" is
taken only for the question that was asked; a question is no answer; what is said of somebody else is not
taken for the person whom the screening is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from legalbot.eligibility import DECLINED, SPECIAL, UNKNOWN
from legalbot.lexicon import longest_first
from legalbot.nlu.features import syllables
from legalbot.nlu.understanding import bare
from legalbot.screening.wording import Question, wording
from legalbot.text import normalise

SURE = 0.6
"""From this confidence on the classifier's reading of an answer ("I'd rather not say") counts."""
GROUPS = "aid_groups"
CRIMINAL = "criminal"
"""The kind of legal matter that the question about the case asks for."""
OPPOSITE = {
    ("aid_case", "criminal"): "other",
    ("aid_hardship", "hard"): "fine",
    ("aid_hardship", "fine"): "hard",
    ("aid_court", "yes"): "no",
}
"""What denying an option says, where there are only two."""
ANYBODY = ("aid_matter", "aid_court")
"""Slots whose words hold whoever the sentence is about: "the boss owes wages"."""
ADULT, OLD = 18, 60
BY_SOUND = 3
"""Fewest syllables of a word that is recognised by its sound."""
Option = tuple[str, str]
"""A slot and one of its options."""
_CLAUSES = re.compile(r"[,，。;；!！?？\n、 ]+")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_AGE = re.compile(
    r"(\d{2,3}|\d(?=周?岁)|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九](?=周?岁))[多几来]?(周?岁|了$|$)"
)
_WHETHER = re.compile("算.{1,8}[吗么]$")
_NUMBER = re.compile(r"(?:选|第)?([1-9一二三四五六七八九])(?:个|项|号)?")
_NUMBERS = re.compile(r"[1-9](?:[和,、 及跟]{1,2}[1-9])+")


@dataclass(frozen=True)
class Heard:
    """What a message says: options by slot, groups that hold and that do not, options that were denied,
    and one `control` word.

    `control`: yes, no, none, unknown, decline, back, change, cancel, or empty.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    not_groups: frozenset[str] = frozenset()
    denied: frozenset[Option] = frozenset()
    control: str = ""

    @property
    def says_something(self) -> bool:
        """Whether any answer was heard."""
        return bool(self.options or self.groups or self.not_groups)


def hear(text: str, asked: str | None, control: str = "", matter: str | None = None) -> Heard:
    """Return what `text` says, `asked` being the slot asked for (None at the start).

    `control` is the classifier's reading of the whole, `matter` the kind of legal matter it found.
    """
    plain = normalise(text)
    question = wording().questions.get(asked or "")
    pressed = _pressed(plain, question)
    if question is not None and pressed:
        return _chosen(question, pressed)
    whom = whom_in_story(plain, asked)
    heard = _in_words(plain, asked, whom)
    options = dict(heard.options)
    if _says_whose(plain):
        options["aid_for"] = "family"
    elif whom is not None and (asked in (None, "aid_for") or _asks_for(plain)):
        options["aid_for"] = whom
    groups = heard.groups
    if whom == "self" and longest_first(wording().hearing["wife"]).search(plain):
        groups |= {"women"}
    kinds = wording().questions["aid_matter"].options
    if matter not in (None, CRIMINAL):
        options.setdefault("aid_matter", matter if matter in kinds else "other")
    heard = replace(heard, options=options, groups=groups, control=_control(plain, control, question))
    return _aged(plain, asked, whom, heard)


def resolve(heard: Heard, question: Question) -> Heard:
    """Return `heard` with a bare yes, no, none or unknown put into the answer of `question`."""
    slot, control = question.slot, heard.control
    if slot in heard.options or (slot == GROUPS and (heard.groups or heard.not_groups)):
        return heard
    if slot == GROUPS and control in ("none", "no"):
        return replace(heard, not_groups=frozenset(question.options))
    meant = {
        "yes": question.yes,
        "no": question.no,
        "none": question.no,
        "unknown": UNKNOWN,
        "decline": DECLINED,
    }
    value = meant.get(control)
    if value is None or (slot == "aid_review" and control in ("unknown", "decline")):
        return heard
    return replace(heard, options={**heard.options, slot: value})


def is_button(text: str, asked: str | None) -> bool:
    """Tell whether `text` is just what stands on a button of the question asked, or its number."""
    return bool(_pressed(normalise(text), wording().questions.get(asked or "")))


def whom_in_story(text: str, asked: str | None = None) -> str | None:
    """Return for whom a message speaks, as far as it says so: self, family, other, company."""
    plain = normalise(text)
    named = next(
        (key for slot, key, holds in _mentions(plain, asked or "", None) if slot == "aid_for" and holds), None
    )
    if named is not None:
        return named
    words = wording().hearing
    family, other = (longest_first(words[key]).pattern for key in ("family", "other"))
    own_family = bool(re.search(rf"(?:我|俺)(?:的|家|们家)?(?:{family})", plain))
    for kind, people in (("family", family), ("other", other)):
        if _speaks_for(plain, people):
            return "family" if own_family else kind
        if asked == "aid_for" and re.search(people, plain):
            return kind
    at_a_loss = asked == "aid_for" and any(normalise(word) in plain for word in words["unknown"])
    speaks = re.search(rf"(?<!不是)(?:我|俺)(?!们|的?(?:家|家的)?(?:{family}|{other}))", plain)
    if speaks or at_a_loss:
        return None if at_a_loss else "self"
    return "family" if own_family and asked is None else None


def _speaks_for(plain: str, people: str) -> bool:
    """Tell whether a message asks in the name of one of `people` (a pattern), or about their case."""
    forms = longest_first(wording().hearing["for"]).pattern
    for_them = rf"(?:{forms})(?:我|我家|我们家)?(?:{people})"
    of_them = rf"(?:{people})[^,。!?]{{0,8}}(?:案子|申请|够不够|符不符合)"
    return bool(re.search(f"{for_them}|{of_them}", plain))


def titles_of(question: Question) -> dict[str, str]:
    """Return the buttons of a question in their order: key of the answer and what stands on it."""
    words = wording().sentences
    titles = {key: option.title for key, option in question.options.items() if option.title}
    if "none_title" in question.extra:
        titles["none"] = question.extra["none_title"]
    if question.slot == "aid_hardship":
        titles[DECLINED] = words["declined_title"]
    if question.slot in (GROUPS, "aid_court", "aid_hardship"):
        titles[UNKNOWN] = words["unknown_title"]
    if "change_title" in question.extra:
        titles["change"] = question.extra["change_title"]
    return titles


def _says_whose(plain: str) -> bool:
    """Tell whether a message says that it is about a relative: "it is my father's matter"."""
    family = longest_first(wording().hearing["family"]).pattern
    return bool(
        re.search(rf"是(?:我|俺)(?:的|家)?(?:{family})(?:的|呢)?(?:事|案子)", plain)
        or re.match(rf"(?:是)?(?:我|俺)(?:家)?(?:{family})(?:是|今年|\d)", plain)
    )


def _asks_for(plain: str) -> bool:
    """Tell whether a message says that its writer asks for somebody else: "I'm asking for my mother"."""
    words = wording().hearing
    people = longest_first((*words["family"], *words["other"])).pattern
    forms, verbs = (longest_first(words[key]).pattern for key in ("for", "asks_for"))
    return bool(re.search(rf"(?:{forms})(?:我|我家)?(?:{people})[^,。!?]{{0,3}}(?:{verbs})", plain))


def _pressed(plain: str, question: Question | None) -> tuple[str, ...]:
    """Return the options whose buttons were pressed, or typed as they stand or by their numbers."""
    if question is None:
        return ()
    typed, titles = bare(plain), titles_of(question)
    for key, title in titles.items():
        if typed == bare(normalise(title)):
            return (key,)
    if question.slot == "aid_review":
        return ()
    numbers = re.findall(r"[1-9]", plain) if question.slot == GROUPS and _NUMBERS.fullmatch(plain) else []
    single = _NUMBER.fullmatch(typed)
    places = [int(number) for number in numbers] or (
        [int(_DIGITS.get(single[1], single[1]))] if single else []
    )
    keys = list(titles)
    return tuple(keys[place - 1] for place in places) if all(place <= len(keys) for place in places) else ()


def _chosen(question: Question, keys: tuple[str, ...]) -> Heard:
    if keys[0] in ("none", "change"):
        return resolve(Heard(control=keys[0]), question)
    if question.slot == GROUPS and UNKNOWN not in keys:
        return Heard(groups=frozenset(keys) - {"none"})
    return Heard({question.slot: keys[0]})


def _in_words(plain: str, asked: str | None, whom: str | None) -> Heard:
    """Return options, groups and denials, as the words of `plain` have it."""
    options: dict[str, str] = {}
    groups: set[str] = set()
    not_groups: set[str] = set()
    denied: set[Option] = set()
    for slot, key, holds in _mentions(plain, asked or "", whom):
        if not holds:
            denied.add((slot, key))
        if slot == GROUPS:
            (groups if holds else not_groups).add(key)
        elif holds or (slot, key) in OPPOSITE:
            options.setdefault(slot, key if holds else OPPOSITE[slot, key])
    if options.get("aid_for") == "company":
        groups.clear()
    return Heard(options, frozenset(groups), frozenset(not_groups - groups), frozenset(denied))


def _mentions(plain: str, asked: str, whom: str | None) -> Iterator[tuple[str, str, bool]]:
    """Yield (slot, option, whether it holds) for each word found, but not those said of others or asked."""
    owner, pattern = _words(asked)
    hearing = wording().hearing
    for clause in filter(None, _CLAUSES.split(plain)):
        if any(word in clause for word in hearing["questions"]) or _WHETHER.search(clause):
            continue
        found = list(pattern.finditer(clause))
        for match in found:
            before = clause[: match.start()]
            slot, key, holds = owner[match.group()]
            of_others = slot not in ANYBODY and _of_others(slot, before, whom)
            denied = _denies().search(before) or clause[match.end() :].startswith(hearing["denied_after"])
            if not before.endswith(hearing["asking"]) and not of_others:
                yield slot, key, holds and not denied
        if not found:
            yield from _by_sound(clause, asked)


def _by_sound(clause: str, asked: str) -> Iterator[tuple[str, str, bool]]:
    """Yield the options of words that only sound like a part of a clause: typing errors."""
    sounds = f" {' '.join(syllables(clause))} "
    for heard, option in _sounds(asked):
        if heard in sounds:
            yield option


def _of_others(slot: str, before: str, whom: str | None) -> bool:
    """Tell whether what follows is said of somebody else: "the boss is …", but not "the boss owes us …"."""
    hearing = wording().hearing
    them = list(longest_first(hearing["them"]).finditer(before))
    if them and not re.search("我|咱|俺", before[them[-1].end() :]):
        return True
    whose = longest_first(hearing["not_of_self"]).pattern
    if slot == GROUPS and re.search(rf"(?:{whose})[一个了]{{0,2}}$", before):
        return True
    family = longest_first(hearing["family"]).pattern
    return whom == "self" and bool(re.search(rf"(?:{family})[^我和都]*$", before))


@lru_cache
def _words(asked: str) -> tuple[dict[str, tuple[str, str, bool]], re.Pattern[str]]:
    """Return (slot, option, holds) of each word that counts while `asked` is asked, and a pattern of all."""
    owner: dict[str, tuple[str, str, bool]] = {}
    for question in wording().questions.values():
        for option in question.options.values():
            here = option.here if question.slot == asked else ()
            owner |= {normalise(word): (question.slot, option.key, False) for word in option.denied_by}
            owner |= {normalise(word): (question.slot, option.key, True) for word in (*option.words, *here)}
    return owner, longest_first(owner)


@lru_cache
def _sounds(asked: str) -> list[tuple[str, tuple[str, str, bool]]]:
    """Return the syllables of each word that is long enough to be known by them, and what it says."""
    heard = [(syllables(word), option) for word, option in _words(asked)[0].items()]
    return [(f" {' '.join(sounds)} ", option) for sounds, option in heard if len(sounds) >= BY_SOUND]


@lru_cache(maxsize=1)
def _denies() -> re.Pattern[str]:
    hearing = wording().hearing
    filler = re.escape(wording().sentences["filler"])
    return re.compile(rf"(?:{longest_first(hearing['not']).pattern})[{filler}]{{0,3}}$")


def _control(plain: str, control: str, question: Question | None) -> str:
    """Return the control word: a message that is one, or begins with one, before the classifier's reading."""
    hearing = wording().hearing
    first = bare(next(filter(None, _CLAUSES.split(plain)), ""))
    if question is not None and any(word in plain for word in question.wrong) and plain[:1] != "没":
        return "change"
    for key in ("cancel", "yes", "no"):
        if bare(plain) in hearing[key] or first in hearing[key]:
            return key
    if question is not None and any(word in plain for word in question.none):
        return "none"
    if control:
        return control
    return next(
        (key for key in ("unknown", "decline") if any(normalise(w) in plain for w in hearing[key])), ""
    )


def _aged(plain: str, asked: str | None, whom: str | None, heard: Heard) -> Heard:
    """Return `heard` with what an age says: a minor, or an old person among "special groups"."""
    groups, denied = set(heard.groups), set(heard.not_groups)
    family = longest_first(wording().hearing["family"])
    for clause in _CLAUSES.split(plain):
        match = _AGE.search(clause)
        if match is None or (whom == "self" and family.search(clause)):
            continue
        age = _years(match[1]) if match[2] or asked == GROUPS else 0
        if 0 < age < ADULT:
            groups.add("minor")
        elif 0 < age < 120:
            denied.add("minor")
            groups |= {SPECIAL} if age >= OLD else set()
    return replace(heard, groups=frozenset(groups), not_groups=frozenset(denied - groups))


def _years(number: str) -> int:
    if number.isdigit():
        return int(number)
    if "十" not in number:
        return _DIGITS[number]
    tens, _, ones = number.partition("十")
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
