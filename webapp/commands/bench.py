"""`kb bench`."""

import json as json_module
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from kb.core.settings import load_settings

_MOST_PASSAGES = 5_000_000


def _sizes(_context: click.Context, _option: click.Parameter, text: str) -> list[int]:
    try:
        sizes = [int(part.replace("_", "")) for part in text.split(",") if part.strip()]
    except ValueError:
        raise click.BadParameter("numbers with commas between them are expected, such as 10000,100000") from None
    if any(not 100 <= size <= _MOST_PASSAGES for size in sizes):
        raise click.BadParameter(f"each number is 100 to {_MOST_PASSAGES}")
    return sizes


@click.command()
@click.option("--passages", type=click.IntRange(100, 2_000_000), default=10_000, show_default=True)
@click.option("--queries", type=click.IntRange(20, 10_000), default=300, show_default=True)
@click.option(
    "--articles",
    type=click.IntRange(10, 100_000),
    default=10_000,
    show_default=True,
    help="So many unchanged articles are looked at, as kb index does.",
)
@click.option(
    "--growth",
    "sizes",
    metavar="N,N,…",
    default="",
    callback=_sizes,
    help="Also collections of so many passages, asked in turns: 1000,10000,100000,1000000.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder in which the collections of --growth stay: a second run only asks.",
)
@click.option(
    "--plot", type=click.Path(path_type=Path, dir_okay=False), help="Draw the figures into this file (.svg, .png)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    passages: int, queries: int, articles: int, sizes: list[int], keep: Path | None, plot: Path | None, as_json: bool
) -> None:
    """Latency per stage, indexing throughput and memory beside the bare encoder and an exact scan, in one run.

    It works in a folder of its own and leaves the installation alone. Texts are made by recombining the sample articles; one
    passage in twenty is encoded, the others get turned copies of those vectors (a scan costs the same whatever the numbers).
    Where txtai is installed (kb-assist[compare]) it is asked the same of the same texts with the same encoder.
    """
    from indexer.benchmark.growth import measure_growth
    from indexer.benchmark.material import read_material
    from indexer.benchmark.reaches import compare_with_reaches
    from indexer.benchmark.running import run_benchmark
    from kb.evaluation.plotting import check_plot_path
    from webapp.commands.console import progress_bar
    from webapp.shared.sample_shop import SAMPLE_ARTICLES

    if plot is not None:
        check_plot_path(plot)
    settings, material = load_settings(), read_material(SAMPLE_ARTICLES)
    with progress_bar("Benchmark") as advance:

        def progress(_what: str, done: int, total: int) -> None:
            advance(done, total)

        figures = run_benchmark(
            settings,
            material,
            passages=passages,
            queries=queries,
            articles=articles,
            progress=progress,
            search_command=[sys.executable, "-m", "webapp.commands", "search", "--json"],
        )
        if sizes:
            figures["growth"] = measure_growth(settings, material, sizes, queries, progress, keep)
    figures["reaches"] = compare_with_reaches(figures)
    if plot is not None:
        from indexer.benchmark.plotting import plot_benchmark

        plot_benchmark(plot, figures)
    click.echo(json_module.dumps(figures) if as_json else "\n".join(_describe(figures)))


def _describe(figures: dict[str, Any]) -> Iterator[str]:
    query, limit, index = figures["query_ms"], figures["limit_ms"], figures["index"]
    first, unchanged = figures["first_stage"], figures["unchanged"]
    stages = " · ".join(f"{stage} {ms:.2f}" for stage, ms in query["stages"].items())
    yield f"{figures['passages']:,} passages, encoder {figures['encoder']}"
    yield f"Search   median {query['p50']:.2f} ms, 95 % within {query['p95']:.2f} ms ({stages})"
    yield (
        f"Limit    {limit['sum']:.2f} ms (bare encoder {limit['encode']:.2f} + exact scan {limit['scan']:.2f}"
        f"{' + bare re-ranker ' + format(limit['rerank'], '.2f') if limit['rerank'] else ''}); "
        f"search takes {figures['ratio']:.2f} times as long, its first stage {first['ratio']:.2f}"
    )
    yield (
        f"Indexing {index['passages_per_s']:.1f} passages/s, bare encoder {index['bare_passages_per_s']:.1f} "
        f"({index['ratio']:.0%}); {unchanged['articles']:,} unchanged articles in {unchanged['seconds']:.2f} s"
    )
    yield f"Memory   {figures['rss_mb']:.0f} MB at most"
    yield from _describe_txtai(figures["txtai"])
    for row in figures.get("growth", ()):
        beside = f", {row['times_base']:.2f} × that of 10,000" if row["times_base"] is not None else ""
        memory = f", {row['most_rss_mb']:,} MB ({row['own_mb']:,} of its own)" if "own_mb" in row else ""
        yield (
            f"{row['passages']:>9,} passages: search {row['search_ms']['p50']:.2f} ms{beside}, vectors alone "
            f"{row['dense_ms']['p50']:.2f}, exact scan {row['scan_ms']:.2f}, recall@10 {row['recall@10']:.3f}{memory}"
        )
    for reach in figures["reaches"]:
        sign = "≤" if reach["is_most"] else "≥"
        met = "reached" if reach["met"] else "not reached"
        yield f"{reach['what']}: {reach['figure']:.3g} (wanted {sign} {reach['reach']:g}): {met}"


def _describe_txtai(txtai: dict[str, Any]) -> Iterator[str]:
    if "missing" in txtai:
        yield f"txtai    not measured: {txtai['missing']}"
        return
    inside, once = txtai["in_process_ms"], txtai["one_search"]
    yield (
        f"txtai    {txtai['version']}, same texts and encoder: median {inside['p50']:.2f} ms within a process, ours takes "
        f"{inside['ratio']:.2f} times as long; one search from the command line {once['txtai_s']:.2f} s, kb search "
        f"{once['kb_s']:.2f} s ({once['ratio']:.2f} ×)"
    )
