"""Flows of steps: how they are read, which faults are told with their lines, where one is in them."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.articles.flow_files import load_flows, section_of
from kb.articles.flow_place import decide, go_back, place_in
from kb.articles.flows import Flow, find_flows, parse_flow, text_in
from kb.articles.text import ArticleError
from kb.core.settings import PROJECT_ROOT
from kb.service.fact_kinds import FactKind

KINDS = frozenset(kind.value for kind in FactKind)
SAMPLE = PROJECT_ROOT / "articles" / "flows"
EXCHANGE = """\
title: {en: Exchange a shoe, hi: जूता बदलना}
words: {en: size too small}
steps:
  order: {ask: "Which order?", fact: order, next: worn}
  worn:
    ask: {en: "Was it worn?", hi: "पहना था?"}
    quote: {article: exchange, section: Worn things}
    choices:
      - {label: "Yes", next: sorry}
      - {label: "No", next: paid}
  paid:
    ask: How was it paid?
    fact: payment
    choices:
      - {label: Card, values: [card, EMI], next: sent}
      - {label: Cash, values: cash, next: sent}
  sent: {answer: A new pair is on its way.}
  sorry: {answer: {en: We cannot take it back., hi: हम इसे वापस नहीं ले सकते।}}
"""


def parse(text: str) -> Flow:
    return parse_flow(text, "exchange", "exchange.yaml", fact_kinds=KINDS)


def test_flow_starts_at_its_first_step_and_stops_at_what_is_not_known() -> None:
    flow = parse(EXCHANGE)
    assert flow.start == "order"
    assert place_in(flow, {}, {}).step.name == "order"
    place = place_in(flow, {}, {"order": ["JH-1"]})
    assert place.step.name == "worn"
    assert [(one.step.name, one.known) for one in place.passed] == [("order", "JH-1")]


def test_choices_and_facts_lead_to_the_answer() -> None:
    flow = parse(EXCHANGE)
    facts = {"order": ["JH-1"], "payment": ["bkash", "Card"]}
    place = place_in(flow, {}, facts)
    decisions = decide(place, {}, "worn", "paid")
    assert decisions == {"worn": "paid"}
    end = place_in(flow, decisions, facts)
    assert end.step.is_answer
    assert end.step.name == "sent"
    assert [one.known for one in end.passed] == ["JH-1", "", "Card"]
    assert place_in(flow, decisions, {"order": ["JH-1"], "payment": ["bkash"]}).step.name == "paid"


def test_going_back_asks_again_also_what_a_fact_had_answered() -> None:
    flow = parse(EXCHANGE)
    facts = {"order": ["JH-1"], "payment": ["cash"]}
    decisions = {"worn": "paid"}
    end = place_in(flow, decisions, facts)
    decisions = go_back(end, decisions)
    place = place_in(flow, decisions, facts)
    assert place.step.name == "paid"
    decisions = go_back(place, decisions)
    place = place_in(flow, decisions, facts)
    assert place.step.name == "worn"
    decisions = go_back(place, decisions)
    assert place_in(flow, decisions, facts).step.name == "order"
    first = place_in(flow, decisions, facts)
    assert go_back(first, decisions) == decisions


def test_decision_that_does_not_belong_to_the_step_changes_nothing() -> None:
    flow = parse(EXCHANGE)
    place = place_in(flow, {}, {"order": ["JH-1"]})
    assert decide(place, {}, "paid", "sent") == {}
    assert decide(place, {}, "worn", "sent") == {}
    assert place_in(flow, {"worn": "gone", "nowhere": "x"}, {"order": ["1"]}).step.name == "worn"


def test_text_is_in_the_language_or_the_nearest_one() -> None:
    texts = parse(EXCHANGE).steps["worn"].texts
    assert text_in(texts, "hi-Latn") == "पहना था?"
    assert text_in(texts, "bn") == "Was it worn?"
    assert text_in({"": "x"}, "hi") == "x"
    assert text_in({"ta": "y"}, "hi") == "y"
    assert text_in({}, "hi") == ""


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        ((EXCHANGE, ""), 1, "empty"),
        ((EXCHANGE, "- a\n"), 1, "key: value"),
        (("title:", "titel:"), 1, "'titel'"),
        (("title: {en: Exchange a shoe, hi: जूता बदलना}\n", ""), 1, "title"),
        (("fact: order", "fact: shoe"), 4, "no fact 'shoe'"),
        (("next: worn}", "next: wron}"), 4, "'wron'"),
        (("next: sorry}", "next: order}"), 6, "never end"),
        (('"No", next: paid', '"No", next: sent'), 12, "nothing leads"),
        (("  sent: {answer:", "  sent: {reply:"), 17, "reply"),
        (("{label: Card, values: [card, EMI], next: sent}", "{label: Card, values: [card]}"), 15, "next"),
        (("    fact: payment\n", ""), 14, "no `fact`"),
        (("A new pair is on its way.", "A new pair, next: paid"), 17, "answer"),
        (("ask: How was it paid?", "ask: &x How was it paid?"), 12, "&"),
        (("ask: How was it paid?", "ask: [How"), 13, "YAML"),
        (("steps:", "steps: {}\nstep:"), 3, "steps"),
        (("quote: {article: exchange, section: Worn things}", "quote: {section: Worn}"), 7, "article"),
        (("title: {en:", "title: {english please:"), 1, "no language"),
        (("words:", "start: nowhere\nwords:"), 2, "'nowhere'"),
        (("Exchange a shoe", "x" * 201), 1, "200"),
    ],
)
def test_faults_are_told_with_their_line(change: tuple[str, str], line: int, said: str) -> None:
    with pytest.raises(ArticleError) as caught:
        parse(EXCHANGE.replace(*change, 1))
    told = [(one.line, one.reason) for one in caught.value.rejections]
    assert any(at == line and said in reason for at, reason in told), told


def test_several_faults_are_told_at_once_and_a_bomb_of_aliases_is_refused() -> None:
    text = EXCHANGE.replace("fact: order", "fact: shoe").replace("fact: payment", "fact: sock")
    with pytest.raises(ArticleError) as caught:
        parse(text)
    assert [one.line for one in caught.value.rejections] == [4, 13]
    pairs = zip("abcdefgh", "bcdefghi", strict=True)
    bomb = "a: &a [x, x]\n" + "".join(f"{name}: &{name} [*{last}, *{last}]\n" for last, name in pairs)
    with pytest.raises(ArticleError, match="&"):
        parse(bomb)
    with pytest.raises(ArticleError):
        parse("[" * 50_000)
    with pytest.raises(ArticleError, match="100,000"):
        parse("# " + "x" * 100_000)


_PIECES = st.sampled_from(
    [
        *(
            "title: x\n",
            "steps:\n",
            "  a: {ask: b, next: c}\n",
            "  c: {answer: d}\n",
            "{",
            "}",
            "[",
            ":",
            "- ",
            "&a",
            "*a",
        ),
        *("!!python/x", "\t", "\0", '"', "choices:", "  b:\n    ask: {en: x}\n", "    fact: order\n", "? ", "|\n"),
        *("\ud800", "\u2028", "fact", "%YAML 9\n", "---\n", "..."),
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(_PIECES, max_size=25).map("".join)))
def test_reading_any_text_gives_a_flow_that_ends_or_an_error_with_lines(text: str) -> None:
    try:
        flow = parse(text)
    except ArticleError as error:
        lines = [one.line for one in error.rejections]
    else:
        lines = [flow.steps[place_in(flow, {}, {kind: ["x"] for kind in KINDS}).step.name].line]
    assert lines
    assert all(lines)


@pytest.mark.parametrize("name", ["refund-by-payment", "delivery-not-received", "warranty"])
def test_sample_flows_are_sound_and_quote_sections_that_there_are(name: str) -> None:
    folder = load_flows(SAMPLE, fact_kinds=KINDS)
    assert folder.problems == ()
    flow = folder.flows[name]
    for step in flow.steps.values():
        texts = [step.texts, *(choice.labels for choice in step.choices)]
        assert all({"en", "hi", "bn"} <= one.keys() for one in texts), step.name
        if step.quote is None:
            continue
        for language in ("en", "hi", "bn"):
            (path,) = (PROJECT_ROOT / "articles" / language).rglob(f"{step.quote.article}.md")
            heading = step.quote.sections.get(language, "")
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            assert not heading or heading in headings, (step.name, language)


def test_flows_are_found_by_title_and_words() -> None:
    flows = list(load_flows(SAMPLE, fact_kinds=KINDS).flows.values())
    assert find_flows(flows, "my parcel is missing", "en")[0].name == "delivery-not-received"
    assert find_flows(flows, "वारंटी में मरम्मत", "hi")[0].name == "warranty"
    assert find_flows(flows, "change my e-mail address", "en") == []


def test_folder_is_read_again_when_a_file_changes_and_a_fault_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(EXCHANGE, encoding="utf-8")
    (tmp_path / "bad.yml").write_text("title: x\n", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"\xff\xfe\xe9")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    folder = load_flows(tmp_path, fact_kinds=KINDS)
    assert list(folder.flows) == ["good"]
    assert {one.path for one in folder.problems} == {"bad.yml", "latin.yaml"}
    (tmp_path / "bad.yml").write_text(EXCHANGE + "# longer\n", encoding="utf-8")
    assert sorted(load_flows(tmp_path, fact_kinds=KINDS).flows) == ["bad", "good"]
    assert load_flows(tmp_path / "none", fact_kinds=KINDS).flows == {}


def test_section_is_what_stands_under_its_heading() -> None:
    body = "Begin\n\n## One *two*\na\n\n```\n## not\n```\n### Sub\nb\n## Three ##\nc\n"
    assert section_of(body, "one two").strip() == "a\n\n```\n## not\n```\n### Sub\nb"
    assert section_of(body, "Three").strip() == "c"
    assert section_of(body, "").strip() == "Begin"
    assert section_of(body, "Gone").strip() == "Begin"
