"""Names that dialects have for the same things."""


def names(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


FORMATTING = names(
    "a abbr acronym b bdi bdo big br cite code del dfn em font i img ins kbd mark nobr q rp rt ruby s samp small span "
    "strike strong sub sup time tt u var wbr"
)
BLOCKS = names(
    "address article aside blockquote caption center col colgroup dd details dialog dir div dl dt fieldset figcaption "
    "figure footer h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol optgroup option p picture section source summary "
    "table tbody td tfoot th thead tr ul"
)
ACTIVE = names(
    "applet area audio base basefont body button canvas data datalist embed form frame frameset head html iframe input "
    "label link map math meta meter noembed noframes noscript object output param plaintext pre progress script select slot "
    "style svg template textarea title track video xmp"
)
HTML_TAGS = FORMATTING | BLOCKS | ACTIVE
VOID = names("area base br col embed hr img input link meta param source track wbr")
# Named in running text ("the <title> tag") they are words; a browser would take what follows for their content.
WORDS_IF_BARE = ACTIVE | names(
    "address article aside blockquote caption center col colgroup details dialog dir dl fieldset figcaption figure footer "
    "header legend main menu nav optgroup option picture section source summary table tbody tfoot thead"
)

# The kinds of notes that have their own look, and what other dialects call them.
NOTE_KINDS = {
    "note": "note",
    "tip": "tip",
    "hint": "hint",
    "info": "info",
    "important": "important",
    "warning": "warning",
    "caution": "caution",
    "danger": "danger",
    "attention": "attention",
    "error": "error",
    "success": "success",
    "question": "question",
    "example": "example",
    "warn": "warning",
    "alert": "warning",
    "critical": "danger",
    "bug": "danger",
    "failure": "danger",
    "fail": "danger",
    "missing": "danger",
    "check": "success",
    "done": "success",
    "primary": "note",
    "secondary": "note",
    "default": "note",
    "notice": "note",
    "callout": "note",
    "admonition": "note",
    "aside": "note",
    "abstract": "info",
    "summary": "info",
    "tldr": "info",
    "seealso": "info",
    "todo": "info",
    "information": "info",
    "help": "question",
    "faq": "question",
    "quote": "note",
    "cite": "note",
    "green": "success",
    "blue": "info",
    "yellow": "warning",
    "orange": "warning",
    "red": "danger",
    "danger-zone": "danger",
    "pageinfo": "info",
}
DETAILS = names(
    "details accordion expandable expand collapse collapsible collapsed disclosure spoiler faqitem accordionitem toggle"
)
PARTS = names("tab tabitem tabs-item step card linkcard paramfield responsefield field column col item caption codetab")
NOTE_WRAPPERS = names("admonition callout notice alert hint aside callouts message banner admon")


def note_kind(name: str) -> str:
    """The look of a note that some dialect calls `name`; "note" for a name of the author's own."""
    return NOTE_KINDS.get(name.lower().removeprefix("callout-"), "note")


def is_note(name: str) -> bool:
    return name.lower().removeprefix("callout-") in NOTE_KINDS
