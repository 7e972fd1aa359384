"""An import: every article of an export becomes one of ours, the second time the same one."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles.address_table import ALIAS, alias_address
from kb.articles.fields import standard_language
from kb.articles.importing.hubspot import read_hubspot
from kb.articles.importing.pages import read_pages
from kb.articles.importing.raw import RawArticle, Read, html_to_article_markdown
from kb.articles.importing.zendesk import read_zendesk
from kb.articles.parsing import offered_language
from kb.articles.picture_files import PictureFiles
from kb.articles.publication import read_publication, without_switches
from kb.articles.source import ArticleSource, make_source
from kb.articles.store import find_article, get_revision, save_article
from kb.articles.sync_notices import note_links, notices_of
from kb.articles.sync_report import Notice, SyncReport
from kb.articles.text import ArticleError, slugify
from kb.core.errors import InvalidInputError, Rejection
from kb.core.progress import Progress
from kb.tables import Article, ArticleAddress
from kb.text.language import guess_language

SOURCES: dict[str, Callable[[Path], Iterator[Read]]] = {
    "zendesk": read_zendesk,
    "hubspot": read_hubspot,
    "html": read_pages,
}
AUTHOR = "kb articles import"


def import_articles(
    session: Session,
    path: Path,
    source: str,
    *,
    default_language: str,
    languages: Sequence[str],
    image_hosts: Sequence[str] = (),
    overwrite: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Read `path` as `source` (zendesk, hubspot, html). Flushes and does not commit.

    An article that was imported before is brought up to date. One that somebody has changed here since is left alone and
    reported as a conflict, unless `overwrite`. Raises InvalidInputError where the file is missing or no such export.
    """
    if not path.exists():
        raise InvalidInputError(f"{path} does not exist.", remedy="Name the exported file or the folder of pages.")
    if source != "html" and path.is_dir():
        raise InvalidInputError(f"{path} is a folder.", remedy="Name the exported file.")
    run = _Import(session, path, default_language, tuple(languages), overwrite, tuple(image_hosts))
    rows = list(SOURCES[source](path))
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Rejection):
            run.report.rejected.append(row)
        else:
            run.take_in(row)
        if progress is not None:
            progress(number, len(rows))
    note_links(session, run.changed, run.report, languages)
    session.flush()
    return run.report


class _Import:
    def __init__(
        self,
        session: Session,
        path: Path,
        default_language: str,
        languages: tuple[str, ...],
        overwrite: bool,
        image_hosts: tuple[str, ...],
    ) -> None:
        self.session = session
        self.default_language = default_language
        self.languages = languages
        self.overwrite = overwrite
        self.report = SyncReport()
        self.changed: list[tuple[str, int]] = []
        self.taken: set[tuple[str, str]] = set()  # addresses of this import
        self.keys: dict[str, str] = {}  # translation key by the key of the other help centre
        root = (path if path.is_dir() else path.parent).resolve()
        self.pictures = PictureFiles(session, root, {}, image_hosts, self.report.warnings)

    def take_in(self, raw: RawArticle) -> None:
        try:
            source, known = self._read(raw)
            self._save(raw, source, known)
        except ArticleError as error:
            self.report.rejected.extend(error.rejections)

    def _read(self, raw: RawArticle) -> tuple[ArticleSource, Article | None]:
        body = html_to_article_markdown(raw.html)
        language = self._language(raw, body)
        published = read_publication(raw.values, "")
        self.report.warnings += [
            Notice(raw.place, None, f"{reason}: taken as a draft", "draft") for _, reason in published.reasons
        ]
        known = self._known(language, raw.key)
        slug = known.slug if known is not None else self._slug(raw, language)
        key = self.keys.setdefault(raw.key, known.translation_key if known is not None else slug)
        values = {
            **without_switches(raw.values, published.used),
            "title": raw.title,
            "slug": slug,
            "language": language,
            "translation_key": key,
            "topic": slugify(raw.topic)[:100],
            "status": published.status,
            "aliases": list(dict.fromkeys((raw.key, *raw.addresses))),
        }
        return make_source(values, body, path=raw.place), known

    def _language(self, raw: RawArticle, body: str) -> str:
        said = offered_language(raw.language, self.languages) if raw.language else ""
        if said and standard_language(said) is not None:
            return said
        guess = guess_language(f"{raw.title}\n{body[:3000]}")
        return guess if guess in self.languages else self.default_language

    def _slug(self, raw: RawArticle, language: str) -> str:
        """A slug that no other article of the language has: with a number where it must be."""
        wanted = slugify(raw.slug) or slugify(raw.title) or "article"
        slug, number = wanted, 1
        while (language, slug) in self.taken or find_article(self.session, language, slug) is not None:
            number += 1
            slug = f"{wanted}-{number}"
        return slug

    def _known(self, language: str, key: str) -> Article | None:
        """The article that this one became in an earlier import."""
        query = select(Article).join(ArticleAddress, ArticleAddress.article_id == Article.id)
        query = query.where(ArticleAddress.language == language, ArticleAddress.kind == ALIAS)
        return self.session.scalar(query.where(ArticleAddress.address == alias_address(key)))

    def _save(self, raw: RawArticle, source: ArticleSource, known: Article | None) -> None:
        self.taken.add((source.language, source.slug))
        if known is not None and known.content_hash == source.content_hash:
            self.report.unchanged.append(raw.place)
            return
        if known is not None and not self.overwrite:
            newest = get_revision(self.session, known, known.revision)
            if newest.author != AUTHOR:
                reason = "was changed here since it was imported, and differs; it was left as it is"
                self.report.conflicts.append(Notice(raw.place, None, reason, "conflict"))
                return
        saved = save_article(self.session, source, author=AUTHOR, note=f"From {raw.place}"[:500], article=known)
        (self.report.created if known is None else self.report.updated).append(raw.place)
        self.report.warnings += [*source.warnings, *notices_of(source, raw.place, 1)]
        self.pictures.sync_article(saved, raw.path or "import")
        self.changed.append((raw.place, saved.id))
