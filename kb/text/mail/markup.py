"""HTML of mails to the lines that their reader sees; quotations as lines that begin with `>`, as mail programs write them."""

import re

from selectolax.lexbor import LexborHTMLParser

from kb.text.html import html_to_text
from kb.text.html_nodes import is_too_deep

_TAGS_TEXT = """
a abbr acronym address area article aside audio b base bdi bdo big blockquote body br button canvas caption center cite code col
colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset
h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main map mark menu meta meter nav nobr
noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script section select small source span
strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr
"""
_NAMES = "|".join(sorted(_TAGS_TEXT.split()))
# `<asha@mail.example>`, `<token>`: text, in mails that are half plain. Office programs' own tags (<o:p>) are none.
_NO_TAG = re.compile(rf"<(?!/?(?:{_NAMES})\b[^@<>]*>|!|/?\w+:\w|\?)(?=/?[^\s<>][^<>]*>)", re.IGNORECASE)
_HAS_BLOCKS = re.compile(r"<(?:p|div|table|ul|ol|li|html|body|h[1-6])\b", re.IGNORECASE)
# What mail programs mark as the signature of the writer.
_SIGNATURES = (
    ".gmail_signature, .moz-signature, .protonmail_signature_block, .tutanota_signature, #Signature, #x_Signature, "
    "#ms-outlook-mobile-signature"
)


def mail_html_to_text(source: str) -> str:
    """Text lines of a mail in HTML, without hidden parts, pictures and marked signatures. The caller bounds its length.

    Never raises.
    """
    source = _NO_TAG.sub("&lt;", source)
    if not _HAS_BLOCKS.search(source):
        # A plain mail with a few tags in it: its lines are lines.
        source = re.sub(r"(?:<br\s?/?>)?\n", "<br>", source, flags=re.IGNORECASE)
        source = re.sub(r"(?:<br>[ \t]*){2,}", "<p>", source)
    if "ignature" in source and not is_too_deep(source):
        tree = LexborHTMLParser(source)
        for node in tree.css(_SIGNATURES):
            node.decompose()
        source = tree.html or ""
    return html_to_text(_without_pictures(source), quote="> ")


def _without_pictures(source: str) -> str:
    """The words beside logos and counting pixels are nobody's."""
    return re.sub(r"<img\b[^<>]{0,5000}>", "", source, flags=re.IGNORECASE)
