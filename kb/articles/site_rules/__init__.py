"""What the files of a generator's site say of its pages beside their own front matter: which of them are not public."""

from kb.articles.site_rules.reading import SiteRules, read_site_rules

__all__ = ["SiteRules", "read_site_rules"]
