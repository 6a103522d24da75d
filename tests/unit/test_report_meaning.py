"""The facts mean what the report means: right figure to the right thing, right part, names as written.

`test_report_figures` compares the bare figures; two of them changed for each other would pass there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from conftest import report_path

from legalbot.knowledge import Fact, Figure, knowledge

FACTS = knowledge().facts
FIGURES = [
    (fact.id, figure)
    for fact in FACTS.values()
    for figure in fact.figures
    if (fact.id, figure.unit) != ("pub.award", "年")
]
"""All figures but 2019年 of the award: a year, not a count, that only its own sentence could name."""
HEADINGS = {
    "safety": "打击犯罪更有力",
    "courts": "营商环境更完善",
    "minors": "未成年人保护机制更健全",
    "publicity": "公共法律服务更贴心",
    "services": "公共法律服务更贴心",
}
"""Where each part of the source stands in the report; what precedes the first heading belongs to it."""
CHINESE_NUMERAL = re.compile(r"第?[一二两三四五六七八九十]+[^，。、；：”]")
PLAIN_WORDS = {"一共", "一年", "一件", "一个", "一起", "一直", "五年", "两样", "三项", "两件", "一级"}
"""Numerals of the facts' own sentences, which count nothing that the report counts otherwise:
altogether, a year, each one, together, all along, the five years of 5年, two things named there, the
three functions named there, 两项工作 as two things, and the city's level of the four."""
EVERYDAY_NAMES = {"保护伞", "关系网"}
"""What 打伞破网 is short for; the report does not spell it out."""
SAID_WITH_NUMERALS = {
    "crime.plan": ("三年行动计划", "智慧安防小区建设三年行动计划"),
    "crime.cross_border": ("第一名", "全省所有州市第一名"),
    "minors.principals": ("两级检察机关", "全市两级检察机关"),
    "minors.onestop": ("“一站式”取证与保护中心", "“一站式”取证与保护中心"),
    "court.credit": ("一处失信、处处受限", "一处失信、处处受限"),
    "pub.sites": ("市县两级", "市县两级"),
    "pub.six": ("法律六进", "法律六进"),
    "pub.award": ("“七五”普法中期先进城市", "“七五”普法中期先进城市"),
    "pub.focus": ("“十三五”期间", "“十三五”期间"),
    "platform.levels": ("市、县、乡、村四级", "市、县、乡、村四级"),
    "robot.first": ("全国首个", "率先在全国推出首个"),
    "centre.city": ("西南地区首个", "西南地区首个"),
}
"""Counts and ranks that the report gives in Chinese numerals: how the fact says them, how the report."""


@pytest.fixture(scope="module")
def report() -> list[str]:
    if not report_path().is_file():
        pytest.skip("the report is not here")
    lines = report_path().read_text("utf8").splitlines()
    return [line for line in lines if line.strip() and "<image>" not in line]


@pytest.fixture(scope="module")
def text(report) -> str:
    return "\n".join(report)


@pytest.fixture(scope="module")
def sections(report) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    heading = next(iter(HEADINGS.values()))
    for line in report:
        heading = line if line in HEADINGS.values() else heading
        found.setdefault(heading, []).append(line)
    assert set(found) == set(HEADINGS.values())
    return {heading: "\n".join(lines) for heading, lines in found.items()}


@pytest.fixture(scope="module")
def clauses(report) -> list[str]:
    """Each clause of the report together with the one before, which often names its subject."""
    parts = ["", *re.split(r"[,。;\n]", "\n".join(report))]
    return [f"{before},{clause}" for before, clause in pairwise(parts)]


def pairs(text: str) -> set[str]:
    return {
        left + right for left, right in pairwise(text) if re.fullmatch(r"[\u4e00-\u9fff]{2}", left + right)
    }


def ending_with(unit: str, clauses: list[str]) -> Iterator[str]:
    """Yield the clauses whose second half counts something in `unit`."""
    for clause in clauses:
        if re.search(rf"\d[万亿]?余?{re.escape(unit)}", clause.rpartition(",")[2]):
            yield clause


