"""`kb extension`: the browser's side panel, for those who install it for many."""

from pathlib import Path

import click

from kb.core.errors import ConfigurationError
from kb.core.setting_values import origins
from kb.core.settings import load_settings


@click.group()
def command() -> None:
    """The browser's side panel beside another help desk."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--desk", default="", help="Address of the desk; default KB_PUBLIC_URL, else that of `kb serve` here.")
@click.option("--zip", "as_zip", is_flag=True, help="Write it as one zip file into the folder.")
def build(folder: Path, desk: str, as_zip: bool) -> None:
    """Write the extension into FOLDER, made for one desk. What else is in the folder stays."""
    from webapp.shared.extension import extension_files, zip_files

    settings = load_settings()
    found = origins("--desk", desk or settings.public_url or f"http://{settings.host}:{settings.port}")
    if len(found) != 1 or not found[0].startswith("http"):
        raise ConfigurationError("--desk takes one address.", remedy="An example: --desk https://help.example.com")
    files = extension_files(found[0])
    if as_zip:
        files = {"kb-assist-side-panel.zip": zip_files(files)}
    try:
        for name, content in files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be written to: {error}.") from error
    click.echo(f"{folder}: {len(files)} files, for the desk at {found[0]}.")
