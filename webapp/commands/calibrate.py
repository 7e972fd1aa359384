"""`kb calibrate`."""

import json as json_module
from pathlib import Path

import click

from kb.core.settings import load_settings


@click.command()
@click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE, not to KB_HOME.")
@click.option("--only-reranker", is_flag=True, help="Leave the confidence of the first stage as it is.")
@click.option("--json", "as_json", is_flag=True, help="Print what was fitted as JSON.")
def command(folders: tuple[Path, ...], target: Path | None, only_reranker: bool, as_json: bool) -> None:
    """Fit the confidence on labelled searches: datasets in the format of `kb eval`, best with oos_queries.jsonl.

    The result is written to KB_HOME/calibration.json, which servers take up at their next start; removing that file brings back
    the calibration that is shipped. Measure before and after with `kb eval DIR --save` and `--compare`, on other searches.

    Where KB_RERANKER is set it is learned too how its score counts beside the first stage, in KB_HOME/reranker_calibration.json
    (or beside FILE); until then it changes the order of results and makes none surer.
    """
    from indexer.calibrating import calibrate
    from indexer.encoders.opening import open_encoder
    from indexer.runtime import CALIBRATION_FILE
    from indexer.second_stage import RERANKER_CALIBRATION_FILE
    from kb.core.errors import InvalidInputError
    from kb.evaluation.dataset import read_dataset
    from webapp.commands.console import progress_bar

    settings = load_settings()
    if only_reranker and not settings.reranker:
        raise InvalidInputError("--only-reranker is for a re-ranker, and none is set.", remedy="Set KB_RERANKER.")
    datasets = [read_dataset(folder) for folder in folders]
    fitted = calibrate(settings, datasets, open_encoder(settings), progress_bar, only_reranker=only_reranker)
    path = target or settings.home / CALIBRATION_FILE
    of_reranker = path.with_name(RERANKER_CALIBRATION_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    written: dict[str, object] = {}
    lines: list[str] = []
    if fitted.confidence is not None:
        fitted.confidence.save(path)
        written |= json_module.loads(path.read_text("utf-8"))
        lines.append(
            f"Written to {path}: an answer from {fitted.confidence.answered_from:.0%}, "
            f"none below {fitted.confidence.unsure_from:.0%}."
        )
    if fitted.reranker is not None:
        fitted.reranker.save(of_reranker)
        written["reranker"] = json_module.loads(of_reranker.read_text("utf-8"))
        made = fitted.reranker.provenance
        lines.append(
            f"Written to {of_reranker}: of {made['in_doubt']} searches in doubt the right document comes first in "
            f"{made['right_first']['second_stage']}, without the re-ranker in {made['right_first']['first_stage']}."
        )
    click.echo(
        json_module.dumps(written, ensure_ascii=False)
        if as_json
        else "\n".join([*lines, "Restart the server to use it."])
    )
