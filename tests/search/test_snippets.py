from hypothesis import given
from hypothesis import strategies as st

from indexer.chunking import split_sentences
from kb.search.snippets import SNIPPET_LENGTH, choose_snippet, clean_inline


def marked(text: str, **weights: float) -> str:
    snippet, (start, end) = choose_snippet(text, split_sentences(text), weights)
    return snippet[start:end]


def test_the_sentence_with_the_most_telling_words_is_marked() -> None:
    text = "We send parcels daily. Lost parcels are refunded. Refunds take five days."
    assert marked(text, lost=2.0, parcel=1.0) == "Lost parcels are refunded."
    assert marked(text, refund=1.0, days=1.0) == "Refunds take five days."


def test_without_a_hit_the_first_sentence_is_marked() -> None:
    assert marked("First one. Second one.", zebra=1.0) == "First one."
    assert marked("First one. Second one.") == "First one."


def test_a_word_counts_only_from_its_beginning() -> None:
    assert marked("Discard it. A card is needed.", card=1.0) == "A card is needed."


def test_hindi_and_bengali_sentences_end_at_the_danda() -> None:
    assert marked("पहला वाक्य। रिफ़ंड पाँच दिन में आता है।", **{"रिफ़ंड": 1.0}) == "रिफ़ंड पाँच दिन में आता है।"
    assert marked("প্রথম কথা। রিফান্ড পাঁচ দিনে আসে।", **{"রিফান্ড": 1.0}) == "রিফান্ড পাঁচ দিনে আসে।"


def test_markup_is_not_shown() -> None:
    assert clean_inline('!!! warning "Do not pay twice"') == "Do not pay twice"
    assert clean_inline("!!! note") == ""
    assert clean_inline("Ten days[^fee] at most") == "Ten days at most"
    assert clean_inline("- **Bold** and `code` and [a link](../x.md)") == "Bold and code and a link"
    assert clean_inline("| Way | Days |\n|---|---|\n| Card | 5 |") == "Way · Days Card · 5"
    assert clean_inline("- [ ] Pack it\n- [x] Send it") == "Pack it Send it"


@given(st.text(max_size=1500), st.dictionaries(st.text(min_size=1, max_size=8), st.floats(0.1, 5), max_size=5))
def test_the_mark_lies_within_the_snippet_and_the_snippet_is_short(text: str, weights: dict[str, float]) -> None:
    snippet, (start, end) = choose_snippet(text, split_sentences(text), weights)
    assert 0 <= start <= end <= len(snippet)
    assert len(snippet) <= 2 * SNIPPET_LENGTH
