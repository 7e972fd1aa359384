"""What no template may do: a form without a CSRF token, anything inline, anything from another site, text unescaped."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

FOLDER = Path(__file__).parents[2] / "webapp" / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
JINJA = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
# What may go out as it is: article bodies, which the renderer has sanitised, and the drawings that stand in the template.
UNESCAPED = ["rendered.html", "(paths[name] if name in paths else paths['topic'])"]


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


def unescaped(text: str) -> list[str]:
    """The lines of a template that send something out unescaped which is not in UNESCAPED."""
    allowed = [JINJA.parse(f"{{{{ {expression} }}}}").find(nodes.Output).nodes[0] for expression in UNESCAPED]  # type: ignore[union-attr]
    tree = JINJA.parse(text)
    found = [f.lineno for f in tree.find_all(nodes.Filter) if f.name == "safe" and f.node not in allowed]
    found += [block.lineno for block in tree.find_all(nodes.ScopedEvalContextModifier)]  # {% autoescape … %}
    return [text.splitlines()[number - 1] for number in found]


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.*ml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_goes_out_unescaped_but_sanitised_bodies_and_drawings(path: Path) -> None:
    assert unescaped(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "{{ text|safe }}",
        "{{ text | safe }}",
        "{{ text|upper|safe|trim }}",
        "<p title=\"{{ _('Show %(name)s', name=x)|safe }}\">",
        "{{ (rendered.html ~ text)|safe }}",
        "{% filter safe %}{{ text }}{% endfilter %}",
        "{% set shown = text|safe %}",
        "{% autoescape false %}{{ text }}{% endautoescape %}",
    ],
)
def test_unescaped_text_is_seen_in_every_way_of_writing_it(line: str) -> None:
    assert unescaped(f"<h1>{{{{ rendered.html|safe }}}}</h1>\n{line}\n") == [line]


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 5
