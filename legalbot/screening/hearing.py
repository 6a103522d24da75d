"""What an answer in the screening says, whichever question was asked. Pure: no Rasa, never raises.

Words come first: they say plainly what holds or does not. A bare yes, no, number or "none of these" is
taken only for the question that was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from legalbot.eligibility import DECLINED, SPECIAL, UNKNOWN
from legalbot.lexicon import longest_first
from legalbot.nlu.understanding import bare
from legalbot.screening.wording import Question, wording
from legalbot.text import normalise

SURE = 0.6
"""From this confidence on the classifier's reading of an answer ("I'd rather not say") counts."""
OPPOSITE = {
    ("aid_case", "criminal"): "other",
    ("aid_hardship", "hard"): "fine",
    ("aid_court", "yes"): "no",
}
"""What denying an option says, where there are only two."""
ADULT, OLD = 18, 60
_CLAUSES = re.compile(r"[,，。;；!！?？\n、 ]+")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_AGE = re.compile(r"(\d{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?)[多几来]?(?:周?岁|了$|$)")
_NUMBER = re.compile(r"(?:选|第)?([1-9一二三四五六七八九])(?:个|项|号)?")
GROUPS = "aid_groups"
CRIMINAL = "criminal"
"""The kind of legal matter that the question about the case asks for."""


@dataclass(frozen=True)
class Heard:
    """What a message says: options by slot, groups that hold and that do not, and one `control` word.

    `control`: yes, no, none, unknown, decline, back, change, cancel, or empty.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    not_groups: frozenset[str] = frozenset()
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
    if question is not None and pressed is not None:
        return _chosen(question, pressed)
    options, groups, denied = _in_words(plain, asked)
    whom = whom_in_story(plain)
    if asked in (None, "aid_for") and whom is not None:
        options.setdefault("aid_for", whom)
    if whom in (None, "self") and longest_first(wording().hearing["wife"]).search(plain):
        groups.add("women")
    kinds = wording().questions["aid_matter"].options
    if matter not in (None, CRIMINAL):
        options.setdefault("aid_matter", matter if matter in kinds else "other")
    heard = Heard(options, frozenset(groups), frozenset(denied), _control(plain, control))
    return _aged(plain, asked, heard)


def resolve(heard: Heard, question: Question) -> Heard:
    """Return `heard` with a bare yes, no, none or unknown put into the answer of `question`."""
    slot, control = question.slot, heard.control
    if slot in heard.options or (slot == GROUPS and (heard.groups or heard.not_groups)):
        return heard
    if slot == GROUPS and control in ("none", "no"):
        return Heard(heard.options, frozenset(), frozenset(question.options), control)
    value = {"yes": question.yes, "no": question.no, "unknown": UNKNOWN, "decline": DECLINED}.get(control)
    if value is None or (slot == "aid_review" and control in ("unknown", "decline")):
        return heard
    return Heard({**heard.options, slot: value}, heard.groups, heard.not_groups, control)


def is_button(text: str, asked: str | None) -> bool:
    """Tell whether `text` is just what stands on a button of the question asked, or its number."""
    return _pressed(normalise(text), wording().questions.get(asked or "")) is not None


def whom_in_story(text: str) -> str | None:
    """Return for whom a first message speaks, as far as it says so: self, family, other, company."""
    plain = normalise(text)
    options, _, _ = _in_words(plain, None)
    if "aid_for" in options:
        return options["aid_for"]
    words = wording().hearing
    family, other, forms = (longest_first(words[key]).pattern for key in ("family", "other", "for"))
    for kind, people in (("family", family), ("other", other)):
        for_them = rf"(?:{forms})(?:我|我家|我们家)?(?:{people})"
        of_them = rf"(?:{people})[^,。!?]{{0,8}}(?:案子|申请|够不够|符不符合)"
        if re.search(f"{for_them}|{of_them}", plain):
            return "family" if re.search(rf"(?:我|俺|家)(?:的|家)?(?:{family})", plain) else kind
    speaks = re.search(rf"(?:我|俺)(?!们|的?(?:{family}|{other}))", plain)
    return "self" if speaks else None


def _pressed(plain: str, question: Question | None) -> str | None:
    """Return the option whose button was pressed, or typed as it stands or by its number."""
    if question is None:
        return None
    typed, titles = bare(plain), titles_of(question)
    for key, title in titles.items():
        if typed == bare(normalise(title)):
            return key
    number = _NUMBER.fullmatch(typed)
    if number is None or question.slot == "aid_review":
        return None
    place = int(_DIGITS.get(number[1], number[1]))
    return list(titles)[place - 1] if 0 < place <= len(titles) else None


def titles_of(question: Question) -> dict[str, str]:
    """Return the buttons of a question in their order: key of the answer and what stands on it."""
    words = wording().sentences
    titles = {key: option.title for key, option in question.options.items() if option.title}
    if "none_title" in question.extra:
        titles["none"] = question.extra["none_title"]
    if question.slot == "aid_hardship":
        titles[DECLINED] = words["declined_title"]
    if question.slot in ("aid_groups", "aid_court", "aid_hardship"):
        titles[UNKNOWN] = words["unknown_title"]
    if "change_title" in question.extra:
        titles["change"] = question.extra["change_title"]
    return titles


def _chosen(question: Question, key: str) -> Heard:
    if key in ("none", "change"):
        return resolve(Heard(control=key), question)
    if question.slot == GROUPS and key != UNKNOWN:
        return Heard(groups=frozenset((key,)))
    return Heard({question.slot: key})


def _in_words(plain: str, asked: str | None) -> tuple[dict[str, str], set[str], set[str]]:
    """Return options by slot, groups that hold and groups that do not, as the words of `plain` have it."""
    options: dict[str, str] = {}
    groups: set[str] = set()
    denied: set[str] = set()
    for slot, key, holds in _mentions(plain, asked or ""):
        if slot == GROUPS:
            (groups if holds else denied).add(key)
        elif holds or (slot, key) in OPPOSITE:
            options.setdefault(slot, key if holds else OPPOSITE[slot, key])
    if options.get("aid_for") == "company":
        groups.clear()
    return options, groups, denied - groups


def _mentions(plain: str, asked: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (slot, option, whether it holds) for each word found, but not those said of others or asked."""
    owner, pattern = _words(asked)
    hearing = wording().hearing
    for clause in filter(None, _CLAUSES.split(plain)):
        for match in pattern.finditer(clause):
            before = clause[: match.start()]
            if before.endswith(hearing["asking"]) or _of_others(before):
                continue
            slot, key = owner[match.group()]
            yield slot, key, not re.search(rf"(?:{_nots()})[什么啥哪样个是]{{0,2}}$", before)


