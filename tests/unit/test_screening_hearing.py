"""What is heard in an answer: by words, buttons and numbers, and never where it was not said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalbot.screening.flow import Screening, Step, start, step
from legalbot.screening.hearing import hear, is_button, resolve, titles_of, whom_in_story
from legalbot.screening.wording import QUESTIONS, wording

STABLE = settings(deadline=None, database=None, derandomize=True, max_examples=150)
SAYINGS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            word
            for q in wording().questions.values()
            for o in q.options.values()
            for word in (*o.words, *o.here)
        ]
    ),
    st.sampled_from(
        ["是", "不是", "没有", "都不是", "不知道", "1", "9", "上一题", "嗯", "👌", "", "三十八", "改一下"]
    ),
)
CONTROLS = st.sampled_from(["", "yes", "no", "none", "unknown", "decline", "back", "change", "answer"])


@pytest.mark.parametrize(
    ("said", "groups", "denied"),
    [
        ("我是农民工", {"migrant"}, set()),
        ("我不是农民工，是残疾人", {"disabled"}, {"migrant"}),
        ("我不是農民工，是殘疾人", {"disabled"}, {"migrant"}),
        ("女的，腿有残疾", {"women", "disabled"}, set()),
        ("没有残疾", set(), {"disabled"}),
        ("我今年十六岁", {"minor"}, set()),
        ("17岁", {"minor"}, set()),
        ("我四十二岁", set(), {"minor"}),
        ("六十八岁了", {"special"}, {"minor"}),
        ("伤残军人", {"veteran"}, set()),
        ("老板是残疾人，我是打工的", {"migrant"}, set()),
        ("老板欠我们农民工的钱", {"migrant"}, set()),
        ("我也认不得是不是残疾", set(), set()),
        ("等等，我不是妇女，是残急人", {"disabled"}, {"women"}),
        ("农名工", {"migrant"}, set()),
        ("我被农民工打了", set(), set()),
        ("我要告一个残疾人", set(), set()),
        ("我老婆是残疾人，我是农民工", {"migrant"}, set()),
        ("什么是优抚对象", set(), set()),
        ("我是男的", set(), {"women"}),
        ("1和3", {"migrant", "women"}, set()),
        ("9", set(), set()),
        ("优抚对象包括哪些", set(), set()),
        ("退役军人算优抚对象吗", set(), set()),
        ("农民工不对，是残疾人", {"disabled"}, {"migrant"}),
        ("我和我老婆都是农民工", {"migrant"}, set()),
    ],
)
def test_groups_in_words(said, groups, denied):
    heard = hear(said, "aid_groups")
    assert (set(heard.groups), set(heard.not_groups)) == (groups, denied)


@pytest.mark.parametrize(
    ("said", "whom"),
    [
        ("我腿有残疾，被单位辞退了，能申请法援吗", "self"),
        ("我妈八十了，能替她申请吗", "family"),
        ("给我老公申请", "family"),
        ("帮工友问一下", "other"),
        ("我们公司被侵权了，公司能申请吗", "company"),
        ("我老公打我，我想离婚", "self"),
        ("能申请法援不", None),
    ],
)
def test_for_whom_a_story_is_told(said, whom):
    assert whom_in_story(said) == whom


@pytest.mark.parametrize(
    ("asked", "said", "slot", "value"),
    [
        ("aid_case", "不是刑事，是劳动纠纷", "aid_case", "other"),
        ("aid_case", "着抓进克了", "aid_case", "criminal"),
        ("aid_court", "还没有", "aid_court", "no"),
        ("aid_court", "是呢", "aid_court", "yes"),
        ("aid_court", "不知道", "aid_court", "unknown"),
        ("aid_hardship", "吃低保", "aid_hardship", "hard"),
        ("aid_hardship", "不困难", "aid_hardship", "fine"),
        ("aid_hardship", "不想说", "aid_hardship", "declined"),
        ("aid_hardship", "有", "aid_hardship", "hard"),
        ("aid_hardship", "不太困难", "aid_hardship", "fine"),
        ("aid_hardship", "没啥钱", "aid_hardship", "hard"),
        ("aid_hardship", "恼火呢", "aid_hardship", "hard"),
        ("aid_case", "没有人被抓", "aid_case", "other"),
        ("aid_case", "都不是", "aid_case", "other"),
        ("aid_case", "我哥被刑拘了", "aid_case", "criminal"),
        ("aid_court", "法院来电话说要派律师", "aid_court", "yes"),
        ("aid_hardship", "哪里有钱嘛", "aid_hardship", "hard"),
        ("aid_groups", "我妈是残疾人", "aid_for", "family"),
        ("aid_review", "不是我的事，是我爹的事", "aid_for", "family"),
        ("aid_court", "没人通知", "aid_court", "no"),
        ("aid_for", "我儿子", "aid_for", "family"),
        ("aid_for", "我侄儿呢事", "aid_for", "family"),
        ("aid_for", "工友", "aid_for", "other"),
        ("aid_review", "没错", "aid_review", "confirmed"),
        ("aid_for", "2", "aid_for", "family"),
        ("aid_for", "第二个", "aid_for", "family"),
        ("aid_matter", "我要离婚", "aid_matter", "marriage"),
        ("aid_case", "不是刑事，老板欠工钱", "aid_matter", "wages"),
    ],
)
def test_answers_to_the_question_asked(asked, said, slot, value):
    question = wording().questions[asked]
    assert resolve(hear(said, asked), question).options.get(slot) == value


@pytest.mark.parametrize("said", ["是", "没有", "还没有", "1", "没错", "不知道", "通知了"])
def test_a_bare_answer_means_nothing_without_its_question(said):
    assert not hear(said, None).says_something


@pytest.mark.parametrize(
    ("asked", "said", "slot"),
    [
        ("aid_matter", "借钱给朋友不还", "aid_for"),
        ("aid_hardship", "有钱的话还来问你", "aid_hardship"),
        ("aid_for", "我咋个晓得", "aid_for"),
    ],
)
def test_what_does_not_answer(asked, said, slot):
    assert slot not in hear(said, asked).options


def test_not_me_is_not_me():
    assert hear("不是我", "aid_for").options == {}


@pytest.mark.parametrize("said", ["嗯", "是", "对"])
def test_a_yes_does_not_answer_which_of_two(said):
    question = wording().questions["aid_for"]
    assert not resolve(hear(said, "aid_for"), question).options


@pytest.mark.parametrize("asked", list(QUESTIONS))
def test_every_button_answers_its_question(asked):
    question = wording().questions[asked]
    for key, title in titles_of(question).items():
        assert is_button(title, asked)
        heard = hear(title, asked)
        if key == "none":
            assert heard.not_groups >= set(question.options)
        elif key == "change":
            assert heard.control == "change"
        elif asked == "aid_groups" and key != "unknown":
            assert heard.groups == {key}
        else:
            assert heard.options == {asked: key}


@STABLE
@given(st.lists(st.tuples(SAYINGS, CONTROLS), max_size=20), SAYINGS)
def test_whatever_is_said_the_screening_comes_to_an_end(messages, story):
    """Nothing raises, nothing outside the closed sets gets in, and a silent person is soon let go."""
    moved = start(hear(story, None))
    silence = [("……", "")] * (2 * len(QUESTIONS) + 2)
    for said, control in [*messages, *silence]:
        if moved.closed:
            break
        moved = step(moved.state, hear(said, moved.state.asked, control))
        check(moved)
    assert moved.closed


def check(moved: Step) -> None:
    assert all(moved.says)
    assert moved.state.asked in (*QUESTIONS, None)
    for slot, value in moved.state.slots.items():
        allowed = {*wording().questions[slot].options, "unknown", "declined"}
        assert set(value if isinstance(value, list) else [value]) <= allowed


def test_a_broken_slot_never_reaches_the_decision():
    bad = Screening(
        {"aid_for": {"x": 1}, "aid_groups": ["migrant", "king", 7], "aid_case": "DROP", "aid_court": 3}
    )
    answers = bad.answers
    assert (answers.whom, answers.groups, answers.case, answers.court) == (None, {"migrant"}, None, None)
