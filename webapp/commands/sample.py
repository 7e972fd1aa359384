"""`kb sample`: the sample shop's customers."""

from functools import partial

import click

from kb.core.settings import load_settings


@click.group()
def command() -> None:
    """The customers of the sample shop: play one at the desk, or remove them all."""


@command.command()
@click.option("--yes", is_flag=True, help="Yes, remove them. Without it nothing is done.")
def remove(yes: bool) -> None:
    """Remove the sample's customers and conversations, played ones too, its invented figures, searches and training; nothing
    else."""
    from kb.core.database import session_scope
    from kb.core.errors import InvalidInputError
    from kb.insight.gaps.sample import remove_sample_searches
    from kb.insight.numbers import remove_sample_history
    from kb.insight.training.sample import remove_sample_training
    from kb.service.sample import remove_sample
    from webapp.commands.console import open_database

    engine = open_database(load_settings())
    if not yes:
        raise InvalidInputError(
            "This removes all sample customers with their conversations.",
            remedy="If you mean it: kb sample remove --yes",
        )
    with session_scope(engine) as session:
        removed = remove_sample(session)
        has_history = remove_sample_history(session) > 0
        has_searches = remove_sample_searches(session) > 0
        has_training = remove_sample_training(session) > 0
    kept = f" {removed.kept} of them have real conversations and stay." if removed.kept else ""
    history = " The invented figures of the last quarter are gone too." if has_history else ""
    training = " So are its paths, cases and exercises of training." if has_training else ""
    searches = " So are its searches that nothing answered, with their gaps." if has_searches else ""
    counts = f"{removed.customers} sample customers, {removed.conversations} conversations."
    click.echo(f"Removed: {counts}{kept}{history}{searches}{training}")


@command.command()
@click.argument("script_id", metavar="[SCRIPT]", default="")
@click.option(
    "--speed",
    type=click.FloatRange(0.1, 1000),
    default=1.0,
    show_default=True,
    help="2 for twice as fast; also for how long an answer is waited for.",
)
def simulate(script_id: str, speed: float) -> None:
    """Play one customer at the desk, in real time: SCRIPT, or the first. Without a reply they go on after a minute.

    Ctrl-C stops it; what was written stays.
    """
    from kb.core.database import session_scope
    from kb.core.errors import InvalidInputError, NotFoundError
    from kb.service.sample import begin_script, has_sample, play, read_scripts
    from webapp.commands.console import open_database
    from webapp.shared.sample_shop import SAMPLE_SCRIPTS

    scripts = {script.id: script for script in read_scripts(SAMPLE_SCRIPTS)}
    script = scripts.get(script_id or next(iter(scripts)))
    if script is None:
        raise NotFoundError(f"There is no script {script_id!r}.", remedy=f"There are: {', '.join(scripts)}")
    settings = load_settings()
    engine = open_database(settings)
    with session_scope(engine) as session:
        if not has_sample(session):
            raise InvalidInputError(
                "Customers are played only beside the sample's conversations.", remedy="An empty folder: kb setup"
            )
        conversation_id = begin_script(session, script, region=settings.phone_region).id
    click.echo(f"{script.title}: /desk/conversations/{conversation_id}")
    click.echo(f"  {script.customer.name}: {script.turns[0].text}")
    told = 1

    def show(done: int, _total: int) -> None:
        nonlocal told
        for turn in script.turns[told:done]:
            click.echo(f"  {script.customer.name}: {turn.text}")
        told = max(told, done)

    said = play(
        partial(session_scope, engine),
        conversation_id,
        script,
        region=settings.phone_region,
        speed=speed,
        progress=show,
    )
    if said < len(script.turns):
        click.echo("The conversation was closed.")
