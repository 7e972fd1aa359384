"""`kb assist`."""

import json as json_module
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import click

from kb.core.settings import load_settings

if TYPE_CHECKING:
    from kb.assist.answering import Suggestion
    from kb.assist.turns import Turn


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--as", "audience", type=click.Choice(["customer", "rep"]), default="rep", show_default=True)
@click.option("--lang", default="", help="The reader's language; default: that of the customer's last turn.")
@click.option("--limit", type=click.IntRange(1, 50), default=5, show_default=True)
@click.option("--anyway", is_flag=True, help="Give suggestions even where silence is right.")
@click.option("--swap", is_flag=True, help="Take the agent for the customer, and the customer for the agent.")
@click.option(
    "--close", "closed", type=int, multiple=True, help="A turn (from 1) whose question is settled; may be repeated."
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    file: TextIO,
    audience: str,
    lang: str,
    limit: int,
    anyway: bool,
    swap: bool,
    closed: tuple[int, ...],
    as_json: bool,
) -> None:
    """Suggestions for the conversation in FILE (`-` for standard input).

    FILE holds the conversation as it was copied or exported: from WhatsApp, Slack, a help desk, a mailbox, with "Customer:" and
    "Agent:" before the turns, as a table, or as a JSON list of turns, oldest first:
    [{"role": "customer", "text": "My kettle leaks"}, {"role": "agent", "text": "…"}]

    Every question that the customer stated and no agent has answered is looked up, the most pressing first. Where nothing is
    open (the customer says thanks, hello, their number), silence is right: one line tells why, and no
    suggestion is given unless you add --anyway.
    """
    from indexer.runtime import SearchRuntime
    from kb.assist.no_query import NOTHING_SAID, no_query_reason
    from kb.assist.suggestions import assist, judge_questions, with_safety
    from kb.assist.turns import asking_turn
    from kb.core.database import session_scope
    from kb.search.types import Audience
    from kb.text.language import guess_language
    from webapp.commands.console import open_database, out, print_safety
    from webapp.shared.no_query import NO_QUERY_IN_WORDS

    turns = _read_turns(file, swap)
    settings = load_settings()
    engine = open_database(settings)
    runtime = SearchRuntime.open(settings, engine)
    last = asking_turn(turns)
    language = lang or (guess_language(turns[last].matter).split("-")[0] if last is not None else "und")
    if language == "und":
        language = settings.languages[0]
    with session_scope(engine) as session:
        searcher = runtime.searcher(Audience(audience))
        answer = assist(
            session,
            turns,
            searcher,
            runtime.encoder,
            reader_language=language,
            limit=limit,
            even_without_query=anyway,
            closed=frozenset(turn - 1 for turn in closed),
        )
        answer = judge_questions(searcher, answer)
        answer = with_safety(session, turns, answer, reader_language=language)
    if as_json:
        click.echo(json_module.dumps(answer.to_json(), ensure_ascii=False))
        return
    if answer.safety:
        print_safety(answer.safety)
    if answer.speak:
        out.print(f"[bold]Worth a suggestion[/] ({answer.speak_probability:.0%})", end="")
        out.print(f" · {answer.question}", markup=False)
    else:
        reason = no_query_reason(turns)
        way_out = "" if anyway or reason in NOTHING_SAID else " For suggestions all the same add --anyway."
        out.print(f"[bold]Better silent[/] ({answer.speak_probability:.0%}). {NO_QUERY_IN_WORDS[reason]}{way_out}")
    if (answer.speak or anyway) and not answer.suggestions:
        out.print("No suggestion: nothing was found.")
    _print_suggestions(answer.suggestions)
    for asked in answer.questions[1:]:
        out.print(f"\n[bold]{'Also open' if asked.is_open else 'Closed'}[/] (turn {asked.turn + 1})", end="")
        out.print(f" · {asked.text}", markup=False)
        _print_suggestions(asked.suggestions)


def _print_suggestions(suggestions: Sequence["Suggestion"]) -> None:
    from webapp.commands.console import out, print_result

    for number, suggestion in enumerate(suggestions, 1):
        print_result(number, suggestion.result)
        because = "; ".join(f"“{reason.words}” (turn {reason.turn + 1})" for reason in suggestion.because)
        out.print(f"     because of {because}" if because else "", style="dim", markup=False)


def _read_turns(file: TextIO, swap: bool) -> list["Turn"]:
    """The turns in a file. Raises InvalidInputError for what is no text, and for JSON that holds no conversation."""
    from kb.assist.transcript import read_transcript, swap_roles
    from kb.assist.turns import parse_turns
    from kb.core.errors import InvalidInputError

    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"{file.name} is not UTF-8 text.", remedy="Save it as UTF-8.") from error
    transcript = read_transcript(text, swapped=swap)
    if transcript.dialect != "text" or not text.lstrip().startswith(("[", "{")):
        return transcript.turns
    try:
        turns = parse_turns(json_module.loads(text))
    except json_module.JSONDecodeError as error:
        raise InvalidInputError(
            f"{file.name}:{error.lineno}: not JSON ({error.msg}).",
            remedy='Give a list such as [{"role": "customer", "text": "Where is my order?"}].',
        ) from error
    return swap_roles(turns) if swap else turns