def _of_others(before: str) -> bool:
    """Tell whether what follows is said of the other side: "the boss is …", but not "the boss owes us …"."""
    found = list(longest_first(wording().hearing["them"]).finditer(before))
    return bool(found) and not re.search("我|咱|俺", before[found[-1].end() :])


@lru_cache
def _words(asked: str) -> tuple[dict[str, tuple[str, str]], re.Pattern[str]]:
    """Return the (slot, option) of each word that counts while `asked` is asked, and a pattern of all."""
    owner = {
        normalise(word): (question.slot, option.key)
        for question in wording().questions.values()
        for option in question.options.values()
        for word in (*option.words, *(option.here if question.slot == asked else ()))
    }
    return owner, longest_first(owner)


@lru_cache(maxsize=1)
def _nots() -> str:
    return longest_first(wording().hearing["not"]).pattern


def _control(plain: str, control: str) -> str:
    """Return the control word: a message that is one, or begins with one, before the classifier's reading."""
    first = bare(next(filter(None, _CLAUSES.split(plain)), ""))
    for key in ("cancel", "yes", "no"):
        if bare(plain) in wording().hearing[key] or (key != "cancel" and first in wording().hearing[key]):
            return key
    if control:
        return control
    return next((key for key in ("unknown", "decline") if _holds(plain, key)), "")


def _holds(plain: str, key: str) -> bool:
    return any(normalise(word) in plain for word in wording().hearing[key])


def _aged(plain: str, asked: str | None, heard: Heard) -> Heard:
    """Return `heard` with what an age says: a minor, or an old person among "special groups"."""
    clauses = _CLAUSES.split(plain)
    found = [match for clause in clauses for match in _AGE.finditer(clause)]
    ages = [_years(match[1]) for match in found if match[0][-1] in "岁了" or asked == GROUPS]
    groups, denied = set(heard.groups), set(heard.not_groups)
    for age in ages:
        if 0 < age < ADULT:
            groups.add("minor")
        elif OLD <= age < 120:
            groups.add(SPECIAL)
            denied.add("minor")
        elif age < OLD:
            denied.add("minor")
    return Heard(heard.options, frozenset(groups), frozenset(denied - groups), heard.control)


def _years(number: str) -> int:
    if number.isdigit():
        return int(number)
    tens, _, ones = number.partition("十")
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
