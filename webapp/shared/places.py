"""The places of the people who have logged in: desk, studio and administration, in the order in which the menu shows them."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user

from kb.tables import Role

# The page of the studio that says what each of its places is for; it is none of them.
OVERVIEW = "studio.overview"


@dataclass(frozen=True)
class Spot:
    """One place as it is known before anybody asks. purpose: what one comes for, in a sentence."""

    name: str
    endpoint: str
    purpose: str = ""

    @property
    def blueprint(self) -> str:
        return self.endpoint.rpartition(".")[0]


@dataclass(frozen=True)
class Group:
    name: str
    spots: tuple[Spot, ...]


STUDIO = (
    Group(
        lazy_gettext("What to improve"),
        (
            Spot(
                lazy_gettext("Gaps"),
                "studio.gaps",
                lazy_gettext("Questions that found no answer, grouped, and filling them"),
            ),
            Spot(
                lazy_gettext("Flags"),
                "studio_flags.flags",
                lazy_gettext("Articles with falling figures, broken links or contradictions"),
            ),
            Spot(
                lazy_gettext("What reps change"),
                "studio_edits.edits",
                lazy_gettext("Sentences that reps rewrite before they send them"),
            ),
            Spot(
                lazy_gettext("Reader feedback"),
                "studio_feedback.reasons",
                lazy_gettext("Why readers said that an article did not help"),
            ),
            Spot(
                lazy_gettext("Voice of the customer"),
                "studio_voice.themes",
                lazy_gettext("Complaints and wishes by theme, with an owner and an answer"),
            ),
        ),
    ),
    Group(
        lazy_gettext("Writing"),
        (
            Spot(
                lazy_gettext("Articles"),
                "studio_articles.articles",
                lazy_gettext("All articles: write, change, publish, archive"),
            ),
            Spot(
                lazy_gettext("Waiting to be read"),
                "studio_articles.reviews",
                lazy_gettext("Texts that wait for a colleague to read and approve them"),
            ),
            Spot(
                lazy_gettext("Drafts"),
                "studio_drafts.drafts",
                lazy_gettext("What reps made of conversations that they solved"),
            ),
            Spot(
                lazy_gettext("Flows"),
                "studio_flows.flows",
                lazy_gettext("Questions step by step that lead to one answer"),
            ),
            Spot(
                lazy_gettext("Translations"),
                "studio_translations.by_language",
                lazy_gettext("What is missing or behind in each language"),
            ),
            Spot(
                lazy_gettext("What came in"),
                "studio_content.reports",
                lazy_gettext("Imports of articles, and what could not be shown"),
            ),
        ),
    ),
    Group(
        lazy_gettext("Searching"),
        (
            Spot(
                lazy_gettext("What search and pages use"),
                "studio_search.overview",
                lazy_gettext("Synonyms, pinned answers, topics, featured articles"),
            ),
            Spot(
                lazy_gettext("Search clinic"),
                "studio_search.clinic",
                lazy_gettext("Why a result is first, and trying a change before it is saved"),
            ),
            Spot(
                lazy_gettext("Wordings"),
                "studio_wordings.wordings",
                lazy_gettext("Questions of customers that help articles to be found"),
            ),
            Spot(
                lazy_gettext("How sure"),
                "studio_confidence.confidence",
                lazy_gettext("How often searches that were sure were right"),
            ),
        ),
    ),
    Group(
        lazy_gettext("Help centre and service"),
        (
            Spot(
                lazy_gettext("Notices"),
                "studio_notices.notices",
                lazy_gettext("What everybody should know just now, such as an outage"),
            ),
            Spot(lazy_gettext("Widget"), "studio_widget.widget", lazy_gettext("The help on your own site")),
            Spot(
                lazy_gettext("Hours and waits"),
                "studio_service.service",
                lazy_gettext("When somebody is there, and how long customers wait"),
            ),
            Spot(
                lazy_gettext("Rules of escalation"),
                "studio_escalation.rules",
                lazy_gettext("When a conversation goes to somebody who decides"),
            ),
            Spot(
                lazy_gettext("Safety"),
                "studio_safety.rules",
                lazy_gettext("Words of danger, the warning and the number to call"),
            ),
        ),
    ),
    Group(
        lazy_gettext("Team and numbers"),
        (
            Spot(
                lazy_gettext("Training"),
                "studio_training.training",
                lazy_gettext("Practice of the reps: cases, paths, progress"),
            ),
            Spot(
                lazy_gettext("Announcements"),
                "studio_training.news",
                lazy_gettext("New and changed articles, and who has read them"),
            ),
            Spot(
                lazy_gettext("Numbers"),
                "studio_numbers.numbers",
                lazy_gettext("Searches, outcomes, waits and satisfaction over time"),
            ),
            Spot(
                lazy_gettext("The five wishes of customers"),
                "studio_numbers.wishes",
                lazy_gettext("How far the service is what customers wish for"),
            ),
            Spot(
                lazy_gettext("Self-service"),
                "studio_self_service.figures",
                lazy_gettext("Who was helped without a person, said or assumed"),
            ),
        ),
    ),
)
ADMIN = (
    Group(
        lazy_gettext("Administration"),
        (
            Spot(lazy_gettext("People"), "admin.people"),
            Spot(lazy_gettext("Jobs"), "admin_jobs.jobs"),
            Spot(lazy_gettext("Personal data"), "admin_privacy.overview"),
            Spot(lazy_gettext("Audit trail"), "admin_audit.events"),
            Spot(lazy_gettext("Imports"), "admin_jobs.imports"),
        ),
    ),
)


@dataclass(frozen=True)
class Place:
    name: str
    url: str
    current: bool
    purpose: str = ""
    is_inbox: bool = False  # shows how many wait
    unread: int = 0


@dataclass(frozen=True)
class PlaceGroup:
    name: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Menu:
    """Opens under its name. overview_url: of the page that says what each place is for, "" where there is none."""

    name: str
    groups: tuple[PlaceGroup, ...]
    current: bool
    overview_url: str = ""


def desk_places() -> list[Place]:
    places = [
        Place(_("Inbox"), url_for("desk_inbox.inbox"), request.blueprint == "desk_inbox", is_inbox=True),
        Place(_("Desk"), url_for("desk.home"), request.endpoint in {"desk.home", "desk.article", "desk.ticket"}),
        Place(_("Conversation"), url_for("desk.conversation"), request.endpoint == "desk.conversation"),
    ]
    for name, endpoint in (
        (_("Customers"), "desk_customers.find"),
        (_("Macros"), "desk_macros.macros"),
        (_("Practice"), "desk_practice.practice"),
    ):
        places.append(Place(name, url_for(endpoint), request.blueprint == endpoint.rpartition(".")[0]))
    is_news = request.blueprint == "desk_news"
    return [*places, Place(_("News"), url_for("desk_news.news"), is_news, unread=current_user.unread)]


def menus() -> list[Menu]:
    """Those of the studio and of the administration, for whoever may go there."""
    found = []
    if current_user.allows(Role.TRAINER.value):
        found.append(
            Menu(_("Studio"), studio_groups(), (request.blueprint or "").startswith("studio"), url_for(OVERVIEW))
        )
    if current_user.allows(Role.ADMIN.value):
        found.append(Menu(_("Admin"), _groups(ADMIN), (request.blueprint or "").startswith("admin")))
    return found


def studio_groups() -> tuple[PlaceGroup, ...]:
    return _groups(STUDIO)


def nearby(shown: Iterable[Menu]) -> PlaceGroup | None:
    """The group of the place that this page belongs to. shown: as of `menus`."""
    found = (group for menu in shown if menu.current for group in menu.groups)
    return next((group for group in found if any(place.current for place in group.places)), None)


def _groups(groups: tuple[Group, ...]) -> tuple[PlaceGroup, ...]:
    here = current_spot(groups, request.endpoint or "")
    return tuple(
        PlaceGroup(
            str(group.name),
            tuple(
                Place(str(spot.name), url_for(spot.endpoint), spot is here, str(spot.purpose)) for spot in group.spots
            ),
        )
        for group in groups
    )


def current_spot(groups: tuple[Group, ...], endpoint: str) -> Spot | None:
    """The place itself, else the first one of its blueprint: a page of one article belongs to the articles."""
    spots = [spot for group in groups for spot in group.spots if endpoint != OVERVIEW]
    blueprint = endpoint.rpartition(".")[0]
    return next(
        (spot for spot in spots if spot.endpoint == endpoint),
        next((spot for spot in spots if spot.blueprint == blueprint), None),
    )
