"""`kb bench`."""

import json as json_module
from typing import Any

import click

from kb.core.settings import load_settings


@click.command()
@click.option("--passages", type=click.IntRange(100, 2_000_000), default=10_000, show_default=True)
@click.option("--queries", type=click.IntRange(20, 10_000), default=300, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(passages: int, queries: int, as_json: bool) -> None:
    """Latency per stage, indexing throughput and memory beside the bare encoder and an exact scan, in one run.

    It works in a folder of its own and leaves the installation alone. Texts are made by recombining the sample articles; one
    passage in twenty is encoded, the others get turned copies of those vectors (a scan costs the same whatever the numbers).
    """
    from indexer.benchmark import read_material, run_benchmark
    from webapp.commands.console import progress_bar
    from webapp.shared.sample_shop import SAMPLE_ARTICLES

    with progress_bar("Benchmark") as advance:
        figures = run_benchmark(
            load_settings(),
            read_material(SAMPLE_ARTICLES),
            passages=passages,
            queries=queries,
            progress=lambda _what, done, total: advance(done, total),
        )
    click.echo(json_module.dumps(figures) if as_json else _describe(figures))


def _describe(figures: dict[str, Any]) -> str:
    query, limit, index = figures["query_ms"], figures["limit_ms"], figures["index"]
    stages = " · ".join(f"{stage} {ms:.2f}" for stage, ms in query["stages"].items())
    return "\n".join(
        (
            f"{figures['passages']:,} passages, encoder {figures['encoder']}",
            f"Search   median {query['p50']:.2f} ms, 95 % within {query['p95']:.2f} ms ({stages})",
            f"Limit    {limit['sum']:.2f} ms (bare encoder {limit['encode']:.2f} + exact scan {limit['scan']:.2f}"
            f"{' + bare re-ranker ' + format(limit['rerank'], '.2f') if limit['rerank'] else ''}); "
            f"search takes {figures['ratio']:.2f} times as long",
            f"Indexing {index['passages_per_s']:.1f} passages/s, bare encoder {index['bare_passages_per_s']:.1f} "
            f"({index['ratio']:.0%})",
            f"Memory   {figures['rss_mb']:.0f} MB at most",
        )
    )
