"""The menu of the people who work here: every place once, found from every page, with the one marked that a page belongs to."""

import re
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from kb.tables import Role
from webapp.shared.access import required_role
from webapp.shared.places import ADMIN, OVERVIEW, STUDIO, current_spot

pytestmark = pytest.mark.sqlite_only(reason="the menu asks nothing of the database")

SPOTS = [spot for group in (*STUDIO, *ADMIN) for spot in group.spots]
Login = Callable[[Role | str], FlaskClient]


def page_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def part(page: str, tag: str) -> str:
    return page[page.index(tag) : page.index("</nav>", page.index(tag))]


def test_every_part_of_studio_and_administration_has_a_place_and_none_has_two(app: Flask) -> None:
    parts = {rule.endpoint.rpartition(".")[0] for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    wanted = {name for name in parts if name.startswith(("studio", "admin"))}
    assert wanted == {spot.blueprint for spot in SPOTS}
    for language in ("en", "hi", "bn"):
        with app.test_request_context(), force_locale(language):
            named = [str(spot.name) for spot in SPOTS] + [str(group.name) for group in (*STUDIO, *ADMIN)]
            assert [name for name, times in Counter(named).items() if times > 1] == []
    assert len({spot.endpoint for spot in SPOTS}) == len(SPOTS)


def test_every_place_of_the_studio_opens_and_says_what_it_is_for(login: Login) -> None:
    trainer = login(Role.TRAINER)
    page = page_of(trainer, "/studio/?lang=en")
    for group in STUDIO:
        for spot in group.spots:
            assert re.search(rf">{re.escape(str(spot.name))}</a><br><span[^>]*>{re.escape(str(spot.purpose))}<", page)
    for address in re.findall(r'<li><a href="(/studio/[^"]*)">', page):
        assert 'aria-current="page"' in part(page_of(trainer, address), 'id="all-places"'), address


@pytest.mark.parametrize(
    ("address", "group", "place"),
    [
        ("/studio/articles/new", "Writing", "Articles"),
        ("/studio/articles/reviews", "Writing", "Waiting to be read"),
        ("/studio/training/cases/", "Team and numbers", "Training"),
        ("/studio/numbers/wishes", "Team and numbers", "The five wishes of customers"),
        ("/admin/imports", "Administration", "Imports"),
    ],
)
def test_a_page_shows_its_place_and_what_stands_beside_it(login: Login, address: str, group: str, place: str) -> None:
    page = page_of(login(Role.ADMIN), address)
    beside = part(page, f'<nav class="nearby" aria-label="{group}"')
    for shown in (beside, part(page, 'id="all-places"')):
        assert re.findall(r'aria-current="page">([^<]*)<', shown) == [place]


def test_nobody_is_shown_a_place_that_is_closed_to_them(app: Flask, login: Login, client: FlaskClient) -> None:
    for role in Role:
        shown = part(page_of(login(role), "/desk/"), 'id="all-places"')
        allowed = {Role.REP: (), Role.TRAINER: (STUDIO,), Role.ADMIN: (STUDIO, ADMIN)}[role]
        addresses = set(re.findall(r'href="(/(?:studio|admin)[^"]*)"', shown))
        with app.test_request_context():
            known = {app.url_for(spot.endpoint) for menu in allowed for group in menu for spot in group.spots}
            assert addresses == (known | {app.url_for(OVERVIEW)} if allowed else set())
    for spot in SPOTS:
        assert required_role(spot.endpoint, spot.blueprint) in (Role.TRAINER, Role.ADMIN)
    assert 'id="all-places"' not in page_of(client, "/help/en/")


def test_the_page_of_all_places_is_none_of_them() -> None:
    assert current_spot(STUDIO, OVERVIEW) is None
    found = current_spot(STUDIO, "studio.gap")
    assert found is not None
    assert found.endpoint == "studio.gaps"
