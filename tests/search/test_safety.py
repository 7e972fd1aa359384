"""Warnings by the rules in the database: what trainers change holds at once, in every process, and can be taken back."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from statements import recorded_statements

from kb.accounts.people import get_user
from kb.core.database import create_database_engine, session_scope
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.core.settings import Settings
from kb.search.safety import conversation_safety, safety_warning, try_words
from kb.search.safety_editing import (
    GivenRule,
    change_rule,
    count_changes,
    find_rule,
    last_change,
    list_rules,
    reset_rule,
    rule_history,
)
from kb.tables import Article

SWOLLEN = "my power bank is swelling"
Change = Callable[..., bool]


@pytest.fixture
def trainer(session: Session) -> int:
    return get_user(session, "trainer@test.example").id


@pytest.fixture
def change(session: Session, trainer: int) -> Change:
    """`change("battery", "en", numbers="100")`: the rule as it is but for that, committed."""

    def apply(kind: str, language: str, **fields: str) -> bool:
        rule = find_rule(session, kind, language)
        values = {"words": rule.words, "message": rule.message, "numbers": ", ".join(rule.numbers)}
        seen = last_change(session, kind, language)
        changed = change_rule(session, kind, language, GivenRule(**{**values, **fields}), trainer, seen_change=seen)
        session.commit()
        return changed

    return apply


def test_what_is_shipped_warns_in_the_language_of_the_text_and_in_the_readers(session: Session) -> None:
    warning = safety_warning(session, "battery phool gayi hai", reader_language="bn")
    assert warning is not None
    assert (warning.kind, warning.level, warning.numbers) == ("battery", "urgent", ("112",))
    assert [message.language for message in warning.messages] == ["hi", "bn"]
    assert "চার্জ" in warning.messages[1].text
    assert safety_warning(session, "when does the power bank arrive", reader_language="en") is None


def test_a_reader_in_a_language_without_rules_gets_english(session: Session) -> None:
    warning = safety_warning(session, "শক খেলাম ফ্রিজ থেকে", reader_language="ta")
    assert warning is not None
    assert [message.language for message in warning.messages] == ["bn"]
    warning = safety_warning(session, "fridge shock", reader_language="ta")
    assert warning is not None
    assert [message.language for message in warning.messages] == ["en"]


def test_of_a_conversation_the_gravest_counts_and_of_equals_the_last(session: Session) -> None:
    said = [
        "charger se dhua nikal raha hai",
        "hello",
        "power bank phool gaya",
        "also I got an electric shock",
        "thanks",
    ]
    warning = conversation_safety(session, said)
    assert warning is not None
    assert warning.kind == "shock"
    warning = conversation_safety(session, ["smoke coming from the charger", "ok", "mixer me aag lag gayi"])
    assert warning is not None
    assert warning.words[0] == "mixer" or "aag" in warning.words
    assert conversation_safety(session, []) is None


def test_without_danger_a_text_costs_one_statement(engine: Engine, session: Session) -> None:
    safety_warning(session, "hello")
    session.commit()
    with recorded_statements(engine) as statements:
        safety_warning(session, "when does my refund come")
        safety_warning(session, "and when does my parcel")
    assert len([one for one in statements if one.startswith("SELECT")]) == 1


def test_a_trainers_change_holds_at_once_in_every_process(
    settings: Settings, engine: Engine, session: Session, change: Change
) -> None:
    other = create_database_engine(settings)  # as another worker has it
    with session_scope(other) as elsewhere:
        before = safety_warning(elsewhere, SWOLLEN)
    assert change("battery", "en", numbers="1800 123 456, 112", message="Put it into sand.")
    with session_scope(other) as elsewhere:
        after = safety_warning(elsewhere, SWOLLEN)
    other.dispose()
    assert before is not None
    assert before.numbers == ("112",)
    assert after is not None
    assert (after.numbers, after.messages[0].text) == (("1800 123 456", "112"), "Put it into sand.")
    assert after.to_json()["number"] == "1800 123 456"


def test_words_can_be_added_and_taken_away(session: Session, change: Change) -> None:
    text = "my drone is wobbling and clicking"
    assert safety_warning(session, text) is None
    rule = find_rule(session, "battery", "en")
    assert change("battery", "en", words=f"{rule.words}\nodd: wobbling, clicking\n! drone + odd @6")
    warning = safety_warning(session, text)
    assert warning is not None
    assert warning.words == ("drone", "wobbling")
    assert change("battery", "en", words="# nothing in English")
    assert safety_warning(session, text) is None


def test_a_rule_goes_back_to_what_is_shipped_and_the_history_tells_it(
    session: Session, change: Change, trainer: int
) -> None:
    shipped = find_rule(session, "gas", "hi")
    change("gas", "hi", message="खिड़की खोलिए और बाहर जाइए।", numbers="1906")
    assert not change("gas", "hi"), "nothing was changed"
    changed = find_rule(session, "gas", "hi")
    assert changed.is_changed
    reset_rule(session, "gas", "hi", trainer, seen_change=last_change(session, "gas", "hi"))
    session.commit()
    assert find_rule(session, "gas", "hi") == shipped
    history = rule_history(session, "gas", "hi")
    assert [(one.is_default, one.message) for one in history] == [(True, shipped.message), (False, changed.message)]
    assert history[0].changed_by is not None
    assert history[0].changed_by.email == "trainer@test.example"
    assert count_changes(session) == {("gas", "hi"): 2}
    warning = safety_warning(session, "गैस लीक हो रही है")
    assert warning is not None
    assert warning.numbers == shipped.numbers


def test_of_two_who_change_one_rule_the_second_is_asked_first(session: Session, change: Change, trainer: int) -> None:
    seen = last_change(session, "fire", "en")
    change("fire", "en", numbers="101")
    with pytest.raises(ConflictError):
        change_rule(session, "fire", "en", GivenRule("", "x", "112"), trainer, seen_change=seen)
    with pytest.raises(ConflictError):
        reset_rule(session, "fire", "en", trainer, seen_change=seen)
    assert find_rule(session, "fire", "en").numbers == ("101",)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"message": "  "}, "message is empty"),
        ({"message": "x" * 701}, "700 at most"),
        ({"words": "x" * 40_001}, "40000 at most"),
        ({"words": "! swollen +"}, "Line 1"),
        ({"numbers": ""}, "no number"),
        ({"numbers": "call me"}, "no number that a phone can dial"),
        ({"numbers": "112; 101, 108, 100"}, "3 at most"),
        ({"article": "12345678901"}, "no published article"),
        ({"article": "first"}, "no published article"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_changes(
    session: Session, change: Change, fields: dict[str, str], said: str
) -> None:
    before = find_rule(session, "fire", "en")
    with pytest.raises(InvalidInputError, match=said):
        change("fire", "en", **fields)
    session.rollback()
    assert find_rule(session, "fire", "en") == before
    assert count_changes(session) == {}


def test_the_article_is_shown_in_the_language_of_the_text_while_customers_may_read_it(
    session: Session, change: Change
) -> None:
    english = add_article(session, "Swollen batteries", "…", slug="swollen", translation_key="swollen")
    add_article(session, "फूली बैटरी", "…", slug="phuli-battery", language="hi", translation_key="swollen")
    internal = add_article(session, "For us", "…", audience="internal")
    change("battery", "en", article=str(english.id))
    change("battery", "hi", article=f"#{english.id}")
    with pytest.raises(InvalidInputError, match="customers may read"):
        change("battery", "bn", article=str(internal.id))
    session.rollback()
    for text, title in ((SWOLLEN, "Swollen batteries"), ("बैटरी फूल गई है", "फूली बैटरी")):
        warning = safety_warning(session, text)
        assert warning is not None
        assert warning.article is not None
        assert warning.article.title == title
    assert warning.to_json()["article"]["url"] == "/help/hi/articles/phuli-battery"
    for article in session.query(Article):
        article.status = "archived"
    session.commit()
    warning = safety_warning(session, SWOLLEN)
    assert warning is not None
    assert warning.article is None


def test_a_language_of_its_own_is_a_rule_that_somebody_writes(session: Session, change: Change) -> None:
    assert find_rule(session, "fire", "ta").message == ""
    assert change("fire", "ta", words="pugai: புகை\n! pugai", message="வெளியே செல்லுங்கள்.", numbers="101")
    warning = safety_warning(session, "புகை வருகிறது", reader_language="ta")
    assert warning is not None
    assert warning.messages[0].text == "வெளியே செல்லுங்கள்."
    rules = list_rules(session, ["en", "ta"])
    assert [rule.is_changed for rule in rules["fire"]] == [False, True]
    with pytest.raises(NotFoundError):
        find_rule(session, "boredom", "en")


def test_words_are_tried_before_they_hold(session: Session) -> None:
    found = try_words(session, "battery", "en", "! kite + torn", "the kite is torn")
    assert [danger.kind for danger in found] == ["battery"]
    assert safety_warning(session, "the kite is torn") is None
