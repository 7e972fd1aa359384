"""`kb articles import` and `kb articles export`: articles out of other help centres, and all of them as a folder."""

import json
from pathlib import Path

import click

from kb.core.settings import load_settings
from webapp.commands.articles_report import finish, json_option, open_session, options_of_reports, print_lines


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Choice(("zendesk", "hubspot", "html")),
    required=True,
    help="What the file was exported as.",
)
@click.option("--overwrite", is_flag=True, help="Bring back the imported text where it has been changed here since.")
@options_of_reports(language="Of articles that do not say theirs")
def import_command(
    file: Path,
    source: str,
    language: str,
    overwrite: bool,
    dry_run: bool,
    no_index: bool,
    show_all: bool,
    as_json: bool,
) -> int:
    """Import the articles in FILE.

    Importing again brings them up to date; what somebody has changed here since is left alone and reported. The exit status is 1
    if anything was rejected or in conflict; everything else is in.

    \b
    zendesk  Zendesk Guide as JSON: {"articles": [...], "sections": [...], "categories": [...]}, or pages of it
    hubspot  HubSpot's knowledge base as CSV
    html     a page, or a folder of pages with their pictures
    """
    from kb.articles import store_report
    from kb.articles.importing import import_articles
    from webapp.commands.console import open_database, progress_bar

    settings = load_settings()
    engine = open_database(settings)
    with open_session(engine) as session, progress_bar("Articles") as advance:
        report = import_articles(
            session,
            file,
            source,
            default_language=language or settings.languages[0],
            languages=settings.languages,
            image_hosts=settings.image_hosts,
            overwrite=overwrite,
            progress=advance,
        )
        if dry_run:
            session.rollback()
        else:
            store_report(session, "import", str(file), report)
            session.commit()
    return finish(report, settings, engine, dry_run=dry_run, no_index=no_index, show_all=show_all, as_json=as_json)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def export_command(folder: Path, as_json: bool) -> int:
    """Write all articles to FOLDER, as Markdown with front matter and with their pictures.

    A `kb articles sync` of the folder finds nothing to do. Files that are there and belong to no article are left alone.
    """
    from kb.articles.exporting import export_folder
    from webapp.commands.console import open_database, progress_bar

    with open_session(open_database(load_settings())) as session, progress_bar("Articles") as advance:
        report = export_folder(session, folder, advance)
    print_lines(report)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(f"Export: {len(report.written)} files written, {len(report.unchanged)} unchanged.")
    return 0 if report.is_clean else 1
