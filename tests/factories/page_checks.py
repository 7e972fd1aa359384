"""What every page must be, whoever made it: valid HTML, one h1, unique ids, named fields, nothing inline."""

from itertools import pairwise

import html5lib
from flask.testing import FlaskClient
from html5lib.html5parser import ParseError
from werkzeug.test import TestResponse

XHTML = "{http://www.w3.org/1999/xhtml}"
HEADINGS = {f"{XHTML}h{level}" for level in range(1, 7)}


def parse_strictly(text: str):  # type: ignore[no-untyped-def]
    """The document as an element tree. Fails on the first thing that the HTML standard calls an error."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), strict=True)
    try:
        return parser.parse(text)
    except ParseError as error:
        line, _column = parser.errors[0][0] if parser.errors else (0, 0)
        near = "\n".join(text.splitlines()[max(0, line - 3) : line + 1])
        raise AssertionError(f"Invalid HTML: {error}, near line {line}:\n{near}") from error


def check_page(response: TestResponse, *, status: int = 200) -> str:
    """The text of a whole page after all checks."""
    text = response.get_data(as_text=True)
    assert response.status_code == status, text[:2000]
    document = parse_strictly(text)
    html = document if document.tag == f"{XHTML}html" else document.find(f".//{XHTML}html")
    assert html.get("lang"), "the page does not say its language"
    assert [e.tag for e in document.iter(f"{XHTML}h1")].count(f"{XHTML}h1") == 1, "not exactly one h1"
    assert (document.find(f".//{XHTML}title").text or "").strip()
    _check_elements(document)
    levels = [int(e.tag[-1]) for e in document.iter() if e.tag in HEADINGS]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"a heading of level {after} after one of level {before}"
    return text


def _named(element) -> bool:  # type: ignore[no-untyped-def]
    return bool(element.get("aria-label") or element.get("aria-labelledby"))


def _check_elements(document) -> None:  # type: ignore[no-untyped-def]
    ids: set[str] = set()
    labelled = {label.get("for") for label in document.iter(f"{XHTML}label")}
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        name = element.tag.removeprefix(XHTML)
        identity = element.get("id")
        if identity is not None:
            assert identity not in ids, f"two elements with the id {identity!r}"
            ids.add(identity)
        assert not any(attribute.startswith("on") for attribute in element.keys()), f"inline handler on {name}"  # noqa: SIM118
        assert element.get("style") is None, f"inline style on {name}"
        assert name != "style"
        if name == "script":
            assert element.get("src") or element.get("type") == "application/ld+json", "inline script"
        if name in {"input", "select", "textarea"} and element.get("type") not in {"hidden", "submit"}:
            assert identity in labelled or _named(element), f"{name} {element.get('name')!r} has no label"
        if name == "img":
            assert element.get("alt") is not None
    for element in document.iter():
        for attribute in ("aria-labelledby", "aria-describedby"):
            for reference in (element.get(attribute) or "").split():
                assert reference in ids, f"{attribute} names {reference!r}, which is not there"
        if element.tag == f"{XHTML}label" and element.get("for"):
            assert element.get("for") in ids, f"a label for {element.get('for')!r}, which is not there"


def get_page(client: FlaskClient, path: str, *, status: int = 200) -> str:
    return check_page(client.get(path), status=status)
