"""`kb eval`."""

import json as json_module
from pathlib import Path
from typing import Any

import click

from kb.core.settings import load_settings


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON, and nothing else.")
@click.option(
    "--limit-queries", type=click.IntRange(1), help="Ask N queries (always the same) and a like share of the rest."
)
@click.option("--doc-lang", metavar="L", help="Keep only the documents in this language.")
@click.option(
    "--save", metavar="FILE", type=click.Path(path_type=Path), help="Keep the figures of every query in FILE."
)
@click.option(
    "--compare", "compared", metavar="FILE", type=click.Path(path_type=Path), help="Compare with what --save kept."
)
@click.option(
    "--plot", metavar="FILE", type=click.Path(path_type=Path), help="Draw the confidence curves (.svg or .png)."
)
def command(
    folder: Path,
    as_json: bool,
    limit_queries: int | None,
    doc_lang: str | None,
    save: Path | None,
    compared: Path | None,
    plot: Path | None,
) -> None:
    """Measure search on the dataset in DIR: corpus.jsonl, queries.jsonl, qrels.tsv (docs/evaluation.md has the format).

    The documents are loaded as articles into a temporary database and searched by the code that serves people; queries with
    a "context" go through the assist of the desk. Figures come with 95 % bootstrap intervals. With oos_queries.jsonl it is
    also measured how well "we have no answer" is known: a miss is an outcome of "none", being unsure is not one.

    Vectors are kept in KB_HOME/cache, so that the next run is much faster; the file may be deleted at any time. Milliseconds
    are taken without it: up to 200 of the queries, one after the other in this process, each encoded anew, 10 results each
    (conversations: 5), after a warm-up. Nothing else should run meanwhile.
    """
    from indexer.encoders.opening import open_encoder
    from indexer.evaluation import evaluate
    from kb.evaluation.comparing import compare, read_measured, save_measured
    from kb.evaluation.dataset import read_dataset
    from kb.evaluation.plotting import check_plot_path, plot_certainty
    from webapp.commands.console import err, progress_bar
    from webapp.commands.evaluation_tables import print_comparison, print_report

    settings = load_settings()
    # What can be wrong with files is found before the long work, not after it.
    before = read_measured(compared) if compared else None
    if plot:
        check_plot_path(plot)
    for path in (save, plot):
        _check_folder(path)
    with err.status("Reading the dataset"):
        dataset = read_dataset(folder)
        if doc_lang:
            dataset = dataset.cut_to_language(doc_lang)
        if limit_queries:
            dataset = dataset.sample(limit_queries)
    if dataset.unjudged:
        err.print(f"{dataset.unjudged:,} queries are left out: no document is judged to answer them.", style="yellow")
    evaluation = evaluate(settings, dataset, open_encoder(settings), progress_bar)
    report: dict[str, Any] = evaluation.to_json()
    if save:
        save_measured(save, evaluation.measured, report)
    if before:
        report["compare"] = {"file": str(compared), **compare(before, evaluation.measured)}
    certainty = evaluation.confidence or evaluation.speaking
    if plot and certainty:
        plot_certainty(plot, dataset.name, certainty)
    if as_json:
        click.echo(json_module.dumps(report, ensure_ascii=False))
        return
    print_report(report)
    if before:
        print_comparison(report["compare"])


def _check_folder(path: Path | None) -> None:
    from kb.core.errors import InvalidInputError

    if path is not None and (path.is_dir() or not path.resolve().parent.is_dir()):
        raise InvalidInputError(f"{path} cannot be written: {'it is a folder' if path.is_dir() else 'no such folder'}.")
