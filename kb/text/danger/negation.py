""" "No smoke", "not swollen", "dhua nahi nikal raha", ধোঁয়া বের হচ্ছে না: what is said not to be."""

from kb.text.danger.places import Span
from kb.text.terms import normalise

_ENGLISH_WORDS = (
    "no not isnt wasnt arent dont doesnt didnt never without neither nor hasnt havent hadnt none nothing aint zero"
)
# Between an English "no" and what it denies.
_ENGLISH_BETWEEN_WORDS = (
    "a an any the sign signs of really yet been being be got get gets getting have has had actually even ever seen see feel "
    "give gave giving given kind sort at all visible such is are on more"
)
_INDIC_WORDS = "nahi nahin nhi nai nahee na nei mat naa नहीं नही ना न मत না নেই নাই নি"
# Between what is denied and a Hindi or Bengali "no": the verb and its like, never a finished sentence ("hai").
_INDIC_BETWEEN_WORDS = (
    "ho hua hui hue ra raha rahi rahe rha rhi nikal nikla nikli nikalta nikalti nikalte aa aaya aayi aati aata aate aya ayi ati "
    "ata gaya gayi gya gyi gai lag laga lagi lagta lagti lage to bhi koi kuch sa se bilkul abhi tak hoti hota "
    "हो हुआ हुई हुए रहा रही रहे निकल निकला निकली निकलता निकलती आ आया आई आती आता आते गया गई लग लगा लगी लगता लगती लगे तो भी "
    "कोई कुछ बिल्कुल अभी तक "
    "ber hocche hochhe hoche hoy hoyni beroy berochche berocche beroche asche ase ache lege legeche dhore kono ar kichu dicche "
    "বের হচ্ছে হয় বেরোয় বেরোচ্ছে আসছে আসে আছে লেগে লেগেছে ধরে কোনো কোন আর কিছু উঠছে"
)
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_ENGLISH_BETWEEN = frozenset(_ENGLISH_BETWEEN_WORDS.split())
_INDIC = frozenset(normalise(_INDIC_WORDS).split())
_INDIC_BETWEEN = frozenset(normalise(_INDIC_BETWEEN_WORDS).split())


def is_denied(words: list[str], span: Span) -> bool:
    """Whether the words of a text say that what stands at `span` is not so."""
    before = span.start - 1
    if before >= 0 and words[before] in _INDIC:
        return True
    while before >= 0 and words[before] in _ENGLISH_BETWEEN:
        before -= 1
    if before >= 0 and words[before] in _ENGLISH:
        return True
    after = span.end
    while after < len(words) and words[after] in _INDIC_BETWEEN:
        after += 1
    return after < len(words) and words[after] in _INDIC
