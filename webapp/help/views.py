"""The help centre: its pages are in the modules beside this one."""

from webapp.help import (
    articles,
    asking,
    cards,
    contact,
    feeds,
    gap_news,
    home,
    lost,
    own_requests,
    pages,
    results,
    right_addresses,
    site,
    votes,
)
from webapp.help.blueprint import blueprint
from webapp.help.chat import exchange
from webapp.help.chat import pages as chat_pages
from webapp.help.person import call_back, survey, waiting, ways
from webapp.help.pictures import picture
from webapp.help.topics import topic_name
from webapp.shared.article_html import review_is_overdue, reviewed_day, verification_of

__all__ = [
    "articles",
    "asking",
    "blueprint",
    "call_back",
    "cards",
    "chat_pages",
    "contact",
    "exchange",
    "feeds",
    "gap_news",
    "home",
    "lost",
    "own_requests",
    "pages",
    "results",
    "right_addresses",
    "site",
    "survey",
    "votes",
    "waiting",
    "ways",
]

blueprint.add_app_template_global(topic_name)
blueprint.add_app_template_global(reviewed_day)
blueprint.add_app_template_global(verification_of)
blueprint.add_app_template_global(review_is_overdue)
blueprint.add_url_rule("/help/pictures/<name>", "picture", picture)
for helper in (waiting.chat_url, waiting.waiting_of, waiting.wait_of_newcomer):
    blueprint.add_app_template_global(helper)
