"""Tickets and buttons: nobody else can make one, whatever stands in their place is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalbot.channels.web.refusal import Refusal
from legalbot.channels.web.tokens import new_ticket, read_ticket, seal, unseal

NOW = 1_000_000.0


def test_a_ticket_is_read_as_it_was_issued():
    ticket = new_ticket(NOW, 60)
    assert read_ticket(str(ticket), NOW) == ticket
    assert len(ticket.conversation) >= 32
    assert new_ticket(NOW, 60).conversation != ticket.conversation


def test_a_ticket_is_over_at_its_time():
    ticket = new_ticket(NOW, 60)
    assert read_ticket(str(ticket), NOW + 59.9) == ticket
    with pytest.raises(Refusal, match="expired_token"):
        read_ticket(str(ticket), NOW + 60)


def test_a_button_says_its_title_in_its_conversation_only():
    mine, other = new_ticket(NOW, 60), new_ticket(NOW, 60)
    payload = seal(mine, "12348收费吗？")
    assert unseal(mine, payload) == "12348收费吗？"
    with pytest.raises(Refusal, match="bad_button"):
        unseal(other, payload)


def test_a_signature_of_one_kind_is_none_of_the_other():
    ticket = new_ticket(NOW, 60)
    with pytest.raises(Refusal, match="bad_button"):
        unseal(ticket, str(ticket))
    with pytest.raises(Refusal, match="bad_token"):
        read_ticket(seal(ticket, "x"), NOW)


@given(st.text(max_size=200), st.integers(0, 80), st.characters())
def test_no_other_text_is_a_ticket_or_a_button(text, at, character):
    ticket = new_ticket(NOW, 60)
    for real, read in (
        (str(ticket), lambda other: read_ticket(other, NOW)),
        (seal(ticket, "好"), lambda other: unseal(ticket, other)),
    ):
        for forged in (text, real[:at] + character + real[at + 1 :], real[:at], real + character):
            if forged != real:
                with pytest.raises(Refusal, match="bad"):
                    read(forged)
