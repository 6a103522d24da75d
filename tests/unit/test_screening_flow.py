"""The order of questions in the screening: at most six, none whose answer is known, each repairable."""

from __future__ import annotations

import itertools

import pytest

from legalbot.eligibility import ResultKind
from legalbot.screening.flow import Screening, Step, ask_again, recap, reopened, resume, start, step
from legalbot.screening.hearing import Heard, hear
from legalbot.screening.wording import QUESTIONS, wording

STORY = "我是在昆明打工的农民工，老板欠我三个月工资，没钱请律师，能申请法律援助吗"


def play(opening: str, *said: str) -> list[Step]:
    """Return the steps of a screening in which `said` is said in turn, with words alone, no classifier."""
    steps = [start(hear(opening, None))]
    for message in said:
        steps.append(step(steps[-1].state, hear(message, steps[-1].state.asked)))
    return steps


def asked(steps: list[Step]) -> list[str | None]:
    return [moved.state.asked for moved in steps]


def test_a_full_story_is_asked_nothing_but_whether_it_was_understood():
    told = "欠薪的事，" + STORY
    steps = play(told, "对的")
    assert asked(steps) == ["aid_review", None]
    assert steps[-1].result.kind is ResultKind.NAMED_GROUP
    assert set(steps[-1].result.groups) == {"migrant", "low_income"}


def test_at_most_six_questions_whatever_is_answered():
    answers = {
        "aid_for": ("我自己的事", "替家里人问", "替单位、公司问"),
        "aid_groups": ("农民工", "都不是", "说不清"),
        "aid_case": ("刑事案件", "民事或其他的事", "不知道"),
        "aid_court": ("法院通知了", "还没有通知", "说不清"),
        "aid_matter": ("工钱", "别的事"),
        "aid_hardship": ("收入低、有困难", "不算困难", "不想说"),
        "aid_review": ("没错，看结果",),
    }
    for choice in itertools.product(range(3), repeat=3):
        moved, count = start(Heard()), 0
        while not moved.closed:
            count += 1
            options = answers[moved.state.asked]
            said = options[choice[count % 3] % len(options)]
            moved = step(moved.state, hear(said, moved.state.asked))
        assert count <= 6, choice
        assert moved.result is not None


def test_the_beginning_says_what_comes_and_that_no_name_is_needed():
    first = play("能申请法援不")[0]
    assert first.says[0] == wording().sentences["intro"]
    assert "不用报姓名" in first.says[0]
    assert "停" in first.says[0]


def test_an_answer_that_is_none_is_asked_again_once_and_then_left_open():
    steps = play("能申请法援不", "唉", "唉")
    assert asked(steps) == ["aid_for", "aid_for", "aid_groups"]
    assert wording().questions["aid_for"].again in steps[1].says[0]
    assert steps[2].says[0] == wording().sentences["moved_on"]


def test_a_correction_replaces_what_was_said():
    steps = play("我能申请法援吗，我是农民工", "等等，我不是农民工，是残疾人")
    assert recap(steps[-1].state)[1] == "是哪类人：残疾人"


def test_a_correction_at_the_review_shows_it_once_more():
    steps = play("欠薪的事，" + STORY, "我不是农民工，是残疾人", "对的")
    assert asked(steps) == ["aid_review", "aid_review", None]
    assert "残疾人" in steps[1].says[0]
    assert "农民工" not in steps[1].says[0]
    assert "残疾人" in steps[2].says[0]


def test_any_answer_can_be_changed_by_its_label():
    review = play("欠薪的事，" + STORY)[-1]
    which = step(review.state, hear("改一下", "aid_review"))
    assert set(which.buttons) == {line.partition("：")[0] for line in recap(review.state)}
    for label in which.buttons:
        anew = reopened(which.state, label)
        assert anew is not None
        assert wording().questions[anew.state.asked].label == label
    assert reopened(which.state, "别的什么") is None


def test_back_goes_to_the_question_before():
    steps = play("能申请法援不", "我自己的事", "农民工")
    back = step(steps[-1].state, Heard(control="back"))
    assert back.state.asked == "aid_groups"
    assert step(back.state, Heard(control="back")).state.asked == "aid_for"


@pytest.mark.parametrize("said", ["停", "取消", "不问了"])
def test_it_can_be_stopped_at_any_question(said):
    for moved in play("能申请法援不", "我自己的事", "农民工", "不是刑事", "工钱", "不想说"):
        stopped = step(moved.state, hear(said, moved.state.asked))
        assert stopped.closed
        assert stopped.result is None
        assert stopped.says == (wording().sentences["cancelled"],)


def test_the_summary_has_what_was_told_and_nothing_else():
    told = play("欠薪的事，" + STORY, "对的")[-1]
    assert told.summary == tuple(recap(told.state, told_only=True))
    assert "拖欠工钱" in told.says[-1]
    assert "三个月" not in "".join(told.says)


def test_a_question_between_does_not_lose_the_answers():
    before = play("能申请法援不", "我自己的事")[-1]
    assert ask_again(before.state).state.slots == before.state.slots
    assert ask_again(before.state).says == before.says


def test_answers_that_led_to_a_result_can_be_reviewed_again():
    done = play("欠薪的事，" + STORY, "对的")[-1]
    review = resume(done.state.slots, Heard())
    assert review.state.asked == "aid_review"


def test_a_state_from_elsewhere_is_taken_up_at_its_first_open_question():
    moved = step(Screening({"aid_for": "self"}, asked="no_such_slot"), Heard())
    assert moved.state.asked == "aid_groups"
    assert set(moved.state.slots) <= set(QUESTIONS)


def test_a_civil_matter_settles_what_kind_of_case_it_is():
    steps = play("能申请法援不", "我自己的事", "农民工", "要离婚")
    assert asked(steps)[-1] == "aid_hardship"


def test_an_answer_to_another_question_is_noted_and_the_question_asked_again():
    steps = play("能申请法援不", "我自己的事", "农民工", "不是刑事", "吃低保")
    assert asked(steps)[-1] == "aid_matter"
    assert "收入低" in steps[-1].says[0]
    assert steps[-1].state.misses == 0


def test_a_denial_at_the_review_is_never_taken_for_a_yes():
    review = play("欠薪的事，" + STORY)[-1]
    denied = step(review.state, hear("不是拖欠工钱的事", "aid_review"))
    assert denied.state.asked in ("aid_matter", "aid_case")
    assert not step(review.state, hear("有错", "aid_review")).closed
    assert not step(review.state, hear("我不是妇女", "aid_review")).closed


def test_denying_group_by_group_twice_means_none_of_them():
    steps = play("能申请法援不", "我自己的事", "我不是农民工", "也不是残疾人")
    assert asked(steps)[-1] == "aid_case"
    assert steps[-1].state.slots["aid_groups"] == []


def test_a_yes_after_asking_which_answer_is_wrong_shows_the_review_again():
    review = play("欠薪的事，" + STORY)[-1]
    which = step(review.state, hear("不对", "aid_review"))
    shown = step(which.state, hear("对的", "aid_review"))
    assert not shown.closed
    assert step(shown.state, hear("对的", "aid_review")).closed
