"""Every figure of the fact base stands in the report, and every figure of the report in the fact base."""

from __future__ import annotations

import re

import pytest
from conftest import report_path

from legalbot.knowledge import knowledge

NUMBER = re.compile(r"(\d+(?:\.\d+)?[万亿]?)余?(%|年|天|小时|件|个|名|人|元|所|场次|场|项)?")
NO_FIGURE = {("12348", ""), ("2020", "年")}
"""The hotline's name, and the year that every fact holds for (its period says so)."""


@pytest.fixture(scope="module")
def report() -> set[tuple[str, str]]:
    if not report_path().is_file():
        pytest.skip("the report is not here")
    lines = [line for line in report_path().read_text("utf8").splitlines() if "://" not in line]
    return {(number, unit) for number, unit in NUMBER.findall("\n".join(lines))} - NO_FIGURE


@pytest.fixture(scope="module")
def held() -> set[tuple[str, str]]:
    return {(figure.value, figure.unit) for fact in knowledge().facts.values() for figure in fact.figures}


def test_no_figure_that_the_report_lacks(report, held):
    assert not held - report


def test_no_figure_of_the_report_is_missing(report, held):
    assert not report - held


def test_the_report_was_read(report):
    assert ("37478", "件") in report
    assert ("3.08亿", "元") in report
    assert len(report) > 35
