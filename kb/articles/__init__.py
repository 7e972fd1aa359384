"""Articles: Markdown in and out, HTML, the store with its revisions, and folders kept in step."""

from kb.articles.rendering import Heading, RenderedArticle, linked_slugs, plain_text, render_markdown
from kb.articles.source import ArticleSource, make_source, parse_article, write_article
from kb.articles.text import ArticleError, slugify

__all__ = [
    "ArticleError",
    "ArticleSource",
    "Heading",
    "RenderedArticle",
    "linked_slugs",
    "make_source",
    "parse_article",
    "plain_text",
    "render_markdown",
    "slugify",
    "write_article",
]
