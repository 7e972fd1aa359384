"""`kb articles`: a folder of Markdown files and the articles of the database."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.core.errors import InvalidInputError
from kb.core.home import make_home
from kb.core.settings import load_settings
from webapp.commands.articles_exchange import export_command, import_command
from webapp.commands.articles_report import finish, open_session, options_of_reports

if TYPE_CHECKING:
    from kb.tables import Article


@click.group()
def command() -> None:
    """Bring articles in and keep a folder in step."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--on-conflict",
    type=click.Choice(("report", "file", "article")),
    default="report",
    show_default=True,
    help="Whose text wins where file and article have both changed.",
)
@click.option("--allow-empty", is_flag=True, help="All files were deleted on purpose: archive their articles.")
@options_of_reports(language="Of files that do not say theirs")
def sync(
    folder: Path,
    language: str,
    on_conflict: str,
    allow_empty: bool,
    dry_run: bool,
    no_index: bool,
    show_all: bool,
    as_json: bool,
) -> int:
    """Synchronise the Markdown files in FOLDER and the articles, both ways.

    What changed on one side goes to the other. What changed on both is reported and left alone. A deleted file
    archives its article. The exit status is 1 if anything was rejected or in conflict; everything else is in.
    """
    from filelock import FileLock, Timeout

    from kb.articles import store_report, sync_folder
    from kb.core.errors import ConflictError
    from webapp.commands.console import open_database, progress_bar

    settings = load_settings()
    engine = open_database(settings)
    make_home(settings.home)
    try:
        with (
            FileLock(settings.home / "articles.lock", timeout=2),
            open_session(engine) as session,
            progress_bar("Articles") as advance,
        ):
            report = sync_folder(
                session,
                folder,
                default_language=language or settings.languages[0],
                languages=settings.languages,
                image_hosts=settings.image_hosts,
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
                store_report(session, "sync", str(folder), report)
                session.commit()
    except Timeout as error:
        raise ConflictError("Another sync is running.", remedy="Wait until it is done and try again.") from error
    return finish(report, settings, engine, dry_run=dry_run, no_index=no_index, show_all=show_all, as_json=as_json)


command.add_command(import_command)
command.add_command(export_command)


@command.command("list")
@click.option("--language", default="", help="Only articles in this language.")
@click.option("--status", default="", help="Only articles with this status.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_command(language: str, status: str, as_json: bool) -> None:
    """Show all articles, one on a line."""
    from kb.articles import list_articles
    from webapp.commands.console import open_database

    with open_session(open_database(load_settings())) as session:
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
    with open_session(open_database(load_settings())) as session:
        found = find_article(session, language, slug)
        if found is None:
            raise NotFoundError(f"There is no article {language}/{slug}.", remedy="Type: kb articles list")
        text = write_article(source_of_article(session, found))
        described = _describe(found)
    if as_json:
        click.echo(json.dumps({**described, "markdown": text}, ensure_ascii=False, indent=2))
    else:
        click.echo(text, nl=False)


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
