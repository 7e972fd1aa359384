"""`kb search`."""

import gc
import json as json_module
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kb.core.settings import Settings, load_settings

if TYPE_CHECKING:
    from kb.search.types import SearchAnswer


@click.command()
@click.argument("text")
@click.option("--as", "audience", type=click.Choice(["customer", "rep"]), default="customer", show_default=True)
@click.option("--lang", default="", help="The reader's language; default: the query's.")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print results, confidence and timings as JSON.")
def command(text: str, audience: str, lang: str, limit: int, as_json: bool) -> None:
    """What a person would get for TEXT: results, confidence, outcome, milliseconds per stage."""
    with _without_looking_for_garbage():
        answer, encoder_problem = _ask(load_settings(), text, audience, lang, limit)
    if as_json:
        click.echo(json_module.dumps(answer.to_json(), ensure_ascii=False))
        return
    from kb.search.types import Outcome
    from webapp.commands.console import err, out, print_result, print_safety

    if answer.safety:
        print_safety(answer.safety)
    words = {"answered": "Answered", "unsure": "Perhaps", "none": "No answer found"}[answer.outcome.value]
    out.print(
        f"[bold]{words}[/] ({answer.confidence:.0%} sure) · {answer.timings_ms['total']:.1f} ms · {answer.language}"
    )
    if answer.words_only:
        err.print(f"Words alone were compared. {encoder_problem or ''}", markup=False)
    if answer.no_question:
        out.print(f"That is no question ({answer.no_question.value}).")
    if answer.missing:
        out.print(f"Nothing found mentions {', '.join(answer.missing)}.", markup=False)
    for number, result in enumerate(answer.results, 1):
        note = f" · shown in {result.language}" if result.other_language else ""
        if result.lacks:
            note += f" · does not mention {', '.join(result.lacks)}"
        print_result(number, result, note, marked=number == 1 and answer.outcome is Outcome.ANSWERED)


def _ask(settings: Settings, text: str, audience: str, lang: str, limit: int) -> "tuple[SearchAnswer, str | None]":
    """The answer, and why words alone were compared where they were."""
    from indexer.encoders.opening import open_encoder

    # Half of the command's time are the imports below, which keep one processor busy: the model is read beside them.
    with ThreadPoolExecutor(1) as pool:
        encoder = pool.submit(open_encoder, settings, briefly=True)
        from indexer.encoder_or_words import open_encoder_or_wait
        from indexer.runtime import SearchRuntime
        from kb.core.database import session_scope
        from kb.search.events import record_search
        from kb.search.types import Audience
        from kb.text.language import guess_language
        from webapp.commands.console import open_database

        engine = open_database(settings)
        opened = open_encoder_or_wait(settings, engine, encoder.result)
    runtime = SearchRuntime.open(settings, engine, opened, briefly=True)
    runtime.warm_up()  # the timings are those of a running server, not of loading the model
    reader_language = lang or guess_language(text).split("-")[0]
    if reader_language == "und":
        reader_language = settings.languages[0]
    with session_scope(engine) as session:
        answer = runtime.searcher(Audience(audience)).search(
            session, text, reader_language=reader_language, limit=limit
        )
        if not answer.words_only:  # what it missed is no gap
            record_search(
                session,
                answer,
                place="cli",
                audience=audience,
                region=settings.phone_region,
                reader_language=reader_language,
            )
    return answer, runtime.encoder_problem


@contextmanager
def _without_looking_for_garbage() -> Iterator[None]:
    """What is imported and mapped stays to the end: looking through it again and again takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