def fits(fact: Fact, figure: Figure, clauses: list[str]) -> bool:
    """Tell whether no clause that counts in this unit is more like the fact than one with this figure."""
    own = pairs(f"{fact.ask}，{fact.says}，{fact.short}")
    likeness = {clause: len(own & pairs(clause)) for clause in ending_with(figure.unit, clauses)}
    holding = [likeness[clause] for clause in likeness if figure.stands_in(clause.rpartition(",")[2])]
    return bool(holding) and max(holding) == max(likeness.values()) > 0


@pytest.mark.parametrize(("fact_id", "figure"), FIGURES, ids=[f"{i}-{f.value}" for i, f in FIGURES])
def test_a_figure_stands_where_the_report_speaks_of_the_same(clauses, fact_id: str, figure: Figure):
    assert fits(FACTS[fact_id], figure, clauses)


def test_figures_exchanged_between_two_facts_would_be_noticed(clauses):
    for (one, figure), (other, others) in combinations(FIGURES, 2):
        if one != other and figure.unit == others.unit and figure != others:
            assert not (fits(FACTS[one], others, clauses) and fits(FACTS[other], figure, clauses))


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_stands_in_its_part_of_the_report(sections, fact: Fact):
    section = sections[HEADINGS[fact.part]]
    assert all(figure.stands_in(section) for figure in fact.figures)
    own = pairs(f"{fact.ask}，{fact.says}，{fact.short}")
    likeness = {heading: len(own & pairs(text)) for heading, text in sections.items()}
    assert likeness[HEADINGS[fact.part]] == max(likeness.values())


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_names_in_quotation_marks_are_the_reports(text, fact: Fact):
    quoted = set(re.findall("“([^”]+)”", fact.says + fact.short + fact.ask))
    assert not [name for name in quoted - EVERYDAY_NAMES if name not in text]


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_chinese_numerals_are_the_reports_or_plain_words(text, fact: Fact):
    found = set(CHINESE_NUMERAL.findall(fact.says + "，" + fact.short + "，" + fact.ask))
    assert not [numeral for numeral in found - PLAIN_WORDS if numeral not in text]


@pytest.mark.parametrize(("fact_id", "wording"), SAID_WITH_NUMERALS.items(), ids=SAID_WITH_NUMERALS)
def test_a_count_in_chinese_numerals_is_said_as_in_the_report(text, fact_id, wording):
    said, written = wording
    assert said in FACTS[fact_id].says
    assert written in text


@pytest.mark.parametrize(
    ("beginning", "fact_ids"),
    [
        ("扫黑除恶专项斗争开展3年来", ("crime.gangs", "crime.gang_cases")),
        ("计划用3年时间", ("crime.plan",)),
        ("5年累计", ("aid.cases",)),
    ],
)
def test_a_span_of_years_is_a_figure_of_its_facts(text, beginning, fact_ids):
    assert beginning in text
    years = re.findall(r"(\d+)年", beginning)
    for fact_id in fact_ids:
        assert Figure(years[0], "年") in FACTS[fact_id].figures


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_about_is_said_where_the_report_says_about(text, fact: Fact):
    """6万余人 must not become 6万人, nor 601人 become 601余人."""
    for figure in fact.figures:
        number, unit = re.escape(figure.value), re.escape(figure.unit)
        about, exact = (re.compile(rf"(?<![\d.]){number}{word}{unit}") for word in ("[余多]", ""))
        for wording in (fact.says, fact.short):
            if about.search(wording) or exact.search(wording):
                assert bool(about.search(wording)) == bool(about.search(text))


def test_the_year_of_a_period_is_the_reports_year_or_the_awards(text):
    for fact in FACTS.values():
        years = {int(year) for year in re.findall(r"(\d{4})年", fact.period)}
        assert years <= {fact.source.covers, 2019}
        assert fact.as_of.year in (years or {fact.source.covers})
        assert all(f"{year}年" in text for year in years)
