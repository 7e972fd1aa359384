"""Documents stay short and their links alive: a decision is half a page, its figures are among the experiments."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from kb.core.settings import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
EXPERIMENTS = sorted((DOCS / "experiments").glob("[0-9]*.md"))
PAGES = sorted([*PROJECT_ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(PROJECT_ROOT / "tests").rglob("README.md")])
MOST_WORDS = 450
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# 0.83, .83, 35 %, 4 ms: what a change of code makes wrong. Years, versions of algorithms and plain counts are no such figures.
_MEASURED = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.])|\b\d+(?:\.\d+)?\s?(?:%|ms\b|MB\b|GB\b|points\b)")


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_half_a_page_of_context_choice_and_consequence(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.match(r"# \d{4} · \S", text), "the title says number and subject"
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Choice", "Consequence"]
    assert len(text.split()) <= MOST_WORDS, "what was measured belongs into docs/experiments"
    assert not _MEASURED.findall(text), "figures belong into docs/experiments"


def test_every_decision_is_in_the_list_and_numbers_are_given_once() -> None:
    assert len(DECISIONS) >= 12
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)
    for path in DECISIONS:
        title = path.read_text("utf-8").splitlines()[0].partition(" · ")[2]
        assert f"[{path.name[:4]}]({path.name})" in index, f"{path.name} is missing"
        assert title.split(":")[0] in index, f"the list calls {path.name} something else"


def test_experiments_have_the_number_of_their_decision() -> None:
    assert len(EXPERIMENTS) >= 8
    index = (DOCS / "experiments" / "README.md").read_text("utf-8")
    for path in EXPERIMENTS:
        assert path.name in {decision.name for decision in DECISIONS}
        assert f"({path.name})" in index
        assert f"../experiments/{path.name}" in (DOCS / "decisions" / path.name).read_text("utf-8")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(PROJECT_ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    text = _CODE.sub("", path.read_text("utf-8"))
    for target in _LINK.findall(text):
        if "://" in target or target.startswith(("#", "mailto:", "…")):
            continue
        file = unquote(target.partition("#")[0])
        assert (path.parent / file).exists(), f"{target} leads nowhere"
