"""A shop full of marked secrets, and people who look for them everywhere: nobody, another customer, a rep, a trainer.

Which addresses there are the crawl finds out itself: an administrator walks everything first, and what they find is then asked
for by those who may not have it, beside what they find themselves.
"""

from collections.abc import Callable

import pytest
from databases import Databases, Prepared
from flask import Flask
from flask.testing import FlaskClient
from looking_around import STARTS, Csrf, Looked, look_around, own_pages, send_forms, walk
from people_factory import prepare_people
from planting import ADMINS_ONLY, TRAINERS_ONLY, Planted, kinds_in, plant
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import Role

pytestmark = pytest.mark.sqlite_only(reason="who may see what is decided above the database")

# Addresses of one endpoint that are fetched by each.
EACH = 2


@pytest.fixture
def prepared(databases: Databases, database_kind: str) -> Prepared:
    """The shop, and its index beside it."""

    def fill(settings: Settings, engine: Engine) -> Planted:
        with sessionmaker(engine, expire_on_commit=False)() as session:
            made = plant(session)
        SearchRuntime.open(settings, engine).update()
        return made

    return databases.prepare(database_kind, "secrets", fill, start=prepare_people(databases, database_kind))


def test_secrets_stay_where_they_belong(
    app: Flask, login: Callable[[Role | str], FlaskClient], csrf: Csrf, prepared: Prepared
) -> None:
    admin = Looked("admin", walk(app, login(Role.ADMIN), STARTS, EACH), frozenset({"hooksecret"}))
    known = sorted(admin.crawl.addresses)
    # Those who may see much come first: what is kept of their pages must not be shown to the others.
    own = own_pages(prepared.made, str(app.config["SECRET_KEY"]))
    looked = [
        Looked("trainer", walk(app, login(Role.TRAINER), STARTS, EACH), ADMINS_ONLY),
        Looked("rep", walk(app, login(Role.REP), STARTS, EACH), TRAINERS_ONLY | ADMINS_ONLY),
        Looked("anonymous", walk(app, app.test_client(), STARTS, EACH), None),
        Looked("customer", walk(app, app.test_client(), (*own, *STARTS), EACH), None),
    ]
    for one in looked:
        look_around(one.crawl, known)
    # Forms change what there is; a trainer's could give the secrets away.
    for one in reversed(looked[1:]):
        send_forms(one.crawl, csrf)
    everybody = [admin, *looked]
    assert [leak for one in everybody for leak in one.leaks()] == []
    assert [page for one in everybody for page in one.kept()] == []
    assert [page for one in everybody for page in one.unescaped()] == []
    assert [page for one in everybody for page in one.failures()] == []
    _came_everywhere(app, admin, looked[-1], own)


def _came_everywhere(app: Flask, admin: Looked, customer: Looked, own: tuple[str, ...]) -> None:
    """A crawl that gets nowhere finds nothing either."""
    reached = {admin.crawl.endpoint_of(one.address) for one in admin.crawl.seen}
    assert {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} <= reached
    seen = {kind for one in admin.crawl.seen for kind in kinds_in(one.text)}
    assert seen > {"internal", "ticket", "draft", "talk", "note", "macro", "voice", "audit", "job", "gap", "surname"}
    pages = {one.address: one.status for one in customer.crawl.seen}
    assert [pages[page] for page in own[:4]] == [200] * 4
    assert len(customer.crawl.forms) >= 10
