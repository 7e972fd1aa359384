"""What of a query is encoded and which words are looked up."""

from kb.search.query_processing import process_query


def knows_nothing(term: str) -> bool:
    return False


def test_plain_query_is_encoded_as_it_is() -> None:
    prepared = process_query("refund for a broken lamp", "en", knows_nothing)
    assert prepared.text == "refund for a broken lamp"
    assert not prepared.optional
    assert prepared.background == "en"


def test_romanised_query_is_encoded_in_its_script_and_looked_up_in_three_ways() -> None:
    prepared = process_query("mera paisa wapas", "hi-Latn", knows_nothing)
    assert prepared.text == "मेरा पैसा वापस"
    assert {"paisa", "money", "पैस"} <= set(prepared.terms) | {"पैस"}
    assert "money" in prepared.optional
    assert prepared.background == "hi"


def test_word_that_a_collection_knows_stays_in_latin_letters() -> None:
    known = process_query("jhilmil order kobe asbe", "bn-Latn", lambda term: term in ("jhilmil", "order"))
    assert known.text.startswith("jhilmil order ")
    unknown = process_query("kachhakachhi", "bn-Latn", knows_nothing)
    assert unknown.text == "কাছাকাছি"
