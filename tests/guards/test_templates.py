"""What no template may do: a form without a CSRF token, anything inline, anything from another site."""

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).parents[2] / "webapp" / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_form_that_changes_something_carries_a_csrf_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, flags=re.DOTALL | re.IGNORECASE):
        if re.search(r"""method\s*=\s*["']?post""", form.split(">", 1)[0], flags=re.IGNORECASE):
            assert re.search(r"csrf_token|{{ csrf\(\) }}", form), f"{path.name}: {form[:120]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style\b", text), "styles belong into webapp/frontend"
    assert not re.search(r"<script\b(?![^>]*(?:\bsrc=|application/ld\+json))", text), (
        "scripts belong into webapp/frontend"
    )
    assert not re.search(r"<[a-z][^>]*\son[a-z]+\s*=", text), "event handlers belong into webapp/frontend"
    assert not re.search(r"<[a-z][^>]*\sstyle\s*=", text), "styles belong into webapp/frontend"
    assert not re.search(r"""(?:src|action|href)\s*=\s*["']\s*(?:https?:)?//""", text), (
        "the policy allows this site only"
    )
    assert "javascript:" not in text
    assert "| safe" not in text or path.name in {"article.html", "preview.html"}, (
        "only sanitised article bodies are safe"
    )


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 5
