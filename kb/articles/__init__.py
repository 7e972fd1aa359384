"""Articles: Markdown in and out, HTML, the store with its revisions, and folders kept in step."""

from kb.articles.queries import (
    ArticleCard,
    TopicSummary,
    get_published_article,
    is_public,
    list_articles,
    list_public_addresses,
    list_topic_articles,
    list_topics,
    public_link,
    published_translations,
    related_articles,
)
from kb.articles.rendering import Heading, RenderedArticle, linked_slugs, plain_text, render_markdown
from kb.articles.source import ArticleSource, make_source, parse_article, write_article
from kb.articles.store import (
    archive_article,
    find_article,
    get_article,
    get_revision,
    list_revisions,
    restore_revision,
    save_article,
    source_of_article,
    source_of_revision,
)
from kb.articles.sync import sync_folder
from kb.articles.sync_report import SyncReport
from kb.articles.text import ArticleError, slugify

__all__ = [
    "ArticleCard",
    "ArticleError",
    "ArticleSource",
    "Heading",
    "RenderedArticle",
    "SyncReport",
    "TopicSummary",
    "archive_article",
    "find_article",
    "get_article",
    "get_published_article",
    "get_revision",
    "is_public",
    "linked_slugs",
    "list_articles",
    "list_public_addresses",
    "list_revisions",
    "list_topic_articles",
    "list_topics",
    "make_source",
    "parse_article",
    "plain_text",
    "public_link",
    "published_translations",
    "related_articles",
    "render_markdown",
    "restore_revision",
    "save_article",
    "slugify",
    "source_of_article",
    "source_of_revision",
    "sync_folder",
    "write_article",
]
