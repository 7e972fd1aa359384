"""What a generator works through before it reads Markdown: comments, Liquid, shortcodes, imports and components.

One pass from left to right that stays out of code. Blocks become `:::` blocks, pictures and links Markdown; what a generator
alone could fill in is left out and noticed. Every line of the result knows the line that it came from.
"""

import re

from kb.articles.dialects.components import Component, component_names, read_component
from kb.articles.dialects.elements import Element, alone, block_header, is_link, is_words, link_target, read_arguments
from kb.articles.dialects.names import names
from kb.articles.dialects.scanning import OPENER, Expanded, Scan

_COMMENT_END = {"<!--": "-->", "{/*": "*/}", "{::comment}": "{:/", "{#": "#}", "%%": "%%"}
_SUMMARY = re.compile(r"\s*<summary[^<>]*>(.{0,1000}?)</summary>[ \t]*", re.DOTALL)
_LISTLIKE = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)]|!!!|\?\?\?|===|\[\^|:::|///|<|\{[%{])")
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


class _Expander(Scan):
    def __init__(self, body: str) -> None:
        super().__init__(body)
        self.open: list[tuple[str, str]] = []  # name, and what its end puts out
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
            return self._fence(match)
        if match["indented"]:
            return self.copy_to(match.end()) if self._is_code(match.start()) else self._into(match)
        if match["escape"]:
            return self.copy_to(match.end())
        if match["ticks"]:
            return self._code_span(match)
        if match["comment"]:
            return self._comment(match)
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
            return self._code_of_page(match)
        if match["details"]:
            return self._details(match)
        if match["component"]:
            return self._component(match)
        if match["snippet"]:
            self.notice("include", text.strip())
        return self.replace_to(match.end())

    def _into(self, match: re.Match[str]) -> int:
        """The indentation alone: the rest of the line is looked through."""
        indent = len(match[0]) - len(match[0].lstrip())
        return self.copy_to(match.start() + max(indent, 1))

    def _is_code(self, start: int) -> bool:
        """Whether an indented line is code: below an empty line (or code), and not in a list or another block."""
        before = self.body[:start].rstrip("\n")[-4000:]
        if not self.body[max(start - 2, 0) : start].endswith("\n\n") and start > 0:
            previous = before.rpartition("\n")[2]
            if not previous.startswith(("    ", "\t")):
                return False
        for line in reversed(before.split("\n")):
            if line.strip() and not line.startswith(("    ", "\t")):
                return not _LISTLIKE.match(line) and not (line.startswith(" ") and line.strip())
        return not self.open

    def _fence(self, match: re.Match[str]) -> int:
        run = match["run"]
        closing = re.compile(rf"^[ \t>]*{re.escape(run[0])}{{{len(run)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(self.body, match.end())
        return self.copy_to(found.end() if found else len(self.body))

    def _code_span(self, match: re.Match[str]) -> int:
        limit = self._paragraph_end(match.end())
        found = re.compile(rf"(?<!`){match[0]}(?!`)").search(self.body, match.end(), limit)
        return self.copy_to(found.end() if found else match.end())

    def _paragraph_end(self, start: int) -> int:
        found = self.find("\n\n", start)
        return min(found if found >= 0 else len(self.body), start + 5000)

    def _comment(self, match: re.Match[str]) -> int:
        opening = match["comment"]
        end = _COMMENT_END[opening]
        found = self.find(end, match.end())
        at_start = not self.body[self.body.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
        if found < 0:
            if opening == "<!--" and at_start:
                self.notice("comment", "a comment that is never closed; the rest of the article is in it")
                return self.replace_to(len(self.body))
            return -1
        if opening == "%%":
            runs_on = not at_start and "\n" in self.body[match.end() : found]
            if runs_on or self.body[found + 2 : found + 3].strip():
                return -1
        if opening == "{::comment}":
            found = max(self.body.find("}", found), found)
            end = "}"
        found += len(end)
        if at_start and self.indent and self.body[found : found + 1] == "\n":
            # With its line: an empty one would take the items of a list apart.
            self.out[-1] = self.out[-1].removesuffix(self.indent)
            return self.replace_to(found + 1)
        return self.replace_to(found)

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
            return self._highlight(end, element, rf"\{{\{{[<%]\s*/\s*{re.escape(found[2])}\s*[>%]\}}\}}")
        if element.key in {"comment"} and has_end:
            return self._skip_body(end, rf"\{{\{{[<%]\s*/\s*{re.escape(found[2])}\s*[>%]\}}\}}")
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
            return self._raw(end)
        closing = rf"\{{%-?\s*end{re.escape(name)}\b[^%]{{0,100}}%\}}"
        if key in _DROPPED_BODIES:
            if key not in {"comment", "style", "javascript", "stylesheet", "schema"}:
                self.notice("template", f"{{% {inner.strip()} %}}")
            return self._skip_body(end, closing)
        values, plain = read_arguments(rest)
        if key == "highlight":
            return self._highlight(end, Element(name, values, plain), closing)
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

    def _raw(self, end: int) -> int:
        """What is between is shown as it stands."""
        found = re.compile(r"\{%-?\s*endraw\s*-?%\}").search(self.body, end)
        self.replace_to(end)
        if found:
            self.copy_to(found.start())
            return self.replace_to(found.end())
        return end

    def _skip_body(self, end: int, closing: str) -> int:
        found = re.compile(closing).search(self.body, end)
        return self.replace_to(found.end() if found else end)

    def _highlight(self, end: int, element: Element, closing: str) -> int:
        found = re.compile(closing).search(self.body, end)
        if found is None:
            return self.replace_to(end)
        indent = self.indent
        self.replace_to(
            end, f"{'' if self.is_at_line_start else chr(10) + indent}````{element.plain[0] if element.plain else ''}"
        )
        self.copy_to(found.start())
        return self.replace_to(found.end(), f"{'' if self.out[-1].endswith(chr(10)) else chr(10)}{indent}````")

    def _code_of_page(self, match: re.Match[str]) -> int:
        """Imports and exports of MDX; an export goes on until its brackets are closed."""
        end = match.end()
        depth = sum(match[0].count(mark) for mark in "{[(") - sum(match[0].count(mark) for mark in "}])")
        while depth > 0 and match[0].startswith("export"):
            following = self.body.find("\n", end + 1)
            following = len(self.body) if following < 0 else following
            line = self.body[end:following]
            if following == end or end - match.end() > 20_000:
                break
            depth += sum(line.count(mark) for mark in "{[(") - sum(line.count(mark) for mark in "}])")
            end = following
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
