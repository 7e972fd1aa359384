"""`kb init`."""

import click

from kb.core.settings import load_settings


@click.command()
def command() -> None:
    """Create the database, or bring it up to date. Running it again does no harm."""
    from kb.tables.migrations import upgrade_database
    from webapp.commands.console import connect_database

    engine = connect_database(load_settings())
    before = upgrade_database(engine)
    where = engine.url.render_as_string(hide_password=True)
    if before.is_current:
        click.echo(f"The database is up to date ({where}).")
    elif before.is_newer:
        click.echo(
            f"The database is of a newer version (migration {before.found}), which this program works with ({where})."
        )
    elif before.found is None:
        click.echo(f"Database created ({where}).")
    else:
        click.echo(f"Database brought from migration {before.found} to {before.newest} ({where}).")
