"""Macros: what is filled in, what stays visible, which version is chosen, what is found, who may change what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from talks import make_talk, say

from kb.accounts.people import create_user
from kb.core.errors import InvalidInputError, NotAllowedError, NotFoundError
from kb.service.macro_filling import Variable, fill, first_name, gaps_in, unknown_variables
from kb.service.macros import (
    Writer,
    delete_macro,
    find_macros,
    get_macro,
    list_macros,
    nearest,
    note_macro_used,
    restore_macro,
    save_macro,
    values_of,
)
from kb.service.sample import store_sample_macros
from kb.tables import Macro, Role
from webapp.shared.sample_shop import SAMPLE_MACROS

TRAINER = Writer(0, trains=True)


@pytest.fixture
def rep_id(session: Session) -> int:
    return create_user(session, "meera@test.example", Role.REP, "a good password").id


def macro(name: str, text: str = "text", language: str = "en", owner_id: int | None = None, uses: int = 0) -> Macro:
    return Macro(name=name, text=text, language=language, owner_id=owner_id, uses=uses)


def test_what_is_known_is_filled_in_and_what_is_not_stays_visible() -> None:
    filled = fill(
        "Dear {customer_name}, your {product} of {order}: {link} {order}",
        {"customer_name": "Noor", "product": "kettle"},
    )
    assert filled.text == "Dear Noor, your kettle of ⟦order⟧: ⟦link⟧ ⟦order⟧"
    assert filled.missing == ("order", "link")
    assert gaps_in(filled.text) == ["order", "link"]


def test_braces_of_other_kinds_are_text_and_what_was_filled_in_is_not_filled_again() -> None:
    filled = fill('{"a": {1}} {} {{order}} { order }', {"order": "{rep}", "rep": "x"})
    assert filled.text == '{"a": {1}} {} {{rep}} {rep}'
    assert filled.missing == ()


def test_name_in_capitals_means_the_same_and_an_unknown_one_is_told() -> None:
    assert fill("{ORDER}", {"order": "7"}).text == "7"
    assert unknown_variables("{order} {shoe_size} {shoe_size} {Rep}") == ["shoe_size"]


@given(st.text(max_size=300), st.dictionaries(st.sampled_from([one.value for one in Variable]), st.text(max_size=30)))
def test_filling_never_fails_and_names_what_is_missing(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    assert all(not values.get(name, "").strip() for name in filled.missing)
    assert set(filled.missing) <= set(gaps_in(filled.text))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Noor Jahan", "Noor"),
        ("Dr. Imran Sheikh", "Imran"),
        ("श्रीमती कमला देवी", "कमला"),
        ("Tarun (night shift)", "Tarun"),
        ("মোঃ রফিক", "রফিক"),
        ("  ", ""),
        ("Mr.", ""),
    ],
)
def test_people_are_called_by_their_first_name(name: str, called: str) -> None:
    assert first_name(name) == called


def test_version_in_the_language_of_the_conversation_else_the_nearest_with_a_note() -> None:
    versions = [macro("Hi", language="en"), macro("Hi", language="hi"), macro("Hi", language="ta")]
    assert nearest(versions, "hi").macro.language == "hi"
    romanised = nearest(versions, "hi-Latn")
    assert (romanised.macro.language, romanised.wanted) == ("hi", "")
    missing = nearest(versions, "bn")
    assert (missing.macro.language, missing.wanted) == ("en", "bn")
    only = nearest([macro("Hi", language="ta")], "bn")
    assert (only.macro.language, only.wanted) == ("ta", "bn")


def test_found_by_name_by_words_and_by_a_word_that_is_only_begun() -> None:
    macros = [
        macro("Exchange a size", "We send the other size with the rider."),
        macro("Invoice", "The invoice with GST is under Orders.", uses=9),
        macro("Invoice", "चालान ऑर्डर में है।", "hi", uses=1),
    ]
    named = [found.macro.name for found in find_macros(macros, "exchange", "en")]
    assert named == ["Exchange a size"]
    assert [found.macro.name for found in find_macros(macros, "where is gst", "en")] == ["Invoice"]
    assert [found.macro.name for found in find_macros(macros, "invo", "en")] == ["Invoice"]
    hindi = find_macros(macros, "invoice", "hi")
    assert [found.macro.language for found in hindi] == ["hi"]
    assert [found.macro.name for found in find_macros(macros, "चालान कहाँ है", "hi")] == ["Invoice"]
    assert find_macros(macros, "gas smell in the kitchen", "en") == []
    assert [found.macro.name for found in find_macros(macros, "", "en")] == ["Invoice", "Exchange a size"]


def test_ones_own_comes_before_a_shared_one_of_the_same_name() -> None:
    found = find_macros([macro("Bye", "shared"), macro("Bye", "mine", owner_id=3)], "bye", "en")
    assert [one.macro.text for one in found] == ["mine", "shared"]


def test_shared_ones_are_for_all_and_personal_ones_for_nobody_else(session: Session, rep_id: int) -> None:
    other = create_user(session, "joy@test.example", Role.REP, "a good password").id
    shared = save_macro(session, TRAINER, name="Sorry", language="en", text="Sorry", shared=True)
    mine = save_macro(session, Writer(rep_id, trains=False), name="Mine", language="en", text="Mine", shared=False)
    assert [one.name for one in list_macros(session, rep_id)] == ["Mine", "Sorry"]
    assert [one.name for one in list_macros(session, other)] == ["Sorry"]
    with pytest.raises(NotFoundError):
        get_macro(session, mine.id, other)
    with pytest.raises(NotFoundError):
        get_macro(session, 10**20, other)
    with pytest.raises(NotAllowedError):
        save_macro(session, Writer(rep_id, trains=False), name="x", language="en", text="x", shared=True)
    with pytest.raises(NotAllowedError):
        delete_macro(session, shared, Writer(rep_id, trains=False))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("", "text", "name"),
        ("a", "  ", "text"),
        ("a" * 101, "text", "101"),
        ("a", "x" * 10_001, "10001"),
        ("a", "{shoe_size}", "shoe_size"),
        ("Taken", "text", "already"),
    ],
)
def test_what_cannot_be_a_macro_is_refused_with_the_reason(session: Session, name: str, text: str, said: str) -> None:
    save_macro(session, TRAINER, name="Taken", language="en", text="x", shared=True)
    with pytest.raises(InvalidInputError, match=said):
        save_macro(session, TRAINER, name=name, language="en", text=text, shared=True)
    assert save_macro(session, TRAINER, name="Taken", language="hi", text="x", shared=True).id


def test_deleted_one_comes_back_unless_its_name_is_taken(session: Session, rep_id: int) -> None:
    shared = save_macro(session, TRAINER, name="Sorry", language="en", text="Sorry", shared=True)
    delete_macro(session, shared, TRAINER)
    assert list_macros(session, rep_id) == []
    restore_macro(session, shared, TRAINER)
    assert list_macros(session, rep_id) == [shared]
    delete_macro(session, shared, TRAINER)
    save_macro(session, TRAINER, name="Sorry", language="en", text="Another", shared=True)
    with pytest.raises(InvalidInputError, match="already"):
        restore_macro(session, shared, TRAINER)


def test_uses_are_counted(session: Session) -> None:
    shared = save_macro(session, TRAINER, name="Sorry", language="en", text="Sorry", shared=True)
    for _ in range(3):
        note_macro_used(session, shared)
    assert shared.uses == 3
    assert shared.last_used_at is not None


def test_values_are_those_that_the_customer_gave_last_in_this_conversation(session: Session) -> None:
    talk = make_talk(session, ["customer: order JH-71200345 has not come"], name="Mr Salim Khan", email="s@example.com")
    say(session, talk, "customer: sorry, the order is JH-71200999, it is a kettle")
    make_talk(session, ["customer: my order JH-55555555"], name="Salim Khan", email="s@example.com")
    values = values_of(session, talk, "Tara (demo)")
    assert values["order"].endswith("71200999")
    assert values["customer_name"] == "Salim"
    assert values["rep"] == "Tara"
    assert "kettle" in values["product"].lower()
    assert "link" not in values


def test_sample_has_twelve_macros_in_three_languages(session: Session, rep_id: int) -> None:
    assert store_sample_macros(session, SAMPLE_MACROS) == 36
    listed = list_macros(session, rep_id)
    assert len({one.name for one in listed}) == 12
    assert {one.language for one in listed} == {"en", "hi", "bn"}
    assert find_macros(listed, "cod refund link expired", "en")[0].macro.name == "New refund link for cash on delivery"
