"""When a conversation is escalated, to whom and why; and what goes along."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import create_user, get_user
from kb.core.errors import ConfigurationError, InvalidInputError
from kb.core.settings import Settings
from kb.service.calm_wording import calm_wording
from kb.service.escalation import Facts, advise, escalate, escalation_advice
from kb.service.escalation_rules import DEFAULT_RULES, parse_rules
from kb.service.frustration.steps import names_a_step
from kb.tables import Channel, ConversationEvent
from kb.tables.people import Role
from webapp.app import create_app

LEGAL = "threat of legal steps: “consumer court”"


def whom(level: int, reasons: list[str], facts: Facts, rules: str = "") -> list[str]:
    return [one.whom for one in escalation_advice(level, reasons, facts, parse_rules(rules))]


def test_default_rules_are_those_of_the_escalation_matrix() -> None:
    assert whom(0, [], Facts()) == []
    assert whom(0, [], Facts(words=frozenset({"safety"})))[0].startswith("product safety desk (ext. 303)")
    assert whom(0, [], Facts(words=frozenset({"filed"})))[0].startswith("legal desk (ext. 305)")
    assert whom(1, [LEGAL], Facts()) == [], "a threat in anger is no step"
    assert whom(1, [LEGAL], Facts(contacts=2)) == ["team lead desk (ext. 220)"]
    assert whom(1, ["asked for a manager"], Facts(manager=2)) == ["floor manager (ext. 230)"]
    assert whom(2, ["insult: “thieves”"], Facts()) == ["team lead desk (ext. 220)"]


def test_own_rules_say_when_to_whom_how_soon_and_why() -> None:
    rules = parse_rules(
        "angry and contacts>=3 → Farah Khan within 1 hour; legal -> legal@shop.example; waited > 40 -> supervisor"
    )
    advice = escalation_advice(2, [LEGAL], Facts(contacts=3, waited=41), rules)
    assert [(one.whom, one.within, one.email) for one in advice] == [
        ("Farah Khan", "1 hour", ""),
        ("legal@shop.example", "", "legal@shop.example"),
        ("supervisor", "", ""),
    ]
    assert advice[0].reasons == ("angry", "contact number 3 within 14 days", LEGAL)
    assert advice[2].reasons[0] == "waits for 41 minutes"
    assert parse_rules("none") == ()
    assert parse_rules("") == parse_rules(DEFAULT_RULES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("angry", "'angry' is not `condition -> whom`"),
        ("angry -> ", "is not `condition -> whom`"),
        ("furious -> lead", "'furious' in 'furious -> lead' is no condition"),
        ("mood >= 3 -> lead", "'mood' in 'mood >= 3 -> lead' is no number"),
        ("contacts >= many -> lead", "'contacts >= many'"),
        ("angry or legal -> lead", "'angry or legal'"),
    ],
)
def test_a_rule_that_cannot_be_read_is_quoted(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_rules(text)
    assert said in error.value.message
    assert error.value.remedy


@given(st.text(max_size=300))
def test_any_text_gives_rules_or_a_clear_error(text: str) -> None:
    with suppress(ConfigurationError):
        assert all(rule.whom and rule.conditions for rule in parse_rules(text))


@pytest.mark.parametrize(
    "text",
    [
        "I have already filed a complaint in the consumer forum, number DF/221/2026.",
        "Please find the legal notice from my advocate attached.",
        "This is Rina Sen, reporter with the Daily Star.",
        "I am an advocate and write on behalf of my client.",
        "maine consumer court me case kar diya hai",
        "मैंने आपके खिलाफ़ मुकदमा दर्ज कर दिया है",
        "আমি আপনাদের নামে মামলা করেছি",
    ],
)
def test_a_step_is_told_from_a_threat(text: str) -> None:
    assert names_a_step(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'll go to consumer court!",
        "My lawyer will hear about this.",
        "I filed a complaint with you last week, your ticket number is 5521.",
        "I attach the FIR number of my stolen phone.",
        "Which case do I need for this phone, number 12?",
    ],
)
def test_threats_and_ordinary_matters_are_no_step(text: str) -> None:
    assert not names_a_step(text)


def test_escalating_carries_everything_along(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    lead = create_user(session, "farah@test.example", Role.TRAINER, "a long password 1", name="Farah Khan")
    talk = make_talk(
        session,
        [
            "customer: My kettle leaks.",
            "agent: Please send a photo.",
            "customer: You liars! Get me your manager right now!",
        ],
        subject="Leaking kettle",
    )
    advice = advise(session, talk, parse_rules(""))
    assert advice[0].whom == "team lead desk (ext. 220)"
    note = escalate(session, talk, advice[0].whom, rep.id, within=advice[0].within, reasons=advice[0].reasons)
    assert note.role == "note"
    assert note.text.startswith("Escalated to team lead desk (ext. 220), within 2 hours\nThe customer is angry: ")
    assert "asked for a manager" in note.text
    for line in (
        "Problem in one sentence: Leaking kettle",
        "What I've checked: Please send a photo.",
        "What the customer wants: You liars!",
        "What I promised, and until when:",
    ):
        assert line in note.text
    event = session.scalars(select(ConversationEvent).where(ConversationEvent.kind == "escalated")).one()
    assert (event.user_id, event.data["to"], event.data["person"], event.data["note"]) == (
        rep.id,
        advice[0].whom,
        None,
        note.id,
    )
    assert talk.escalated_at is not None
    assert advise(session, talk, parse_rules("")) == [], "not twice for the same words"
    say(session, talk, "customer: Still nothing, you cheats!")
    assert advise(session, talk, parse_rules("")) != []
    escalate(session, talk, "farah khan", rep.id)
    assert talk.assigned_to_id == lead.id
    with pytest.raises(InvalidInputError):
        escalate(session, talk, "  ", rep.id)


def test_calm_wording_fits_the_reasons_in_the_language_and_script_of_the_customer(session: Session) -> None:
    assert calm_wording(0, [], "en") is None
    talk = make_talk(session, ["customer: You cheats! I go to consumer court!"], channel=Channel.CHAT)
    found = calm_wording(talk.frustration, talk.frustration_reasons, "hi-Latn")
    assert found is not None
    assert 1 <= len(found.sentences) <= 3
    assert "handling-legal-and-media-threats" in found.articles
    assert all(sentence.isascii() or "…" in sentence for sentence in found.sentences)
    hindi = calm_wording(1, ["contact number 3 within 14 days"], "hi")
    bengali = calm_wording(1, ["waited 40 minutes"], "bn")
    assert hindi is not None
    assert "दोबारा" in hindi.sentences[0]
    assert bengali is not None
    assert "অপেক্ষা" in bengali.sentences[0]
    other = calm_wording(1, [], "fr", order_is_known=False)
    assert other is not None
    assert other.sentences[-1].endswith("What's the order number, please?")


def test_the_program_does_not_start_with_rules_that_cannot_be_read(settings: Settings) -> None:
    with pytest.raises(ConfigurationError, match="KB_ESCALATION"):
        create_app(replace(settings, escalation="whenever -> somebody"))
