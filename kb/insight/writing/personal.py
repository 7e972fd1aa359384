"""Personal data in a text that customers would read: what redaction would take out, and where it stands."""

from kb.articles.checks import Finding
from kb.privacy.redaction import find_personal_data

LONGEST, MOST = 100_000, 10
# An address of a page is no secret in an article.
_HARMLESS = frozenset({"[link]"})


def personal_data(text: str, *, region: str, field: str = "body") -> list[Finding]:
    """Each place with the kind of what stands there. The shop's own number looks like any other: the writer decides."""
    found = [
        Finding("personal", field, span.start, span.end, {"what": span.placeholder.strip("[]")})
        for span in find_personal_data(text[:LONGEST], region=region)
        if span.placeholder is not None and span.placeholder not in _HARMLESS
    ]
    return found[:MOST]
