"""What a generator works through before it reads Markdown: comments, Liquid, shortcodes, imports and components.

One pass from left to right that stays out of code. Blocks become `:::` blocks, pictures and links Markdown; what a generator
alone could fill in is left out and noticed. Every line of the result knows the line that it came from.
"""

import re

from kb.articles.dialects.components import Component, component_names, read_component
from kb.articles.dialects.elements import Element, alone, block_header, is_link, is_words, link_target, read_arguments
from kb.articles.dialects.names import names
from kb.articles.dialects.scanning import OPENER, Expanded
from kb.articles.dialects.verbatim import VerbatimScan

_SUMMARY = re.compile(r"\s*<summary[^<>]*>(.{0,1000}?)</summary>[ \t]*", re.DOTALL)
_TAG_NAME = re.compile(r"\s*-?\s*(/?)\s*([\w.:/-]+)(.*)", re.DOTALL)
_LITERAL = re.compile(r"""\s*-?\s*["']([^"']*)["']\s*(?:\|.*)?$""", re.DOTALL)
_CALL = re.compile(r"\s*([a-z]\w*)\s*\((.*)\)\s*$", re.DOTALL)
# Of these a generator shows nothing where they stand, so that nothing is missing.
_QUIET_TAGS = names(
    "assign raw endraw else elsif elif when increment decrement set import extends from layout import_style endif endunless"
)
_DROPPED_BODIES = names("comment capture for tablerow javascript style stylesheet schema")
_EMPTY_VALUES = re.compile(
    r"\s*-?\s*(?:site|page)\.(?:baseurl|url|base_url|github\.url)\b|\s*base_url\s*$|\s*config\.site_url"
)


def expand_templates(body: str) -> Expanded:
    """Never raises; time grows with the length."""
    return _Expander(body).run()


