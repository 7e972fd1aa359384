"""What a query with misspelt words is searched for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.search.query_processing import process_query
from kb.text.spelling import CorrectedQuery, Speller
from kb.text.terms import index_terms, normalise, weighted_query_terms
from kb.text.vocabulary import Vocabulary

HELP = """Refund times. A refund goes to your bank account or card in 5 to 7 working days. Reset your password. Delivery
charges. Gift card balance. Track your order JH-12345678. Interest and instalments. Log in. Cancelled orders."""


def speller(*texts: str, language: str = "en", words: str = "") -> Speller:
    """`words` are known to be right by the encoder."""
    counted: list[Vocabulary] = []
    for text in texts:
        terms = index_terms(text, language)
        counted.append(Vocabulary({term: terms.count(term) for term in terms}))
    return Speller(counted, lambda word: word in words.split())


def correct(text: str, *known: str, language: str = "en", words: str = "") -> CorrectedQuery:
    return speller(*(known or (HELP,)), language=language, words=words).correct(
        text, weighted_query_terms(text, language), language
    )


def test_a_misspelt_word_is_encoded_and_looked_up_as_the_known_one() -> None:
    corrected = correct("when do I get my refnd")
    assert corrected.text == "when do I get my refund"
    assert corrected.terms["refund"] > 1.0
    assert corrected.terms["refnd"] < 0.5
    assert corrected.optional == {"refund"}


def test_a_known_query_stays_as_it_is() -> None:
    terms = weighted_query_terms("refund to my card", "en")
    assert correct("refund to my card") == CorrectedQuery("refund to my card", terms, frozenset())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("when do I get my refnd", "when do I get my refund"),
        ("Pasword, delivry & refnd!", "password, delivery & refund!"),
        ("refund to my card", ""),
        ("qqqqzzzz of my card", ""),
    ],
)
def test_a_person_is_asked_whether_they_meant_the_known_word(typed: str, meant: str) -> None:
    assert correct(typed).meant == meant


def test_who_is_asked_sees_no_other_slip_beside_the_mended_one() -> None:
    shop = "Change the address of a delivery. " * 8 + "adress. Send a form from here. Forms. "
    assert correct("delivary adress", shop).meant == "delivery address"
    assert correct("chnage adres", shop).meant == "change address"
    # A word of its own stays, however near to a commoner one; alone it is no reason to ask.
    assert correct("delivary from", shop).meant == "delivery from"
    assert correct("my adress", shop).meant == ""
    assert correct("delivary adress", shop).text == "delivery adress"


def test_who_is_asked_sees_words_that_people_write_neither_stems_nor_other_slips() -> None:
    kettle = "The kettle. Two kettles. A kettle. Settling. " + "Password. " * 8 + "pasword"
    assert correct("kettel", kettle).meant == "kettle"
    assert correct("paswrd", kettle).meant == "password"


def test_another_form_of_a_known_word_is_known() -> None:
    assert correct("refunding a cancelled password").optional == frozenset()


def test_several_words_are_corrected_in_their_places() -> None:
    assert correct("Pasword, delivry & refnd!").text == "password, delivery & refund!"


@pytest.mark.parametrize("text", ["JH-12345679", "jh12345687", "4711", "E-1002", "refnd2", "wifi-rautr", "o'neal"])
def test_numbers_codes_and_joined_words_are_never_touched(text: str) -> None:
    corrected = correct(text, HELP + " e1003 4712 refund2 router neal")
    assert corrected.text == text
    assert corrected.optional == frozenset()


def test_what_the_encoder_knows_as_a_word_is_no_misspelling() -> None:
    assert correct("my rebund").text == "my refund"
    assert correct("my rebund", words="rebund") == CorrectedQuery(
        "my rebund", weighted_query_terms("my rebund", "en"), frozenset()
    )


def test_function_words_are_neither_corrected_nor_proposed() -> None:
    assert correct("about", "abort").optional == frozenset()
    assert correct("abuot", "about about abut").optional == frozenset()


def test_the_frequent_word_and_the_same_first_letter_come_first() -> None:
    found = speller("order order order order older").corrections("odrer", "en")
    assert [correction.text for correction in found] == ["order"]
    found = speller("border order").corrections("oorder", "en")
    assert found[0].text == "order"


def test_two_likely_words_are_both_looked_up_and_none_is_encoded() -> None:
    corrected = correct("a broken blnder", "blender blander")
    assert corrected.text == "a broken blnder"
    assert corrected.optional == {"blender", "blander"}
    assert 0 < corrected.terms["blnder"] < corrected.terms["blender"]


def test_no_more_than_three_words_stand_for_one() -> None:
    found = speller("carda cardb cardc carde cardf").corrections("cardx", "en")
    assert len(found) <= 3
    assert sum(correction.share for correction in found) <= 1


def test_words_typed_as_one_are_taken_apart() -> None:
    corrected = correct("buy a giftcard")
    assert corrected.text == "buy a gift card"
    assert {"gift", "card"} <= corrected.optional


def test_words_typed_apart_are_joined() -> None:
    corrected = correct("pass word", "reset the password")
    assert "password" in corrected.optional
    assert "password" not in correct("pass word", "reset the password", "a pass", "one word").optional


@pytest.mark.parametrize(
    ("text", "known", "language", "wanted"),
    [
        ("मेरा पासवड भूल गया", "पासवर्ड रीसेट पासवर्ड", "hi", "मेरा पासवर्ड भूल गया"),
        ("डिलेवरी कब होगी", "डिलीवरी शुल्क", "hi", "डिलीवरी कब होगी"),
        ("পাসওয়াড ভুলে গেছি", "পাসওয়ার্ড রিসেট", "bn", "পাসওয়ার্ড ভুলে গেছি"),
        ("পেমেণ্ট ব্যর্থ", "পেমেন্ট ব্যর্থ", "bn", "পেমেন্ট ব্যর্থ"),
    ],
)
def test_hindi_and_bengali_are_corrected_in_their_script(text: str, known: str, language: str, wanted: str) -> None:
    assert normalise(correct(text, known, language=language).text) == normalise(wanted)


def test_romanised_words_are_corrected_by_lexicon_and_collection() -> None:
    corrected = correct("mera refnd kab milgea, shikyat hai", language="hi-Latn")
    assert corrected.text == "mera refund kab milega, shikayat hai"
    prepared = process_query("mera refnd milgea", "hi-Latn", lambda term: term == "refund", speller(HELP))
    assert prepared.text == "मेरा refund मिलेगा"
    assert "refund" in prepared.terms


def test_the_lexicon_of_romanised_words_says_nothing_about_english() -> None:
    assert correct("shikyat").optional == frozenset()


def test_only_the_vocabularies_that_are_searched_are_drawn_from() -> None:
    assert correct("projekt", HELP).text == "projekt"
    assert correct("projekt", HELP, "project falcon").text == "project"


@given(st.text(max_size=120), st.sampled_from(["en", "hi", "bn", "hi-Latn", "bn-Latn", "de", "und"]))
def test_no_text_is_too_odd_and_no_typed_term_is_lost(text: str, language: str) -> None:
    terms = weighted_query_terms(text, language)
    corrected = correct(text, HELP, language=language)
    assert terms.keys() <= corrected.terms.keys()
    assert corrected.optional.isdisjoint(terms)
    assert all(weight >= 0 for weight in corrected.terms.values())


@given(st.lists(st.sampled_from(HELP.split()), max_size=30))
def test_known_words_are_never_changed(words: list[str]) -> None:
    text = " ".join(words)
    terms = weighted_query_terms(text, "en")
    assert correct(text) == CorrectedQuery(text, terms, frozenset())


def test_names_with_capitals_inside_are_left_alone_unless_all_is_in_capitals() -> None:
    assert correct("RefNd and REFND fails").optional == frozenset()
    assert "refund" in correct("WHERE IS MY REFND").optional


def test_long_texts_are_looked_up_corrected_and_encoded_as_typed() -> None:
    text = "refnd " + "for the card " * 12
    corrected = correct(text)
    assert "refund" in corrected.optional
    assert corrected.text == text


@pytest.mark.parametrize(
    ("typed", "known", "language"),
    [
        ("the polisher hums", "Polish the floor. Hum.", "en"),
        ("is the timer wobbly", "Times of delivery. Time.", "en"),
        ("baking smoke", "Banking. Smokes.", "en"),
        ("a cheaper grinder", "Grinded. Cheap.", "en"),
        ("मेरा चार्जर गरम है", "चार्ज कितना है। गरम।", "hi"),
        ("चार्जरों में आवाज़", "चार्ज कितना है। आवाज़।", "hi"),
        ("আমার চার্জারে ধোঁয়া", "চার্জা কত। ধোঁয়া।", "bn"),
    ],
)
def test_a_word_of_the_language_is_read_as_no_other_one(typed: str, known: str, language: str) -> None:
    corrected = correct(typed, known, language=language)
    assert corrected.text == typed
    assert not corrected.optional
    assert corrected.meant == ""


@pytest.mark.parametrize("slip", ["polihser", "deliverey", "adress", "refundr", "orderd", "pasword", "charegd"])
def test_a_slip_is_no_word_because_it_ends_like_one(slip: str) -> None:
    known = "Polishers. Delivery. Address. Refund. Ordered. Order. Password. Charged. " * 2
    assert correct(slip, known).optional or correct(slip, known).meant
