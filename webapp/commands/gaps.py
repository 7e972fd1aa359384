"""`kb gaps`."""

import json as json_module

import click

from kb.core.settings import load_settings

_WHY = {
    "not_found": "the article is not among the first three",
    "not_answered": "it is found, but the search is not sure",
}


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("--all", "with_done", is_flag=True, help="Closed and dismissed gaps too.")
@click.pass_context
def command(context: click.Context, as_json: bool, with_done: bool) -> None:
    """What nobody could find, grouped by likeness, the most asked first."""
    if context.invoked_subcommand is None:
        _show_list(as_json, with_done)


@command.command()
@click.argument("gap_id", metavar="ID", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON.")
def replay(gap_id: int, as_json: bool) -> None:
    """Ask the questions of gap ID again, as a customer would. It closes if four of five find one article among the first three
    and are answered, and no more than one in a hundred questions of other articles is lost by it."""
    from indexer.runtime import SearchRuntime
    from kb.core.database import session_scope
    from kb.insight.gaps.golden import GoldenSet
    from kb.insight.gaps.replay import replay_gap
    from kb.search.types import Audience
    from webapp.commands.console import open_database, out

    settings = load_settings()
    engine = open_database(settings)
    runtime = SearchRuntime.open(settings, engine)
    with session_scope(engine) as session:
        golden = GoldenSet(session, runtime.all_views(), runtime.make_searcher)
        replayed = replay_gap(session, runtime.searcher(Audience.CUSTOMER), gap_id, golden=golden)
    if as_json:
        click.echo(json_module.dumps(replayed.to_json(), ensure_ascii=False))
        return
    for question in replayed.questions:
        out.print(f"{question.now:>9}  {question.confidence:.0%}  {question.query}", markup=False)
        out.print(f"           {question.title}  {question.url}", style="dim", markup=False)
        if question.why:
            out.print(f"           {_WHY[question.why]}", style="dim", markup=False)
    if replayed.different > len(replayed.questions):
        click.echo(f"The {len(replayed.questions)} most asked of {replayed.different} different questions.")
    if replayed.golden is not None:
        lost = len(replayed.golden.lost)
        click.echo(f"{lost} of {replayed.golden.total} questions of other articles are lost by it.")
        for text, _ in replayed.golden.lost:
            out.print(f"           {text}", style="dim", markup=False)
    state = "The gap is closed." if replayed.closed else "The gap stays as it is."
    click.echo(f"{replayed.passed} of {len(replayed.questions)} questions are answered now. {state}")


def _show_list(as_json: bool, with_done: bool) -> None:
    from rich.table import Table

    from kb.core.database import session_scope
    from kb.insight.gaps import list_gaps
    from kb.insight.gaps.listing import OPEN_STATES
    from kb.jobs.running import run_now
    from kb.tables import GapState
    from webapp.commands.console import open_database, out
    from webapp.commands.worker import worker_name
    from webapp.worker.kinds import GAPS, job_kinds

    settings = load_settings()
    engine = open_database(settings)
    run_now(engine, job_kinds(settings, engine), GAPS, worker_name())
    with session_scope(engine) as session:
        gaps = list_gaps(session, states=tuple(GapState) if with_done else OPEN_STATES)
    if as_json:
        click.echo(json_module.dumps([gap.to_json() for gap in gaps], ensure_ascii=False))
        return
    if not gaps:
        click.echo("No gaps: every search so far had an answer.")
        return
    table = Table("id", "asked", "languages", "state", "reason", "question", box=None)
    for gap in gaps:
        languages = ", ".join(f"{tag} {count}" for tag, count in gap.languages.items())
        table.add_row(
            str(gap.id), str(gap.count), languages, gap.state, (gap.reason or "").replace("_", " "), gap.label
        )
    out.print(table)
