"""The legal-aid screening as people meet it: through the trained bot, with all that comes between."""

from __future__ import annotations

import time
import uuid

import pytest
from rasa.core.agent import Agent

from legalbot.replies import replies
from legalbot.screening.wording import wording
from legalbot.serving.agent import load_agent, say
from legalbot.text import clean

from legalbot.model import MODEL  # isort: skip

STORY = "我是在昆明打工的农民工,老板欠我三个月工资,没钱请律师,能不能申请法律援助"


def question(slot: str, who: str = "您") -> str:
    """The first line of a question, as it is asked."""
    return wording().questions[slot].ask.format(who=who, recap="").splitlines()[0]


class Person:
    """One person's conversation with the bot."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.sender = f"screening-{uuid.uuid4().hex}"
        self.buttons: tuple[str, ...] = ()

    async def says(self, *texts: str) -> str:
        """Say each text; return the last reply. Every message gets just one."""
        said = []
        for text in texts:
            said = await say(self.agent, clean(text), self.sender)
            assert len(said) == 1, text
        self.buttons = said[0].buttons
        return said[0].text

    async def slot(self, name: str):
        return (await self.agent.tracker_store.retrieve(self.sender)).get_slot(name)


@pytest.fixture
def person(agent) -> Person:
    return Person(agent)


async def test_a_story_that_tells_all_is_only_checked(person):
    review = await person.says(STORY)
    assert "农民工" in review
    assert question("aid_review") in review
    result = await person.says("对的")
    assert wording().steps[0] in result
    assert wording().reasons["all_reached"] in result
    assert await person.slot("outcome") == "screening"


async def test_step_by_step_with_free_text(person):
    assert question("aid_for") in await person.says("能申请法援不")
    assert question("aid_groups", "您家里人") in await person.says("替我妈问呢")
    assert question("aid_case", "您家里人") in await person.says("她腿瘸，有残疾证")
    assert question("aid_matter", "您家里人") in await person.says("不是刑事")
    assert question("aid_hardship", "您家里人") in await person.says("邻居占了她呢地")
    assert question("aid_review") in await person.says("没得收入，靠我养")
    assert "残疾人" in await person.says("没错，看结果")


async def test_every_question_can_be_answered_by_its_buttons(person):
    await person.says("能申请法援不")
    for _ in range(8):
        if not person.buttons or await person.slot("requested_slot") is None:
            break
        reply = await person.says(person.buttons[0])
    assert wording().sentences["next_step"] in reply


async def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(person):
    await person.says("我能申请法律援助吗")
    reply = await person.says("12348要钱吗")
    assert "免费" in reply
    assert question("aid_groups") in reply
    assert await person.slot("outcome") == "answered"


async def test_a_correction_at_any_point(person):
    await person.says("我是农民工，能申请法律援助吗")
    await person.says("等等,我不是农民工,是残疾人")
    assert await person.slot("aid_groups") == ["disabled"]


@pytest.mark.parametrize("said", ["停", "不申请了", "算了吧，不问了", "取消"])
async def test_cancelling_forgets_what_was_said(person, said):
    await person.says("我是残疾人，能申请法律援助吗")
    assert await person.says(said) == wording().sentences["cancelled"]
    assert await person.slot("aid_groups") is None
    assert "12348" in await person.says("问法律打什么电话？")
    assert await person.slot("outcome") == "answered"


@pytest.mark.parametrize("said", ["他现在拿着刀在砍门，救命", "我不想活了", "厨房着火了快来人"])
async def test_an_emergency_leaves_the_form_at_once(person, said):
    await person.says("我能申请法律援助吗")
    reply = await person.says(said)
    assert any(number in reply.splitlines()[0] for number in ("110", "119", "120"))
    assert await person.slot("outcome") == "emergency"
    assert await person.slot("requested_slot") is None


@pytest.mark.parametrize("said", ["娃娃", "带两个娃娃", "恼火得很", "老年人", "我眼睛看不见"])
async def test_an_answer_with_a_frightening_word_is_no_emergency(person, said):
    await person.says("我能申请法律援助吗")
    await person.says(said)
    assert await person.slot("requested_slot") is not None
    assert await person.slot("outcome") != "emergency"


@pytest.mark.parametrize(
    "said", ["他要杀我，我能申请法律援助吗", "我要自杀了没人给我法律援助", "我家着火了能申请法律援助吗"]
)
async def test_danger_comes_before_the_screening(person, said):
    first = (await person.says(said)).splitlines()[0]
    assert "110" in first or "119" in first


@pytest.mark.parametrize(
    "said", ["我申请的法律援助被拒了怎么办", "已经申请法律援助三个月没消息", "法律援助是免费的吗"]
)
async def test_what_only_speaks_of_legal_aid_does_not_start_it(person, said):
    await person.says(said)
    assert await person.slot("requested_slot") is None


@pytest.mark.parametrize("said", ["/restart", '/ask{"aid_for":"self"}', "{{7*7}}", "<b>农</b>", "👌", "   "])
async def test_odd_input_in_the_form_is_asked_again(person, said):
    await person.says("我能申请法律援助吗")
    reply = await person.says(said)
    assert (
        wording().questions["aid_groups"].again.format(who="您") in reply or question("aid_groups") in reply
    )
    assert await person.slot("aid_groups") is None


async def test_two_people_at_once_do_not_mix(agent):
    one, other = Person(agent), Person(agent)
    await one.says("我是农民工，能申请法律援助吗")
    await other.says("我是残疾人，能申请法律援助吗")
    await one.says("不是刑事")
    assert await one.slot("aid_groups") == ["migrant"]
    assert await other.slot("aid_groups") == ["disabled"]
    assert await other.slot("aid_case") is None


async def test_a_form_left_for_long_does_not_ambush_the_next_question(person, monkeypatch):
    await person.says("我能申请法律援助吗")
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    reply = await person.says("12348收费吗")
    assert reply.startswith("不收费")
    assert question("aid_groups") not in reply
    assert await person.slot("requested_slot") is None


async def test_after_the_result_an_answer_can_be_changed(person):
    await person.says(STORY, "对的")
    assert question("aid_review") in await person.says("我要改一下刚才的答案")
    result = await person.says("我不是农民工，是残疾人", "对的")
    assert "残疾人" in result


async def test_an_answer_to_no_question_may_be_a_legal_problem(person):
    reply = await person.says("我没钱，想告前夫要抚养费")
    assert await person.slot("outcome") == "legal_matter"
    assert "12348" in reply


async def test_a_correction_after_the_result_is_taken_up(person):
    await person.says(STORY, "对的")
    reply = await person.says("我刚才说错了，我是残疾人")
    assert question("aid_review") in reply
    assert "残疾人" in reply


async def test_a_legal_problem_is_offered_the_screening_and_not_asked_again(person):
    reply = await person.says("我是农民工，老板拖欠我半年工资不给")
    assert await person.slot("outcome") == "legal_matter"
    assert "法律援助" in reply
    assert replies().matter_wording["start"] in person.buttons
    reply = await person.says(replies().matter_wording["start"])
    assert "农民工" in reply
    assert await person.slot("aid_groups") == ["migrant"]
    assert await person.slot("aid_matter") == "wages"


async def test_a_half_filled_form_is_kept_by_another_process(agent, person, tmp_path):
    """What one process wrote, another reads: the answers live in the tracker and nowhere else."""
    await person.says("我是残疾人，能申请法律援助吗")
    second = load_agent(MODEL)
    await second.tracker_store.save(await agent.tracker_store.retrieve(person.sender))
    person.agent = second
    assert question("aid_matter") in await person.says("不是刑事")
    assert await person.slot("aid_groups") == ["disabled"]


async def test_a_broken_slot_is_asked_anew_and_never_told(agent, person):
    from rasa.shared.core.events import SlotSet  # noqa: PLC0415 - only here

    await person.says("我能申请法律援助吗")
    tracker = await agent.tracker_store.retrieve(person.sender)
    tracker.update(SlotSet("aid_for", {"sql": "1=1"}))
    await agent.tracker_store.save(tracker)
    reply = await person.says("农民工")
    assert "sql" not in reply
    assert question("aid_for") in reply
