"""How far the screening is, as a person counts: never backwards by answering, never more than six."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from actions.turn import utter
from legalbot.dialogue import Reply
from legalbot.screening.flow import Screening, progress, start, step
from legalbot.screening.hearing import Heard, hear


def asked(*texts: str) -> list[tuple[int, int] | None]:
    """Return the progress after the opening and after each answer."""
    moved = start(Heard())
    seen = [progress(moved.state)]
    for text in texts:
        moved = step(moved.state, hear(text, moved.state.asked, "", None))
        seen.append(None if moved.closed else progress(moved.state))
    return seen


def test_six_questions_are_counted_one_by_one():
    answers = ("我自己的事", "农民工", "民事或其他的事", "工钱", "不算困难", "没错，看结果")
    assert asked(*answers) == [(at, 6) for at in range(1, 7)] + [None]


def test_what_was_told_unasked_is_not_counted():
    assert progress(start(Heard(options={"aid_for": "self"}, groups=frozenset({"migrant"}))).state) == (1, 4)


def test_a_company_is_asked_less():
    assert asked("替单位、公司问")[1] == (2, 3)


def test_asking_again_does_not_count():
    first, again, *_ = asked("天气怎么样")
    assert first == again == (1, 6)


@given(
    st.lists(
        st.sampled_from(["是", "不是", "农民工", "刑事案件", "民事", "工钱", "不想说", "说不清", "改一下"])
    )
)
def test_progress_stays_within_its_bounds(answers):
    for seen in asked(*answers):
        assert seen is None or 1 <= seen[0] <= seen[1] <= 6


def test_nothing_asked_is_no_progress():
    assert progress(Screening({})) is None


def test_the_channel_is_told_of_progress():
    class Heard:
        def utter_message(self, **message) -> None:
            self.parts = message["parts"]

    heard = Heard()
    utter(heard, Reply("screening", ("问",), progress=(2, 6)))
    assert heard.parts["progress"] == {"at": 2, "of_at_most": 6}
    utter(heard, Reply("answered", ("答",)))
    assert "progress" not in heard.parts
