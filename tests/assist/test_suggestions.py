"""Assist from outside: real database, real index, tiny encoder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from content_factory import add_article
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.runtime import SearchRuntime
from kb.assist.suggestions import AssistAnswer, assist
from kb.assist.turns import Role, Turn
from kb.core.settings import Settings
from kb.search.types import Audience
from webapp.commands import kb

Ask = Callable[..., AssistAnswer]
QUESTIONS = {"breakfast": "Is breakfast free?", "pets": "Are pets allowed?", "parking": "Is there parking for guests?"}


@pytest.fixture
def runtime(settings: Settings, engine: Engine, session: Session) -> SearchRuntime:
    for name in ("Hobsons House", "Lensfield Hotel", "Ashley Lodge"):
        for key, question in QUESTIONS.items():
            add_article(
                session,
                f"{name}: {question}",
                f"An answer about {key}.",
                slug=f"{name}-{key}".lower().replace(" ", "-"),
            )
    add_article(
        session, "Lensfield Hotel: staff notes", "Rooms for guests who complain.", slug="notes", audience="internal"
    )
    opened = SearchRuntime.open(settings, engine)
    opened.update()
    return opened


@pytest.fixture
def ask(runtime: SearchRuntime, session: Session) -> Ask:
    def run(*texts: str, audience: Audience = Audience.REP, **options: object) -> AssistAnswer:
        roles = [Role.CUSTOMER, Role.AGENT]
        turns = [Turn(roles[(len(texts) - 1 - number) % 2], text) for number, text in enumerate(texts)]
        searcher = runtime.searcher(audience)
        return assist(session, turns, searcher, runtime.encoder, reader_language="en", **options)  # type: ignore[arg-type]

    return run


EARLIER = ("I booked the Lensfield Hotel", "Great.", "for Friday", "Noted.", "two people", "Thanks.")


def test_answer_is_of_the_hotel_named_six_turns_ago(ask: Ask) -> None:
    answer = ask(*EARLIER, "are pets allowed?")
    assert answer.speak
    assert answer.suggestions[0].result.title == "Lensfield Hotel: Are pets allowed?"


@pytest.mark.parametrize("before", [(), ("hello", "Welcome! Are you looking for parking for guests?")])
def test_question_that_carries_nothing_over_gets_what_a_search_gives(
    ask: Ask, runtime: SearchRuntime, session: Session, before: tuple[str, ...]
) -> None:
    searched = runtime.searcher(Audience.REP).search(session, "are pets allowed?", reader_language="en", limit=5)
    answer = ask(*before, "are pets allowed?")
    # Of each collection: the search shows first what can be sent.
    for audience in ("public", "internal", "tickets"):
        suggested, found = (
            [(result.id, result.snippet) for result in results if result.audience == audience]
            for results in ([s.result for s in answer.suggestions], searched.results)
        )
        shorter = min(len(suggested), len(found))
        assert suggested[:shorter] == found[:shorter]
    assert answer.suggestions[0].result.id == searched.results[0].id


def test_name_counts_only_when_it_was_said_with_a_slip_or_right(ask: Ask) -> None:
    for heard in ("Ashley Lodge", "Ashly Lodge", "Aslhey Lodge"):
        assert ask(f"I stay at the {heard}", "Yes?", "are pets allowed?").question == "Ashley Lodge: are pets allowed?"
    for other in ("Aschlei Lodge", "Bshley Lotge"):
        assert ask(f"I stay at the {other}", "Yes?", "are pets allowed?").question == "are pets allowed?"


def test_each_suggestion_says_which_words_led_to_it(ask: Ask) -> None:
    best = ask(*EARLIER, "are pets allowed?").suggestions[0]
    assert [(reason.words, reason.turn) for reason in best.because] == [("Lensfield Hotel", 0), ("pets allowed", 6)]


def test_things_that_are_compared_come_one_of_each_first(ask: Ask) -> None:
    answer = ask("A quiet place", "There are Hobsons House and Ashley Lodge", "which of them has parking for guests?")
    assert {suggestion.result.title.split(":")[0] for suggestion in answer.suggestions[:2]} == {
        "Hobsons House",
        "Ashley Lodge",
    }


@pytest.mark.parametrize("text", ["thanks", "ok", "ঠিক আছে", "हाँ जी", "yes please"])
def test_silence_after_small_talk(ask: Ask, text: str) -> None:
    answer = ask(*EARLIER, text)
    assert not answer.speak
    assert answer.suggestions == ()


def test_rep_who_asks_anyway_gets_suggestions(ask: Ask) -> None:
    assert ask(*EARLIER, "ok", even_without_query=True).suggestions


def test_customers_searcher_gives_no_internal_article(ask: Ask) -> None:
    internal = [
        s for s in ask(*EARLIER, "do guests complain?", limit=50).suggestions if s.result.audience == "internal"
    ]
    assert internal
    public = ask(*EARLIER, "do guests complain?", limit=50, audience=Audience.CUSTOMER).suggestions
    assert {suggestion.result.audience for suggestion in public} == {"public"}


def test_name_of_a_new_article_is_known_at_once(ask: Ask, runtime: SearchRuntime, session: Session) -> None:
    assert not ask("Is the Zanzibar open?", "Yes.", "are pets allowed?").question.startswith("Zanzibar")
    add_article(session, "Zanzibar: Are pets allowed?", "Only cats.", slug="zanzibar")
    runtime.update()
    answer = ask("Is the Zanzibar open?", "Yes.", "are pets allowed?")
    assert answer.question == "Zanzibar: are pets allowed?"


def test_conversation_without_the_customer_is_silent(runtime: SearchRuntime, session: Session) -> None:
    searcher = runtime.searcher(Audience.REP)
    for turns in ([], [Turn(Role.AGENT, "Is parking free?")], [Turn(Role.CUSTOMER, "🙂 …")]):
        assert not assist(session, turns, searcher, runtime.encoder, reader_language="en").speak


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_any_words_give_an_answer_and_never_an_exception(ask: Ask, texts: list[str]) -> None:
    answer = ask(*texts, even_without_query=True)
    assert 0.0 <= answer.speak_probability <= 1.0
    assert json.loads(json.dumps(answer.to_json()))["speak"] == answer.speak


def test_empty_collections_give_no_suggestions(settings: Settings, engine: Engine, session: Session) -> None:
    runtime = SearchRuntime.open(settings, engine)
    turns = [Turn(Role.CUSTOMER, "where is my order?")]
    answer = assist(session, turns, runtime.searcher(Audience.REP), runtime.encoder, reader_language="en")
    assert answer.speak
    assert answer.suggestions == ()


@pytest.fixture
def command(settings: Settings, runtime: SearchRuntime, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("KB_HOME", settings.home_text)
    monkeypatch.setenv("KB_MODEL", "hash")
    monkeypatch.setenv("KB_DATABASE", settings.database_url)
    return CliRunner()


def test_command_prints_the_json_that_other_programs_read(command: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps([{"role": "user", "text": "Does Ashley Lodge allow pets?"}]), encoding="utf-8")
    answer = json.loads(command.invoke(kb, ["assist", str(file), "--json"], catch_exceptions=False).stdout)
    assert set(answer) >= {"speak", "speak_probability", "question", "results"}
    assert answer["results"][0]["title"] == "Ashley Lodge: Are pets allowed?"
    assert {"words": "Ashley Lodge", "turn": 0} in answer["results"][0]["because"]


def test_command_reads_standard_input_and_names_the_line_that_is_no_json(command: CliRunner) -> None:
    told = command.invoke(kb, ["assist", "-"], input='[\n{"role": "user",}]')
    assert told.exit_code != 0
    assert "2: not JSON" in str(told.exception)


WHATSAPP = (
    "[12/03/24, 10:15:22] Ashley Lodge Desk: Hello, how can I help you?\n"
    "[12/03/24, 10:16:02] +91 98300 12345: Does Ashley Lodge allow pets?\n"
)


def test_command_reads_a_chat_as_it_was_exported_and_swaps_roles_on_request(command: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "chat.txt"
    file.write_text(WHATSAPP, encoding="utf-8")
    answer = json.loads(command.invoke(kb, ["assist", str(file), "--json"], catch_exceptions=False).stdout)
    assert answer["question"] == "Does Ashley Lodge allow pets?"
    assert answer["results"][0]["title"] == "Ashley Lodge: Are pets allowed?"
    swapped = command.invoke(kb, ["assist", "-", "--swap", "--json"], input=WHATSAPP, catch_exceptions=False)
    assert json.loads(swapped.stdout)["question"].endswith("Hello, how can I help you?")


def test_command_says_why_it_is_silent_and_what_to_type_for_suggestions(
    run_kb: Callable[..., tuple[int, str, str]], runtime: SearchRuntime, tmp_path: Path
) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps([{"role": "user", "text": "Thanks for Ashley Lodge!"}]), encoding="utf-8")
    status, silent, _ = run_kb("assist", file)
    assert status == 0
    assert silent.startswith("Better silent (")
    assert silent.endswith("Nothing to look up: the customer says thanks. For suggestions all the same add --anyway.\n")
    assert silent.count("\n") == 1
    first, *rest = run_kb("assist", file, "--anyway")[1].splitlines()
    assert first.endswith("Nothing to look up: the customer says thanks.")
    assert "Ashley Lodge" in rest[0]
    assert "--anyway" in run_kb("assist", "--help")[1]


def test_command_offers_no_way_out_where_nobody_has_said_anything(
    run_kb: Callable[..., tuple[int, str, str]], runtime: SearchRuntime, tmp_path: Path
) -> None:
    file = tmp_path / "talk.json"
    file.write_text(json.dumps([{"role": "agent", "text": "Hello?"}]), encoding="utf-8")
    assert (
        run_kb("assist", file)[1] == "Better silent (0%). Nothing to look up: the customer has not said anything yet.\n"
    )