class _Expander(VerbatimScan):
    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.step = 0
        self.components = component_names(body)

    def run(self) -> Expanded:
        while match := OPENER.search(self.body, self.position):
            self.copy_to(match.start())
            end = self._handle(match)
            if end <= match.start():
                self.copy_to(match.end())
            else:
                self.position = end
        self.copy_to(len(self.body))
        for _name, closing in reversed(self.open):
            self.emit(closing)
        return self.finish()

    def _handle(self, match: re.Match[str]) -> int:
        """Where to go on; no further than the match for text that stays."""
        text = match[0]
        if match["fence"]:
            return self.fence(match)
        if match["indented"]:
            return self.copy_to(match.end()) if self.is_code(match.start()) else self.enter_indented(match)
        if match["escape"]:
            return self.copy_to(match.end())
        if match["ticks"]:
            return self.code_span(match)
        if match["comment"]:
            return self.comment(match)
        if match["shortcode"]:
            return self._shortcode(match.end(), text[3:-3])
        if match["tag"]:
            return self._tag(match.end(), text[2:-2])
        if match["source"]:
            return self.replace_to(match.end(), f'="{match["literal"]}"')
        if match["value"]:
            return self._value(match.end(), text.strip("{}"))
        if match["expression"]:
            literal = re.fullmatch(r"\{\s*([\"'`])(.*)\1\s*\}", text, re.DOTALL)
            return self.replace_to(match.end(), literal[2] if literal else "")
        if match["code_of_page"]:
            return self.code_of_page(match)
        if match["details"]:
            return self._details(match)
        if match["component"]:
            return self._component(match)
        if match["snippet"]:
            self.notice("include", text.strip())
        return self.replace_to(match.end())

    def _shortcode(self, end: int, inner: str) -> int:
        """Hugo's `{{< x >}}` and `{{% x %}}`."""
        inner = inner.strip().removesuffix("/").strip()
        if inner.startswith("/*"):
            return self.replace_to(end)  # one that is shown and not run: a comment to us
        found = _TAG_NAME.match(inner)
        if found is None:
            return self.replace_to(end)
        if found[1]:
            return self._end(end, found[2])
        values, plain = read_arguments(found[3])
        element = Element(found[2], values, plain)
        has_end = re.search(rf"\{{\{{[<%]\s*/\s*{re.escape(found[2])}\b", self.body[end : end + 100_000]) is not None
        if element.key in {"highlight", "code"} and has_end:
            return self.highlight(end, element, rf"\{{\{{[<%]\s*/\s*{re.escape(found[2])}\s*[>%]\}}\}}")
        if element.key in {"comment"} and has_end:
            return self.skip_body(end, rf"\{{\{{[<%]\s*/\s*{re.escape(found[2])}\s*[>%]\}}\}}")
        return self._element(end, element, has_end, "shortcode")

    def _tag(self, end: int, inner: str) -> int:
        """Liquid, Jinja, Nunjucks and GitBook: `{% x %}`."""
        found = _TAG_NAME.match(inner.strip().strip("-"))
        if found is None:
            return self.replace_to(end)
        name, rest = found[2], found[3].strip().strip("-").strip()
        key = name.lower()
        if key.startswith("end") or found[1]:
            return self._end(end, key.removeprefix("end"))
        if key == "raw":
            return self.keep_raw(end)
        closing = rf"\{{%-?\s*end{re.escape(name)}\b[^%]{{0,100}}%\}}"
        if key in _DROPPED_BODIES:
            if key not in {"comment", "style", "javascript", "stylesheet", "schema"}:
                self.notice("template", f"{{% {inner.strip()} %}}")
            return self.skip_body(end, closing)
        values, plain = read_arguments(rest)
        if key == "highlight":
            return self.highlight(end, Element(name, values, plain), closing)
        if key in {"link", "post_url"}:
            path = plain[0] if plain else ""
            return self.replace_to(end, path if key == "link" else f"{path}.md")
        if key in {"include", "include_relative", "include_cached", "render", "partial"}:
            return self._include(end, rest, values, plain)
        if key in _QUIET_TAGS:
            return self.replace_to(end)
        if key in {"if", "unless", "case", "ifversion"}:
            self.notice("template", f"{{% {inner.strip()} %}}")
            return self.replace_to(end)
        call = _CALL.match(inner)
        if call:
            values, plain = read_arguments(call[2])
            name = call[1]
        has_end = re.search(rf"\{{%-?\s*end(?:{re.escape(name)})?\b", self.body[end : end + 100_000]) is not None
        return self._element(end, Element(name, values, plain), has_end, "template")

    def _value(self, end: int, inner: str) -> int:
        """`{{ x }}`: a literal is its words, an address of the site is empty, anything else only its generator knows."""
        if literal := _LITERAL.match(inner):
            return self.replace_to(end, literal[1])
        if _EMPTY_VALUES.match(inner):
            return self.replace_to(end)
        if call := _CALL.match(inner):
            values, plain = read_arguments(call[2])
            return self._element(end, Element(call[1], values, plain), False, "shortcode")
        self.notice("template", f"{{{{ {inner.strip()} }}}}")
        return self.replace_to(end)

    def _include(self, end: int, rest: str, values: dict[str, str], plain: tuple[str, ...]) -> int:
        name = re.split(r"[\s]", rest, maxsplit=1)[0].strip("\"'")
        stem = name.rpartition("/")[2].partition(".")[0]
        text = alone(Element(stem, values, plain[1:]))
        if text is None:
            self.notice("include", f"include {name}")
        return self.replace_to(end, text or "")

    def _element(self, end: int, element: Element, has_end: bool, kind: str) -> int:
        if has_end and is_link(element):
            self.open.append((element.key, f"](<{link_target(element)}>)"))
            return self.replace_to(end, "[")
        if has_end and not is_words(element):
            header = block_header(element)
            if header is None:
                self.notice(kind, element.name)
            return self._begin(end, element, header or "group")
        if has_end:
            self.open.append((element.key, ""))
            return self.replace_to(end)
        text = alone(element)
        if text is None:
            self.notice(kind, element.name)
        return self.replace_to(end, text or "")

    def _begin(self, end: int, element: Element, header: str) -> int:
        """A `:::` block in the place of a tag that has an end. The indentation of its line is kept: it may be in a list."""
        if element.key in {"steps", "stepper"}:
            self.step = 0
        if element.key == "step":
            self.step += 1
            header = header.replace("[", f"[{self.step}. ", 1) if "[" in header else f"part-step[{self.step}.]"
        indent = self.indent
        self.open.append((element.key, f"\n{indent}:::\n{indent}"))
        lead = "" if self.is_at_line_start else f"\n{indent}"
        return self.replace_to(end, f"{lead}:::{header}\n{indent}")

    def _end(self, end: int, name: str) -> int:
        """The end of the innermost block of that name; of any block for Zola's nameless one."""
        for at in range(len(self.open) - 1, max(len(self.open) - 50, -1), -1):
            if not name or self.open[at][0] == name.lower():
                closing = "".join(text for _name, text in reversed(self.open[at:]))
                del self.open[at:]
                return self.replace_to(end, closing)
        return self.replace_to(end)

    def _details(self, match: re.Match[str]) -> int:
        text = match[0].strip()
        if text.startswith("</"):
            return self._end(match.end(), "details") if any(name == "details" for name, _ in self.open) else -1
        if self.find("</details", match.end()) < 0:
            return -1
        self.copy_to(match.start() + len(match[0]) - len(match[0].lstrip()))
        summary = _SUMMARY.match(self.body, match.end())
        title = " ".join(summary[1].split()) if summary else ""
        opened = Element("details", {"title": title})
        header = f"details[{title}]" if title else "details"
        if re.search(r"\bopen\b", text):
            header += "{open}"
        return self._begin(summary.end() if summary else match.end(), opened, header)

    def _component(self, match: re.Match[str]) -> int:
        found = read_component(self.body, match.start())
        if found is None or not self.components.has(found):
            return -1
        element = Element(found.name, found.values)
        if found.closing:
            return self._end(found.end, found.name)
        if found.is_void:
            text = alone(element)
            if text is None:
                self.notice("component", f"<{found.name}>")
            return self.replace_to(found.end, text or "")
        if is_link(element):
            self.open.append((element.key, f"](<{link_target(element)}>)"))
            return self.replace_to(found.end, "[")
        return self._paired(found, element)

    def _paired(self, found: Component, element: Element) -> int:
        header = block_header(element)
        if header is None and not is_words(element):
            self.notice("component", f"<{found.name}>")
        line_end = self.body.find("\n", found.end)
        rest = self.body[found.end : line_end if line_end >= 0 else len(self.body)]
        within_line = not self.is_at_line_start or (header is None and f"</{found.name}" in rest)
        if (header in {None, "group"} and within_line) or is_words(element):
            self.open.append((element.key, ""))
            return self.replace_to(found.end)
        return self._begin(found.end, element, header or "group")
