"""`kb model`."""

import click

from kb.core.settings import Settings, load_settings


@click.group()
def command() -> None:
    """Prepare or check the bundled encoder."""


@command.command()
@click.option("--again", is_flag=True, help="Make it anew even if it is there.")
def prepare(again: bool) -> None:
    """Make the bundled encoder: about 40 seconds and 95 MB of download, once."""
    from indexer.encoders.bundled_model import ensure_bundled_model
    from webapp.commands.console import progress_bar

    with progress_bar("Preparing the encoder") as progress:
        folder = ensure_bundled_model(
            load_settings(), lambda _what, share: progress(int(share * 100), 100), again=again
        )
    click.echo(f"The bundled encoder is ready in {folder}.")


@command.command()
def check() -> None:
    """Load what KB_MODEL and KB_RERANKER name and try it."""
    from indexer.encoders.opening import open_encoder

    settings = load_settings()
    encoder = open_encoder(settings)
    vectors = encoder.encode_queries(["Where is my refund?", "मेरा रिफ़ंड कहाँ है?", "The lamp is made of brass."])
    click.echo(
        f"{encoder.fingerprint}: {encoder.dimensions} dimensions; a translation {vectors[0] @ vectors[1]:.3f}, "
        f"something else {vectors[0] @ vectors[2]:.3f}."
    )
    if settings.reranker:
        _check_reranker(settings)


@command.command()
def check_reranker() -> None:
    """Load the cross-encoder that KB_RERANKER names and try it."""
    settings = load_settings()
    if not settings.reranker:
        click.echo("KB_RERANKER is not set.")
        return
    _check_reranker(settings)


def _check_reranker(settings: Settings) -> None:
    import math

    from indexer.encoders.reranker import open_reranker

    reranker = open_reranker(settings)
    texts = ["A refund takes five days.", "The lamp is made of brass."]
    scores = reranker.score("When do I get my money back?", texts, math.inf)
    click.echo(f"{reranker.fingerprint}: an answer {scores[0]:.3f}, something else {scores[1]:.3f}.")
