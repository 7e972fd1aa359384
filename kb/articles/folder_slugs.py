"""Names of files and slugs: two files that are called the same are told apart by their folders."""

from collections.abc import Iterable, Sequence

from kb.articles.addresses import Place, read_place
from kb.articles.parsing import default_slug_of
from kb.articles.publication import is_draft_folder


def folder_slugs(paths: Iterable[str], languages: Sequence[str]) -> dict[str, str]:
    """The default slug of each path. `faq/index.md` is `faq`; `faq/setup.md` and `guide/setup.md` are `faq-setup`, `guide-setup`.

    Translations of a page have one slug: files that differ in nothing but the language are called the same.
    """
    places = {path: read_place(path, tuple(languages)) for path in paths}
    addresses: dict[str, set[str]] = {}
    for place in places.values():
        addresses.setdefault(default_slug_of(place), set()).add(place.address)
    slugs: dict[str, str] = {}
    taken: set[tuple[str | None, str]] = set()
    for path in sorted(places, key=lambda path: (path.count("/"), path)):
        place = places[path]
        slug = default_slug_of(place)
        if len(addresses[slug]) > 1:
            slug = _qualified(place, addresses[slug]) or slug
        slugs[path] = _free(slug, place, taken)
        taken.add((place.language, slugs[path]))
    return slugs


def _qualified(place: Place, others: set[str]) -> str:
    """As much of the path in front as tells it from all others of the same name."""
    names = place.address.split("/")
    for count in range(2, len(names) + 1):
        end = "/".join(names[-count:])
        if sum(other == end or other.endswith(f"/{end}") for other in others) == 1:
            return "-".join(names[-count:])
    return "-".join(names)


def _free(slug: str, place: Place, taken: set[tuple[str | None, str]]) -> str:
    number, free = 1, slug
    while (place.language, free) in taken:
        number += 1
        free = f"{slug}-{number}"
    return free


def article_path(language: str, slug: str, topic: str) -> str:
    """Where the file of an article stands in a folder that is laid out like ours; never in one that would make it a draft."""
    folder = topic if topic and not is_draft_folder(topic) else ""
    return "/".join(part for part in (language, folder, f"{slug}.md") if part)
