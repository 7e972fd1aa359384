"""Zendesk Guide: what its API gives for articles, sections, categories and translations, as one file or as pages of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kb.articles.importing.raw import RawArticle, Read
from kb.core.errors import InvalidInputError, Rejection

MAX_BYTES = 500_000_000


def read_zendesk(path: Path) -> Iterator[Read]:
    """Articles in the order of the file. Raises InvalidInputError where it is no such export."""
    objects = list(_objects(path))
    names = {**_names(objects, "categories"), **_names(objects, "sections")}
    parents = {row.get("id"): row.get("category_id") for row in _rows(objects, "sections")}
    articles = [*_rows(objects, "articles"), *_rows(objects, "results"), *_rows(objects, "article")]
    articles += [row for row in objects if "body" in row and "title" in row]
    translations = [*_rows(objects, "translations"), *(t for row in articles for t in _list(row.get("translations")))]
    if not articles and not translations:
        raise InvalidInputError(
            f"{path} has no articles of Zendesk Guide.",
            remedy="It takes what /api/v2/help_center/articles.json gives, with sections and categories if you have them.",
        )
    by_id = {row.get("id"): row for row in articles}
    seen: set[tuple[Any, str]] = set()
    for number, row in enumerate([*articles, *_merged(translations, by_id)], start=1):
        place = f"{path.name}#{row.get('id', number)}"
        locale = str(row.get("locale") or row.get("source_locale") or "")
        if (row.get("id"), locale) in seen:
            continue
        seen.add((row.get("id"), locale))
        title = row.get("title") or row.get("name")
        if not isinstance(title, str) or not isinstance(row.get("body"), str):
            yield Rejection(place, None, "has no title or no body")
            continue
        section = row.get("section_id")
        yield RawArticle(
            place,
            title,
            row["body"],
            key=f"zendesk/{row.get('id', number)}",
            language=locale,
            topic=str(names.get(section) or names.get(parents.get(section)) or ""),
            addresses=_addresses(row),
            values=_values(row),
        )


def _values(row: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {"zendesk_id": str(row["id"])} if "id" in row else {}
    for key in ("draft", "hidden", "outdated"):
        if row.get(key):
            values["draft"] = True
    # A segment of users is never everybody; what only some may see is for the people who work here.
    if row.get("user_segment_id") or _list(row.get("user_segment_ids")):
        values["audience"] = "internal"
    labels = [label for label in _list(row.get("label_names")) if isinstance(label, str)]
    return {**values, "labels": labels} if labels else values


def _addresses(row: dict[str, Any]) -> tuple[str, ...]:
    found = [row.get("html_url"), *_list(row.get("old_urls"))]
    return tuple(urlsplit(url).path for url in found if isinstance(url, str) and len(url) < 2000 and "[" not in url)


def _merged(translations: list[dict[str, Any]], by_id: dict[Any, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A translation has text and status of its own; all else is its article's."""
    for row in translations:
        article = by_id.get(row.get("source_id"), {})
        shared = {key: article.get(key) for key in ("section_id", "user_segment_id", "label_names")}
        yield {**shared, **row, "id": row.get("source_id", row.get("id"))}


def _objects(path: Path) -> Iterator[dict[str, Any]]:
    """Every object at the top: of one document, of a list, of lines or pages one after the other."""
    if path.stat().st_size > MAX_BYTES:
        raise InvalidInputError(f"{path} has more than {MAX_BYTES // 1_000_000} MB.", remedy="Import it in parts.")
    text = path.read_text("utf-8-sig", errors="replace")
    decoder, position = json.JSONDecoder(), 0
    while position < len(text):
        if text[position].isspace() or text[position] == ",":
            position += 1
            continue
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, position) + 1
            raise InvalidInputError(f"{path}:{line}: is not JSON that can be read: {error}.") from error
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                yield row


def _rows(objects: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    found = (row.get(name) for row in objects)
    return [
        row
        for value in found
        for row in (_list(value) if not isinstance(value, dict) else [value])
        if isinstance(row, dict)
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(objects: list[dict[str, Any]], name: str) -> dict[Any, str]:
    return {row.get("id"): str(row.get("name") or row.get("title") or "") for row in _rows(objects, name)}
