"""`kb articles`: a folder of Markdown files and the articles of the database."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.errors import InvalidInputError, KbError
from kb.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from kb.articles import SyncReport
    from kb.tables import Article

_WARNINGS_SHOWN = 20


@click.group()
def command() -> None:
    """Bring articles in and keep a folder in step."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--language", default="", help="Of files that do not say theirs; default: the first of KB_LANGUAGES.")
@click.option(
    "--on-conflict",
    type=click.Choice(("report", "file", "article")),
    default="report",
    show_default=True,
    help="Whose text wins where file and article have both changed.",
)
@click.option("--allow-empty", is_flag=True, help="All files were deleted on purpose: archive their articles.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and do nothing.")
@click.option("--no-index", is_flag=True, help="Leave the search collections as they are (then type: kb index).")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def sync(
    folder: Path, language: str, on_conflict: str, allow_empty: bool, dry_run: bool, no_index: bool, as_json: bool
) -> int:
    """Synchronise the Markdown files in FOLDER and the articles, both ways.

    What changed on one side goes to the other. What changed on both is reported and left alone. A deleted file
    archives its article. The exit status is 1 if anything was rejected or in conflict; everything else is in.
    """
    from filelock import FileLock, Timeout

    from kb.articles import sync_folder
    from kb.core.errors import ConflictError
    from webapp.commands.console import open_database, progress_bar

    settings = load_settings()
    engine = open_database(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with (
            FileLock(settings.home / "articles.lock", timeout=2),
            _session(engine) as session,
            progress_bar("Articles") as advance,
        ):
            report = sync_folder(
                session,
                folder,
                default_language=language or settings.languages[0],
                languages=settings.languages,
                on_conflict=on_conflict,  # type: ignore[arg-type]
                allow_empty=allow_empty,
                dry_run=dry_run,
                author="kb articles sync",
                progress=advance,
                checkpoint=None if dry_run else session.commit,
            )
            if dry_run:
                session.rollback()
            else:
                session.commit()
    except Timeout as error:
        raise ConflictError("Another sync is running.", remedy="Wait until it is done and try again.") from error
    _print_lines(report)
    if as_json:
        click.echo(json.dumps({**report.to_json(), "dry_run": dry_run}, ensure_ascii=False, indent=2))
    else:
        click.echo(_summary(report, dry_run))
    is_indexed = dry_run or no_index or _bring_index_up_to_date(settings, engine)
    return 0 if report.is_clean and is_indexed else 1


@command.command("list")
@click.option("--language", default="", help="Only articles in this language.")
@click.option("--status", default="", help="Only articles with this status.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_command(language: str, status: str, as_json: bool) -> None:
    """Show all articles, one on a line."""
    from kb.articles import list_articles
    from webapp.commands.console import open_database

    with _session(open_database(load_settings())) as session:
        articles = [_describe(article) for article in list_articles(session, language=language, status=status)]
    if as_json:
        click.echo(json.dumps(articles, ensure_ascii=False, indent=2))
        return
    if not articles:
        click.echo("There are no articles. Bring some in: kb articles sync FOLDER", err=True)
    for article in articles:
        click.echo(
            f"{article['language']}/{article['slug']}  {article['status']}  {article['audience']}  {article['title']}"
        )


@command.command()
@click.argument("article", metavar="LANGUAGE/SLUG")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def show(article: str, as_json: bool) -> None:
    """Print an article as Markdown with front matter, as a sync would write it."""
    from kb.articles import find_article, source_of_article, write_article
    from kb.core.errors import NotFoundError
    from webapp.commands.console import open_database

    language, slash, slug = article.strip("/").partition("/")
    if not slash:
        raise InvalidInputError(
            f"{article!r} names no article.", remedy="An example: kb articles show en/reset-password"
        )
    with _session(open_database(load_settings())) as session:
        found = find_article(session, language, slug)
        if found is None:
            raise NotFoundError(f"There is no article {language}/{slug}.", remedy="Type: kb articles list")
        text = write_article(source_of_article(session, found))
        described = _describe(found)
    if as_json:
        click.echo(json.dumps({**described, "markdown": text}, ensure_ascii=False, indent=2))
    else:
        click.echo(text, nl=False)


def _session(engine: "Engine") -> "Session":
    """Closed at the end of its block, which undoes what was not committed."""
    from sqlalchemy.orm import Session

    return Session(engine, expire_on_commit=False)


def _describe(article: "Article") -> dict[str, object]:
    return {
        "id": article.id,
        "language": article.language,
        "slug": article.slug,
        "title": article.title,
        "topic": article.topic,
        "audience": article.audience,
        "status": article.status,
        "revision": article.revision,
        "updated_at": article.updated_at.isoformat(),
    }


def _print_lines(report: "SyncReport") -> None:
    """Every rejected file and every conflict on a line of its own; of warnings the first ones."""
    for rejection in report.rejected:
        click.echo(str(rejection), err=True)
    for conflict in report.conflicts:
        click.echo(f"{conflict} (conflict)", err=True)
    for warning in report.warnings[:_WARNINGS_SHOWN]:
        click.echo(f"{warning} (warning)", err=True)
    if len(report.warnings) > _WARNINGS_SHOWN:
        click.echo(f"… and {len(report.warnings) - _WARNINGS_SHOWN} more warnings; --json shows all.", err=True)
    if report.conflicts:
        click.echo(
            "To settle conflicts, type the command again with --on-conflict file or --on-conflict article.", err=True
        )


def _summary(report: "SyncReport", dry_run: bool) -> str:
    counts: dict[str, Collection[object]] = {
        "created": report.created,
        "updated": report.updated,
        "archived": report.archived,
        "files written": report.written,
        "unchanged": report.unchanged,
        "in conflict": report.conflicts,
        "rejected": {rejection.path for rejection in report.rejected},
    }
    always = {"created", "updated", "unchanged"}
    parts = [f"{len(found)} {name}" for name, found in counts.items() if found or name in always]
    return ("Nothing done; it would be: " if dry_run else "Articles: ") + ", ".join(parts) + "."


def _bring_index_up_to_date(settings: Settings, engine: "Engine") -> bool:
    """Make the changes searchable. Says what failed and returns False where they are not: the articles are in anyway."""
    from indexer.documents import wanted_documents
    from kb.tables import IndexedDocument
    from webapp.commands.console import progress_bar

    with _session(engine) as session:
        wanted = {
            (doc.id, doc.collection.value, doc.content_hash)
            for doc in wanted_documents(session)
            if doc.kind == "article"
        }
        rows = session.query(IndexedDocument).filter_by(document_kind="article")
        if wanted == {(row.document_id, row.collection, row.content_hash) for row in rows}:
            return True
    try:
        from indexer.encoders.opening import open_encoder
        from indexer.updating import bring_up_to_date

        with progress_bar("Search collections") as advance:
            bring_up_to_date(engine, settings.index_dir, open_encoder(settings), advance)
    except KbError as error:
        click.echo(f"kb: The articles are in, but search does not know them yet: {error} Then type: kb index", err=True)
        return False
    return True
