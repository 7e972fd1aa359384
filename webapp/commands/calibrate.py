"""`kb calibrate`."""

import json as json_module
from pathlib import Path

import click

from kb.core.settings import load_settings


@click.command()
@click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE, not to KB_HOME.")
@click.option("--json", "as_json", is_flag=True, help="Print the calibration as JSON.")
def command(folders: tuple[Path, ...], target: Path | None, as_json: bool) -> None:
    """Fit the confidence on labelled searches: datasets in the format of `kb eval`, best with oos_queries.jsonl.

    The result is written to KB_HOME/calibration.json, which servers take up at their next start; removing that file brings back
    the calibration that is shipped. Measure before and after with `kb eval DIR --save` and `--compare`, on other searches.
    """
    from indexer.calibrating import calibrate
    from indexer.encoders.opening import open_encoder
    from indexer.runtime import CALIBRATION_FILE
    from kb.evaluation.dataset import read_dataset
    from webapp.commands.console import progress_bar

    settings = load_settings()
    datasets = [read_dataset(folder) for folder in folders]
    calibration = calibrate(settings, datasets, open_encoder(settings), progress_bar)
    path = target or settings.home / CALIBRATION_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    calibration.save(path)
    if as_json:
        click.echo(json_module.dumps(json_module.loads(path.read_text("utf-8")), ensure_ascii=False))
        return
    click.echo(
        f"Written to {path}: an answer from {calibration.answered_from:.0%}, none below {calibration.unsure_from:.0%}. "
        "Restart the server to use it."
    )
