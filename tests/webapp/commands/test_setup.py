import stat
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from statements import recorded_statements

from kb.accounts.people import authenticate
from kb.articles import parse_article, save_article
from kb.articles.reports import list_reports
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import Settings
from kb.service.conversations import open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.sample import remove_sample
from kb.tables import Article, Channel, Conversation, DailyCount, Macro, Role, SearchEvent, Ticket, User
from webapp.commands.setup import (
    add_demo_people,
    add_sample_content,
    add_sample_conversations,
    add_sample_flows,
    add_sample_history,
    add_sample_macros,
    make_database,
    update_index,
)
from webapp.shared.sample_shop import SAMPLE_ARTICLES, SAMPLE_FLOWS


@pytest.fixture
def fresh(tmp_path: Path) -> Settings:
    settings = Settings(home_text=str(tmp_path), model="hash")
    make_database(create_database_engine(settings))
    return settings


def counts(settings: Settings) -> dict[str, int]:
    with session_scope(create_database_engine(settings)) as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Article, Ticket, User)
        }


@pytest.mark.slow
def test_sample_shop_is_put_in_once_and_can_be_searched(fresh: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    engine = create_database_engine(fresh)
    assert add_sample_content(fresh, engine)
    update_index(fresh, engine)
    first = counts(fresh)
    assert first["articles"] == 102
    assert first["tickets"] >= 195
    assert capsys.readouterr().err == ""
    assert not add_sample_content(fresh, engine)
    assert counts(fresh) == first
    with session_scope(engine) as session:
        assert [report.place for report in list_reports(session)] == [str(SAMPLE_ARTICLES)]


def test_sample_is_left_out_where_there_is_other_content(fresh: Settings) -> None:
    engine = create_database_engine(fresh)
    with session_scope(engine) as session:
        save_article(session, parse_article("# Our own\n\nText.\n", "own.md"), author="us")
    assert not add_sample_content(fresh, engine)
    assert counts(fresh)["articles"] == 1


def test_demo_people_have_random_passwords_that_only_their_owner_can_read(fresh: Settings, tmp_path: Path) -> None:
    engine = create_database_engine(fresh)
    add_demo_people(fresh, engine)
    path = fresh.home / "demo-logins.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [line.split() for line in path.read_text().splitlines()]
    with session_scope(engine) as session:
        for role, email, password in lines:
            assert authenticate(session, email, password).role == role
        assert len({password for _, _, password in lines}) == 4
        assert all("argon2id" in user.password_hash for user in session.scalars(select(User)))


def test_demo_people_are_not_made_beside_real_ones(fresh: Settings, session: Session) -> None:
    from kb.accounts.people import create_user

    engine = create_database_engine(fresh)
    with session_scope(engine) as own:
        create_user(own, "boss@example.com", Role.ADMIN, "a good password")
    add_demo_people(fresh, engine)
    assert counts(fresh)["users"] == 1
    assert not (fresh.home / "demo-logins.txt").exists()


@pytest.fixture
def shop(fresh: Settings) -> Settings:
    """As after the sample articles came in, with the demo people."""
    (fresh.home / "sample-content").write_text("some", encoding="ascii")
    add_demo_people(fresh, create_database_engine(fresh))
    return fresh


def count_conversations(settings: Settings) -> int:
    with session_scope(create_database_engine(settings)) as session:
        return session.scalar(select(func.count()).select_from(Conversation)) or 0


def test_second_demo_rep_comes_to_an_installation_that_has_the_first_three(fresh: Settings) -> None:
    engine = create_database_engine(fresh)
    add_demo_people(fresh, engine)
    path = fresh.home / "demo-logins.txt"
    lines = path.read_text().splitlines()
    with session_scope(engine) as session:
        session.delete(session.scalars(select(User).where(User.email == "sumana@jhilmil.example")).one())
    path.write_text("".join(f"{line}\n" for line in lines if "sumana" not in line))
    add_demo_people(fresh, engine)
    assert counts(fresh)["users"] == 4
    now = path.read_text().splitlines()
    assert {line.split()[1] for line in now} == {line.split()[1] for line in lines}
    assert [line for line in lines if "sumana" not in line] == now[:3]


def test_sample_conversations_come_once_quickly_and_never_again(shop: Settings) -> None:
    engine = create_database_engine(shop)
    with recorded_statements(engine) as statements:
        stored = add_sample_conversations(shop, engine)
    assert stored >= 60
    # A setup is not to become slower by more than a second: statements are what takes it.
    assert len(statements) < 25 * stored
    before = count_conversations(shop)
    assert add_sample_conversations(shop, engine) == 0
    assert count_conversations(shop) == before
    with session_scope(engine) as session:
        remove_sample(session)
    assert add_sample_conversations(shop, engine) == 0
    assert count_conversations(shop) == 0


def test_sample_macros_and_flows_come_once_and_stay_as_people_leave_them(shop: Settings) -> None:
    engine = create_database_engine(shop)
    assert add_sample_macros(shop, engine) == 36
    with session_scope(engine) as session:
        session.execute(delete(Macro))
    assert add_sample_macros(shop, engine) == 0
    assert add_sample_flows(shop) == len(list(SAMPLE_FLOWS.glob("*.yaml")))
    (shop.flows_dir / "warranty.yaml").unlink()
    assert add_sample_flows(shop) == 0
    assert not (shop.flows_dir / "warranty.yaml").exists()


def test_sample_macros_stay_away_from_other_articles_and_from_own_ones(fresh: Settings) -> None:
    engine = create_database_engine(fresh)
    assert add_sample_macros(fresh, engine) == 0
    assert add_sample_flows(fresh) == 0
    (fresh.home / "sample-content").write_text("some", encoding="ascii")
    with session_scope(engine) as session:
        session.add(Macro(name="Ours", language="en", text="Hello"))
    assert add_sample_macros(fresh, engine) == 0


def test_sample_conversations_stay_away_from_real_people(shop: Settings) -> None:
    from kb.accounts.people import create_user

    engine = create_database_engine(shop)
    with session_scope(engine) as session:
        create_user(session, "boss@example.com", Role.ADMIN, "a good password")
    assert add_sample_conversations(shop, engine) == 0


def test_sample_conversations_stay_away_from_real_customers(shop: Settings) -> None:
    engine = create_database_engine(shop)
    with session_scope(engine) as session:
        customer = recognise_customer(session, GivenCustomer(name="Real"), region="IN").customer
        open_conversation(session, customer, Channel.CHAT, origin="api", external_id="1")
    assert add_sample_conversations(shop, engine) == 0
    assert count_conversations(shop) == 1


def test_sample_conversations_stay_away_from_other_articles(fresh: Settings) -> None:
    engine = create_database_engine(fresh)
    add_demo_people(fresh, engine)
    assert add_sample_conversations(fresh, engine) == 0


def test_database_is_made_once(fresh: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    make_database(create_database_engine(fresh))
    assert capsys.readouterr().out == ""


def test_invented_figures_come_once_and_not_where_somebody_has_searched(fresh: Settings) -> None:
    engine = create_database_engine(fresh)
    assert add_sample_history(fresh, engine) == 0  # no sample shop
    (fresh.home / "sample-content").write_text("x")
    assert add_sample_history(fresh, engine) > 1000
    assert add_sample_history(fresh, engine) == 0
    with session_scope(engine) as session:
        session.execute(delete(DailyCount))
        event = {"public_id": "a", "place": "help", "audience": "customer", "query": "lamp", "language": "en"}
        session.add(SearchEvent(**event, outcome="none", confidence=0.1))
    (fresh.home / "sample-history").unlink()
    assert add_sample_history(fresh, engine) == 0
