"""The help centre: its pages are in the modules beside this one."""

from webapp.help import (
    articles,
    asking,
    cards,
    contact,
    feeds,
    home,
    lost,
    own_requests,
    pages,
    results,
    right_addresses,
    site,
)
from webapp.help.blueprint import blueprint
from webapp.help.pictures import picture
from webapp.help.topics import topic_name

__all__ = [
    "articles",
    "asking",
    "blueprint",
    "cards",
    "contact",
    "feeds",
    "home",
    "lost",
    "own_requests",
    "pages",
    "results",
    "right_addresses",
    "site",
]

blueprint.add_app_template_global(topic_name)
blueprint.add_url_rule("/help/pictures/<name>", "picture", picture)
