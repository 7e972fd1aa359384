import itertools

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from indexer.chunking import LIMIT_TOKENS, TARGET_TOKENS, chunk_article, chunk_text, own_words, split_sentences
from indexer.encoders.hashing import HashEncoder

count = HashEncoder().count_tokens
WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def words(text: str) -> list[str]:
    return WORD.findall(text)


def test_each_section_is_a_passage_with_its_heading_path() -> None:
    long = "word " * 50
    body = f"Opening {long}\n\n## By card\n\nCard {long}\n\n### Abroad\n\nAbroad {long}\n\n## By UPI\n\nUpi {long}"
    chunks = chunk_article("Ways to pay", body, count)
    assert [chunk.heading_path for chunk in chunks] == [
        ("Ways to pay",),
        ("Ways to pay", "By card"),
        ("Ways to pay", "By card", "Abroad"),
        ("Ways to pay", "By UPI"),
    ]
    assert chunks[2].embedded_text.startswith("Ways to pay › By card › Abroad\n")


def test_short_sections_are_joined_and_keep_their_headings_in_the_text() -> None:
    chunks = chunk_article("T", "## One\n\nshort\n\n## Two\n\nalso short", count)
    assert len(chunks) == 1
    assert "Two" in chunks[0].text
    assert chunks[0].heading_path == ("T", "One")


def test_a_table_is_never_cut_in_the_middle_if_the_encoder_can_read_it_whole() -> None:
    markdown = "| Way | Days |\n|---|---|\n" + "\n".join(f"| way {i} | {i} days |" for i in range(70))
    table = "Way · Days\n" + "\n".join(f"way {i} · {i} days" for i in range(70))
    assert TARGET_TOKENS < count([table])[0] <= LIMIT_TOKENS
    chunks = chunk_article("T", f"{'before ' * 60}\n\n{markdown}\n\n{'after ' * 60}", count)
    assert sum(table in chunk.text for chunk in chunks) == 1


def test_a_table_that_is_too_long_is_cut_between_rows_and_repeats_its_header() -> None:
    rows = [f"way {i} · {i} days and some words more to fill it" for i in range(200)]
    markdown = "\n".join(f"| {row.replace(' · ', ' | ')} |" for row in rows)
    chunks = chunk_article("T", f"| Way | Days |\n|---|---|\n{markdown}", count)
    assert len(chunks) > 1
    for chunk in chunks:
        lines = chunk.text.splitlines()
        assert lines[0] == "Way · Days"
        assert all(line in rows for line in lines[1:])


def test_code_is_never_cut_even_with_blank_lines_and_headings_inside() -> None:
    code = "# not a heading\n\n" + "\n".join(f"command {i}" for i in range(100))
    chunks = chunk_article("T", f"{'text ' * 100}\n\n```sh\n{code}\n```\n\n{'text ' * 100}", count)
    assert sum(code in chunk.text for chunk in chunks) == 1
    assert all("not a heading" not in heading for chunk in chunks for heading in chunk.heading_path)


def test_the_last_short_paragraph_is_repeated_in_the_next_passage() -> None:
    paragraphs = [f"Paragraph {i} " + "word " * 25 for i in range(12)]
    chunks = chunk_article("T", "\n\n".join(paragraphs), count)
    assert len(chunks) > 1
    for before, after in itertools.pairwise(chunks):
        assert before.text.split("\n\n")[-1] == after.text.split("\n\n")[0]


def test_a_hindi_paragraph_is_cut_at_dandas() -> None:
    body = " ".join(f"यह वाक्य संख्या {i} है और इसमें कुछ और शब्द भी हैं।" for i in range(60))
    chunks = chunk_article("शीर्षक", body, count)
    assert len(chunks) > 1
    assert all(chunk.text.endswith("।") for chunk in chunks)


def test_an_article_without_text_is_found_by_its_title() -> None:
    assert [chunk.embedded_text for chunk in chunk_article("Only a title", "", count)] == ["Only a title\n"]


@pytest.mark.parametrize(
    "body", ["# Lamps", "Text\n\n## Lamps", "## Lamps\n\n## Shades\n\nText", "## Lamps\n\n### Deep\n\n# Up\n\nText"]
)
def test_a_heading_over_nothing_is_not_lost(body: str) -> None:
    chunks = chunk_article("T", body, count)
    assert set(words(body)) <= set(words(" ".join(chunk.embedded_text for chunk in chunks)))


def test_a_ticket_line_that_looks_like_a_heading_stays_text() -> None:
    chunks = chunk_text("subject", "hello\n# 1 problem is the lamp", count, "problem")
    assert "# 1 problem" in chunks[0].text
    assert chunks[0].part == "problem"


@given(st.text(alphabet=st.sampled_from("ab ग्र।.\n#|`-*1 "), max_size=3000))
def test_no_word_is_lost_and_no_passage_is_longer_than_the_encoder_reads(body: str) -> None:
    chunks = chunk_article("T", body, count)
    found = set(words(" ".join(" ".join(chunk.heading_path) + " " + chunk.text for chunk in chunks)))
    # An endless word is cut into pieces, so words are looked for as parts.
    joined = " ".join(found)
    # The number of an empty item of a list is no word.
    assert all(word in found or word[:10] in joined for word in words(body) if not word.isdigit())
    assert all(count([chunk.text])[0] <= LIMIT_TOKENS + 40 for chunk in chunks)


@given(st.text(max_size=500))
def test_sentences_are_in_order_do_not_overlap_and_have_no_blank_ends(text: str) -> None:
    spans = split_sentences(text)
    assert all(a < b for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Then follow [Not received](not-received.md).", "Then follow ."),
        ('See [Not *received*](../delivery/not-received.md "How to") first', "See  first"),
        ("See [[Not received]] or [this](/docs/x)", "See  or "),
        ("Ask [the bank](https://bank.example/help) or [write](mailto:a@b.example)", "Ask the bank or write"),
        ("[Below](#refunds) it says more", "Below it says more"),
        ("A picture ![of a lamp](lamp.png) stays", "A picture of a lamp stays"),
        ("[ ] not a link, [nor](this one is", "[ ] not a link, [nor](this one is"),
    ],
)
def test_words_of_links_to_other_articles_are_not_an_articles_own(body: str, own: str) -> None:
    [chunk] = chunk_article("T", body, count)
    assert own_words(chunk.text, chunk.references) == own


def test_addresses_of_links_are_neither_shown_nor_embedded() -> None:
    [chunk] = chunk_article("Track", "Then follow [Not received](not-received.md) or [us](https://x.example/a).", count)
    assert chunk.text == "Then follow Not received or us."
    assert chunk.embedded_text == "Track\nThen follow Not received or us."


def test_references_stay_right_where_a_long_block_is_cut() -> None:
    body = " ".join(f"Sentence {i} says see [Other {i}](other-{i}.md) for more of it." for i in range(60))
    chunks = chunk_article("T", body, count)
    assert len(chunks) > 1
    found = [chunk.text[start:end] for chunk in chunks for start, end in chunk.references]
    assert found == [f"Other {i}" for i in range(60)]


def test_what_no_reader_sees_is_in_no_passage() -> None:
    body = (
        "Open it.<!-- ask Ravi --> {% include a.html %}\n\n<!--\nold text\n-->\n\n![](data:image/png;base64,AAAA) Fee[^1].\n\n"
        "[^1]: Once.\n\n:::note\nMind {{ this }}.\n:::\n\n{: .big }\n"
    )
    text = "\n".join(chunk.embedded_text for chunk in chunk_article("T", body, count))
    assert text == "T\nOpen it.\n\nFee.\n\nMind .\n\n1. Once."
