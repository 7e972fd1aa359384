"""Checks of a text while it is written: what is found, and that its place is the place in the source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles.checks import Finding, faulty_links, hard_to_read, measure, pictures_without_words
from kb.articles.checks.readability import LONGEST_PARAGRAPH, LONGEST_STEP, WITHOUT_HEADING, syllables

LONG = {
    "en": " ".join(["word"] * 30) + ".",
    "hi": " ".join(["शब्द"] * 33) + "।",
    "bn": " ".join(["শব্দ"] * 27) + "।",
}


def kinds(findings: list[Finding]) -> set[str]:
    return {one.kind for one in findings}


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_a_long_sentence_is_found_where_it_stands_and_a_short_one_is_not(language: str) -> None:
    body = f"## Title\n\nShort one. {LONG[language]} Short again.\n\n- a point\n"
    found = [one for one in hard_to_read(body, language) if one.kind == "long_sentence"]
    assert [body[one.start : one.end] for one in found] == [LONG[language]]
    assert found[0].line(body) == 3
    assert "long_sentence" not in kinds(hard_to_read("Short one. And another.", language))


def test_a_sentence_over_two_lines_is_one_and_its_place_is_that_of_both() -> None:
    body = "A " + "word " * 14 + "\n" + "word " * 14 + "end.\n"
    found = [one for one in hard_to_read(body, "en") if one.kind == "long_sentence"]
    assert body[found[0].start : found[0].end].startswith("A word")
    assert body[found[0].start : found[0].end].endswith("end.")


def test_code_tables_and_the_targets_of_links_are_no_prose() -> None:
    many = "word " * 40
    body = f"```\n{many}\n```\n\n| {many} |\n|---|\n\nSee [here](https://example.com/{'a/' * 60}) now.\n"
    assert hard_to_read(body, "en") == []
    assert measure(body, "en").words == 3


def test_long_paragraphs_steps_and_texts_without_a_heading_are_told_apart() -> None:
    short = "One two three. "
    assert "long_paragraph" in kinds(hard_to_read(short * (LONGEST_PARAGRAPH // 3 + 1), "en"))
    assert "long_step" in kinds(hard_to_read("1. " + short * (LONGEST_STEP // 3 + 1), "en"))
    paragraphs = "\n\n".join([short * 10] * (WITHOUT_HEADING // 30 + 1))
    assert "no_heading" in kinds(hard_to_read(paragraphs, "en"))
    assert "no_heading" not in kinds(hard_to_read(paragraphs.replace("\n\n", "\n\n## More\n\n"), "en"))


def test_long_words_are_counted_in_the_way_of_each_script() -> None:
    assert syllables("reimbursement") == 4
    assert syllables("little") == 2
    assert syllables("12345") == 0
    assert syllables("क्रेडिट") == 3  # a joined letter is part of the syllable before the next vowel
    assert syllables("অ্যাকাউন্ট") == 4
    hard = "Subsequently authorisation functionality necessitates administrative communication. " * 10
    assert "long_words" in kinds(hard_to_read(hard, "en"))
    assert "long_words" not in kinds(hard_to_read("We send the money back to you in two days. " * 10, "en"))


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("![](a.png)", "no_alt"),
        ("![ ](a.png)", "no_alt"),
        ("![screenshot 3](a.png)", "empty_alt"),
        ("![IMG_2031.jpg](a.jpg)", "empty_alt"),
        ("![चित्र 2](a.png)", "empty_alt"),
        ("![ছবি](a.png)", "empty_alt"),
        ('<img src="a.png">', "no_alt"),
        ("<img src='a.png' alt=''>", "no_alt"),
        ("![[box.png]]", "no_alt"),
    ],
)
def test_a_picture_without_words_is_found_with_its_place(source: str, kind: str) -> None:
    body = f"Some words.\n\n{source}\n"
    found = pictures_without_words(body)
    assert [(one.kind, body[one.start : one.end], one.line(body)) for one in found] == [(kind, source, 3)]


@pytest.mark.parametrize(
    "source",
    ["![The return button](a.png)", '<img alt="A blue lamp" src="a">', "`![](a.png)`", "```\n![](a.png)\n```",
     "![[box.png|The box from above]]", "![वापसी का बटन](a.png)"],
)  # fmt: skip
def test_a_picture_with_words_and_one_that_is_only_shown_as_code_are_left_alone(source: str) -> None:
    assert pictures_without_words(source) == []


class _Target:
    def __init__(self, number: int, is_public: bool = True) -> None:
        self.id, self.is_public = number, is_public


def test_links_that_lead_nowhere_or_not_for_customers_are_found_where_they_stand() -> None:
    body = "See [a](../x/gone.md), [b](own.md), [c](secret.md), [d](#parts), [e](#here), [f](), [g](good.md)."
    hrefs = ["../x/gone.md", "own.md", "secret.md", "good.md"]
    targets = {"own.md": _Target(7), "secret.md": _Target(8, is_public=False), "good.md": _Target(9)}
    found = faulty_links(body, hrefs, targets, frozenset({"here"}), own_id=7, audience="public")
    assert [(one.kind, body[one.start : one.end]) for one in found] == [
        ("link_nowhere", "../x/gone.md"),
        ("link_to_itself", "own.md"),
        ("link_not_public", "secret.md"),
        ("link_no_heading", "[d](#parts)"),
        ("link_empty", "[f]()"),
    ]
    for_reps = faulty_links(body, hrefs, targets, frozenset({"here"}), own_id=7, audience="internal")
    assert "link_not_public" not in kinds(for_reps)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab .\n#-*`~|[](){}<>!:।क्षি1\t\\\"'=") | st.characters(), max_size=300))
def test_any_text_is_checked_and_every_place_lies_in_it(body: str) -> None:
    found = [*hard_to_read(body, "en"), *pictures_without_words(body)]
    found += faulty_links(body, ["x"], {}, frozenset(), own_id=0, audience="public")
    for one in found:
        assert 0 <= one.start <= one.end <= len(body)
        assert one.line(body) >= 1
        assert len(one.quote(body)) <= 121
