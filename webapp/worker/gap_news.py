"""The job that tells people who wanted to hear of it that their question has an answer now."""

from typing import Any
from urllib.parse import quote

from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.gap_news import News, NewsWords, send_due_news
from webapp.shared.news_links import sign_key
from webapp.shared.security import load_secret_key
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

GAP_NEWS = "gap_news"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    settings = tools.settings
    found = send_due_news(
        tools.engine,
        ways_out(settings),
        lambda news: news_words(settings, news),
        checkpoint=lambda: context.progress(0, 0),
    )
    return dict(found) or None


def news_words(settings: Settings, news: News) -> NewsWords:
    """In the language of the page on which the address was left."""
    tag, catalogue = catalogue_for(news.language, settings)
    _ = catalogue.gettext
    site = f"{settings.public_url}/help"
    if news.article is None:
        answer = f"{site}/{tag}/search?q={quote(news.question)}"
    else:
        answer = f"{news.title}\n{site}/{news.article[0]}/articles/{quote(news.article[1])}"
    leave = f"{site}/{tag}/news/{sign_key(news.address_key, load_secret_key(settings))}"
    told = _("You asked %(site)s: “%(question)s”. We had no answer then. Now there is one:")
    end = _(
        "You wanted to hear of it. Your address for this is deleted with this mail. No news of other questions either:"
    )
    told = told % {"site": settings.site_name, "question": news.question}
    return NewsWords(_("There is an answer to your question"), f"{told}\n\n{answer}\n\n{end} {leave}", leave)
