"""A browser page that shows pieces of HTML unprotected, does to them what people do, and tells which ones acted."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from attack_vectors import HOST
from playwright.sync_api import Error, Page, Route

ORIGIN = "http://page.attack.example"
# Shown in one document; of a document that acted each piece is tried again by itself.
TOGETHER = 60
SETTLING = 30  # milliseconds, for what runs a moment after an event
_FRAME = """<!doctype html><meta charset=utf-8><title>a</title>
<script>window.acted = []; window.boom = () => acted.push('ran'); window.alert = boom;
addEventListener('click', event => {
  const link = event.target.closest && event.target.closest('a,area');
  const href = String(link && (link.href && link.href.baseVal || link.href) || '');
  if (!/^\\s*(javascript|data|vbscript):/i.test(href)) event.preventDefault();
}, true);
addEventListener('submit', event => { acted.push('posted'); event.preventDefault(); }, true);</script>
<main>%s</main>"""
# Every event that a handler may be waiting for, on every element; then clicks, as of a person.
_TOUCH = """() => {
  const names = new Set();
  for (const element of document.querySelectorAll('main *'))
    for (const { name } of element.attributes) if (/^on/i.test(name)) names.add(name.slice(2).toLowerCase());
  for (const element of document.querySelectorAll('main *')) {
    for (const name of [...names, 'focus', 'mouseover', 'pointermove', 'toggle'])
      element.dispatchEvent(new Event(name, { bubbles: true, cancelable: true }));
    if (element.tagName === 'DETAILS') element.open = !element.open;
    if (element.matches('a, area, button, input, summary, svg *')) element.dispatchEvent(
      new MouseEvent('click', { bubbles: true, cancelable: true, view: window }));
  }
  document.cookie.includes('kb_session') && acted.push('set a cookie');
}"""


class Trap:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        page.context.route(re.compile("."), self._answer)
        page.on("dialog", lambda dialog: dialog.dismiss())
        self._document = ""

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if url.split("?")[0] == f"{ORIGIN}/" and route.request.is_navigation_request():
            route.fulfill(body=self._document, content_type="text/html; charset=utf-8")
            return
        if urlsplit(url).hostname == HOST or route.request.is_navigation_request():
            self.asked.append(url)
        route.abort()

    def caught(self, pieces: Sequence[str]) -> list[int]:
        """Numbers of the pieces of HTML that ran, asked for something of another site, posted, or led away."""
        found = []
        for start in range(0, len(pieces), TOGETHER):
            group = range(start, min(start + TOGETHER, len(pieces)))
            # Each in a part of its own: one that is left open takes the rest with it, so a group is only a first look.
            if self._acts("\n".join(f"<section>{pieces[number]}</section>" for number in group)):
                found += [number for number in group if self._acts(pieces[number])]
        return found

    def _acts(self, html: str) -> bool:
        self._document = _FRAME.replace("%s", html)
        self.asked.clear()
        try:
            self.page.goto(f"{ORIGIN}/", wait_until="load")
            self.page.evaluate(_TOUCH)
            self.page.wait_for_timeout(SETTLING)
            return bool(self.asked or self.page.evaluate("acted.length"))
        except Error:  # it led away, or took the document apart
            return True
