"""Programs that read everything. They are welcome, and they are nobody who wanted something."""

import re

from flask import request

_CRAWLER = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|archiver|facebookexternalhit|preview|python-|curl/|wget/|headless", re.IGNORECASE
)


def is_crawler() -> bool:
    """Whether the client says that it is a program."""
    return _CRAWLER.search(request.user_agent.string) is not None
