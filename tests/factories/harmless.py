"""What rendered content may hold, seen as a browser parses it."""

import re

import html5lib

_NEVER = {
    *(
        "script",
        "style",
        "iframe",
        "object",
        "embed",
        "form",
        "button",
        "svg",
        "math",
        "base",
        "meta",
        "h1",
        "link",
        "template",
    ),
    *(
        "textarea",
        "select",
        "option",
        "video",
        "audio",
        "source",
        "picture",
        "map",
        "area",
        "frame",
        "dialog",
        "marquee",
    ),
}
# What a page gives a meaning to: styles, targets, scripts' hooks, names that shadow those of a document.
_NEVER_NAMED = {
    *(
        "style",
        "target",
        "srcdoc",
        "formaction",
        "ping",
        "srcset",
        "download",
        "accesskey",
        "tabindex",
        "contenteditable",
    ),
    *(
        "background",
        "usemap",
        "form",
        "is",
        "slot",
        "nonce",
        "role",
        "hidden",
        "autofocus",
        "popover",
        "poster",
        "action",
    ),
}
_NEVER_BEGUN = ("on", "hx-", "data-", "xlink:", "x-", "v-", "ng-", "_")
_SCHEMES = {"", "https", "http", "mailto", "tel", "sms"}
_BEFORE_ADDRESS = "".join(map(chr, range(0x21)))
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")


def assert_harmless(text: str) -> None:
    """No active element, no attribute that acts, no address with another scheme, no id of the page's own."""
    tree = html5lib.parseFragment(text, namespaceHTMLElements=False)
    ids: set[str] = set()
    for element in tree.iter():
        if not isinstance(element.tag, str):
            raise AssertionError("a comment came through")  # noqa: TRY004
        assert not element.tag.startswith("{"), "a tag of SVG or MathML"
        assert element.tag not in _NEVER
        assert element.tag != "input" or (element.get("type"), element.get("disabled")) == ("checkbox", "")
        assert element.tag != "input" or element.get("aria-labelledby")
        for name, value in element.attrib.items():
            assert not name.startswith(_NEVER_BEGUN)
            assert name not in _NEVER_NAMED
            if name in {"id", "name"}:
                assert value.startswith("a-")
                assert value not in ids
                ids.add(value)
            if name == "src":
                assert _scheme(value) in {"", "https"}
                assert not value.startswith(("//", "/\\", "\\"))
            if name == "href":
                assert _scheme(value) in _SCHEMES


def _scheme(address: str) -> str:
    """As a browser reads it: blanks and control characters before it count for nothing, line ends and tabs nowhere."""
    found = _SCHEME.match(re.sub(r"[\t\r\n]", "", address.strip(_BEFORE_ADDRESS)).lower())
    return found[1] if found else ""
