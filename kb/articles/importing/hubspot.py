"""HubSpot's knowledge base, exported as a table (CSV); other tables with a title and a body come in the same way."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from kb.articles.importing.raw import LONGEST_HTML, RawArticle, Read
from kb.core.errors import InvalidInputError, Rejection

MAX_BYTES = 500_000_000
_COLUMNS = {
    "title": ("title", "name", "question", "heading", "subject"),
    "body": ("body", "content", "html", "answer", "text", "post body"),
    "language": ("language", "locale", "lang"),
    "url": ("url", "live url", "link", "public url", "article link"),
    "slug": ("slug", "path"),
    "category": ("category", "categories", "topic", "folder"),
    "subcategory": ("subcategory", "sub category", "section"),
    "status": ("status", "state", "publish status"),
    "archived": ("archived", "is archived"),
    "draft": ("draft", "is draft"),
    "publish_date": ("publish date", "published at", "publish at"),
    "id": ("id", "content id", "hs id"),
    "key": ("translation group", "translated from id", "translation group id"),
    "visibility": ("visibility", "access", "audience"),
}


def read_hubspot(path: Path) -> Iterator[Read]:
    """Articles by row. Raises InvalidInputError where there is no column of titles or of bodies."""
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInputError(f"{path} has more than {MAX_BYTES // 1_000_000} MB.", remedy="Import it in parts.")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "cp1252", errors="replace")
    text = re.sub(r"\A(?:[\s,;]*\n|sep=.\r?\n)+", "", text.replace("\0", ""))
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    csv.field_size_limit(LONGEST_HTML)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = next(rows, [])
    except csv.Error as error:
        raise InvalidInputError(f"{path} cannot be read as a table: {error}.") from error
    places = _places(header)
    if "title" not in places or "body" not in places:
        raise InvalidInputError(
            f"{path} has no column of {'bodies' if 'title' in places else 'titles'}: {', '.join(header)[:300]}.",
            remedy="The columns are called “Article title” and “Article body” in an export of HubSpot.",
        )
    while True:
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Rejection(path.name, rows.line_num, f"the row cannot be read: {error}")
            continue
        if row is None:
            return
        if any(cell.strip() for cell in row):
            yield _article(row, places, path.name, rows.line_num)


def _places(header: list[str]) -> dict[str, int]:
    """Which column is what. `Article title` and `Title` are the same; the exact name goes before a longer one."""
    plain = [
        re.sub(r"^(?:knowledge )?article[ _-]+", "", re.sub(r"[\s_-]+", " ", name.strip().lower())) for name in header
    ]
    places: dict[str, int] = {}
    for field, names in _COLUMNS.items():
        found = next((plain.index(name) for name in names if name in plain), None)
        if found is not None:
            places[field] = found
    return places


def _article(row: list[str], places: dict[str, int], file: str, line: int) -> Read:
    def cell(name: str) -> str:
        at = places.get(name, len(row))
        return row[at].strip() if at < len(row) else ""

    title, body = cell("title"), cell("body")
    if not title or not body:
        return Rejection(file, line, "the row has no title or no body")
    path = urlsplit(cell("url")).path if "[" not in cell("url") else ""
    slug = (cell("slug") or path).rstrip("/").rpartition("/")[2]
    key = cell("key") or cell("id") or slug or title
    values = {name: cell(name) for name in ("status", "draft", "publish_date", "visibility") if cell(name)}
    if cell("archived").lower() in {"true", "yes", "1"}:
        values["status"] = "archived"
    if cell("id"):
        values["hubspot_id"] = cell("id")
    return RawArticle(
        f"{file}:{line}",
        title,
        body,
        key=f"hubspot/{key}",
        language=cell("language"),
        topic=cell("category") or cell("subcategory"),
        slug=slug,
        addresses=(path,) if path else (),
        values=values,
    )
