"""Notices, banners and templates that no list of phrases foresees: told by how many of their words stand together.

A lawyer's notice speaks of recipients, disclosure and liability in one breath; a customer who mentions one of them does not.
"""

import re
from functools import reduce

# Each entry is one idea; the more different ideas in a paragraph, the surer.
_LEGAL = (
    r"\bconfidential|vertraulich|confidentiel|गोपनीय|গোপনীয়|গোপনীয়",
    r"\bprivileged?\b|proprietary|rechtlich geschützt|privilegiad",
    r"(?:intended|unintended|named|original) (?:recipient|addressee)|\baddressees?\b|\brecipients?\b|empfänger|adressat|destinat[aá][ir]|"
    r"प्राप्तकर्ता|প্রাপক",
    r"\b(?:e-?mails?|messages?|communications?|transmissions?|correspondence|attachments?|attached files?)\b|nachricht|anhäng|courriel|"
    r"pièces? jointes?|mensaje|correo|ई-?मेल|ईमेल|संदेश|ই-?মেইল|ইমেইল|বার্তা",
    r"unauthori[sz]ed|strictly prohibited|\bprohibited\b|not permitted|unlawful|unbefugt|untersagt|interdite?|prohibid|निषिद्ध|নিষিদ্ধ",
    r"disclos|disseminat|distribut|\bcopy(?:ing)?\b|weitergabe|weiterleit|diffusion|divulg|প্রকাশ|साझा",
    r"in error|by mistake|irrtümlich|par erreur|por error|गलती से|भूल से|ভুলবশত|ভুল করে",
    r"\bdelete\b|destroy|vernichten|löschen|détruire|elimin|हटा|मिटा|মুছে",
    r"notify|inform(?:ieren)? (?:the|us|den|bitte)|contact the sender|the sender\b|absender|expéditeur|remitente|सूचित|प्रेषक|প্রেরক",
    r"liab(?:le|ility)|responsib|warrant|damages?\b|haftung|responsabil|उत्तरदायी|দায়ী|দায়ী",
    r"virus|malware|malicious|viren\b",
    r"\b(?:views|opinions)\b.{0,40}(?:expressed|sender|author|represent)|do not necessarily|errors (?:or|and) omissions|constitute",
    r"authori[sz]ed and regulated|regulated by|registered (?:office|in|number|company|address)|company (?:no|number|registration)|"
    r"\bcin\b|handelsregister|amtsgericht|geschäftsführer|siège social|domicilio social",
    r"solely|exclusive(?:ly)? (?:use|for)|for the (?:sole |exclusive )?use|केवल|শুধুমাত্র|ausschließlich|exclusiv",
    r"\bdisclaimer\b|legal notice|notice\s?:",
)
_CAUTION = (
    r"\bexternal\b|outside (?:of )?(?:the|our|your|this)|originated|extern[en]?\b|außerhalb|extérieur|fuera de|बाहर|বাইরে|বহিরাগত",
    r"\bcaution|\bwarning\b|\bbe careful|\balert\b|achtung|vorsicht|attention|सावधान|चेतावनी|সতর্ক|সাবধান",
    r"\bsenders?\b|absender|expéditeur|remitente|प्रेषक|প্রেরক",
    r"\blinks?\b|\burls?\b|enlaces?|\bliens?\b|लिंक|লিঙ্ক|লিংক",
    r"attachments?|anhäng|pièces? jointes?|adjuntos|संलग्न|সংযুক্তি",
    r"\bclick|\bopen(?:ing)?\b|klicken|öffnen|cliquez|ouvr|\babra\b|क्लिक|खोल|ক্লিক|খুলবেন",
    r"recogni[sz]e|trust(?:ed|s)?\b|verif(?:y|ied)|legitimate|know the content|is safe|unknown|kennen|connaissez|अनजान|জানা|অচেনা",
    r"organi[sz]ation|company\b|organisation|empresa|संगठन|প্রতিষ্ঠান|संस्था",
    r"impersonat|phishing|spoof|suspicious|\bscam|could be a risk|learn why",
    r"don['’]t often get",
)
_SURVEY = (
    r"\brat(?:e|ing|ings)\b|bewert|évalu|calific|valor|रेटिंग|रेट\b|मूल्यांकन|রেটিং|মূল্যায়ন|মূল্যায়ন",
    r"\bsurvey|questionnaire|umfrage|enquête|sondage|encuesta|सर्वे|সমীক্ষা|সার্ভে",
    r"\bfeedback\b|\bopinion\b|rückmeldung|avis\b|मतामत|प्रतिक्रिया|फ़ीडबैक|फीडबैक|মতামত|ফিডব্যাক",
    r"satisf|zufrieden|happy with|संतुष्ट|সন্তুষ্ট",
    r"recommend|empfehlen|recommand",
    r"(?:your|our|the|this) (?:experience|service|support|interaction|conversation|help|agent|reply|answer)|unser(?:en|e[mn]?)? (?:service|"
    r"support|kundendienst)|notre (?:service|assistance)|हमारी (?:सेवा|मदद)|আমাদের (?:সেবা|পরিষেবা)",
    r"help us|serve you better|improve|let us know how|tell us|love to hear|besser|améliorer|mejorar|सुधार",
    r"(?:take|only|just|spare) (?:a|one|two|\d+) (?:moment|minute|second)|minutes?\b|click|below|tap\b|https?://|fill",
    r"\bstars?\b|⭐|★|☆|😀|😊|🙂|👍|👎|scale of|\bscore\b|smiley",
)
_TEMPLATE = (
    r"(?:ticket|request|case|incident|query|enquiry|complaint|service request|anfrage|demande|solicitud|टिकट|अनुरोध|शिकायत|টিকিট|টিকেট|অনুরোধ|"
    r"অভিযোগ)",
    r"#\s?[\w-]*\d|\b[A-Z]{2,8}-?\d{3,}|\((?:\#?\d{3,})\)|\b(?:no|number|id|ref)\.?\s?:?\s?[\w-]*\d{3,}",
    r"\b(?:received|created|registered|logged|updated|opened|resolved|closed|assigned|added|acknowledged|raised)\b|aktualisiert|eingegangen|erstellt|"
    r"reçue?|créée?|recibid|cread|दर्ज|प्राप्त|मिल गय|बनाया|अपडेट|बंद कर|নথিভুক্ত|গৃহীত|পেয়েছি|পাওয়া|পাওয়া|তৈরি|আপডেট|বন্ধ করা",
    r"\b(?:your|dear customer|we have|has been|was|hello|thank you|thanks)\b|ihre|votre|su\b|आपका|आपकी|प्रिय ग्राहक|আপনার|প্রিয় গ্রাহক|প্রিয় গ্রাহক",
)
_MACHINE = re.compile(
    r"(?:automat(?:ed|ic(?:ally)?)|auto-?generated|(?:system|computer)[- ]generated|स्वचालित|सिस्टम|কম্পিউটার|স্বয়ংক্রিয়|স্বয়ংক্রিয়|সিস্টেম|"
    r"automatisch|automatique|automátic)\S{0,12}.{0,20}(?:message|e-?mail|mail\b|notification|reply|संदेश|मेल|বার্তা|মেইল|nachricht|mensaje|"
    r"courriel)|"
    r"(?:this|the) (?:message|e-?mail|mail|notification)\b.{0,30}(?:automatically|auto-?generated|by (?:a|the|our) system)|"
    r"(?:do not|don['’]t|please do not|kindly do not) (?:reply|respond)",
    re.IGNORECASE,
)
# A writer who speaks of themself or asks.
_SELF_TEXT = (
    r"\b(?:i|my|me|mine|i['’]m|i['’]ve)\b|\?|\bich\b|\bmein|\bje\b|\bmon\b|\bma\b|\bmi\b|मेरा|मेरी|मेरे|मुझे|मैंने|আমার|আমি|আমাকে|"
    r"\bmera\b|\bmeri\b|\bamar\b"
)
_SELF = re.compile(_SELF_TEXT, re.IGNORECASE)
# … or tells that something is not as it should be.
_TELLS = re.compile(
    _SELF_TEXT + r"|\bbut\b|\bwhy\b|\bstill\b|लेकिन|क्यों|কিন্তু|কেন|\baber\b|\bmais\b|\bpero\b", re.IGNORECASE
)


def _compile(ideas: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(idea, re.IGNORECASE) for idea in ideas)


_LEGAL_IDEAS, _CAUTION_IDEAS, _SURVEY_IDEAS, _TEMPLATE_IDEAS = map(_compile, (_LEGAL, _CAUTION, _SURVEY, _TEMPLATE))


def _count(ideas: tuple[re.Pattern[str], ...], text: str) -> int:
    return reduce(lambda count, idea: count + bool(idea.search(text)), ideas, 0)


def is_legal_notice(text: str) -> bool:
    """A paragraph or a line of one; `text` is looked at as it is, so bound its length."""
    count = _count(_LEGAL_IDEAS, text)
    # In a long text ideas meet by chance; whoever writes of themself is no lawyer.
    return count >= 3 + (len(text) > 400) + 2 * bool(_SELF.search(text))


def is_caution(text: str) -> bool:
    return _count(_CAUTION_IDEAS, text) >= (4 if _SELF.search(text) else 3)


def is_caution_line(text: str) -> bool:
    """A line of a warning: two of its ideas are enough, or none of a word."""
    return _count(_CAUTION_IDEAS, text) >= 2 or not re.search(r"[^\W\d_]{3}", text)


def is_survey(text: str) -> bool:
    # A question is what a survey is made of: only somebody who speaks of themself is a writer.
    return _count(_SURVEY_IDEAS, text) >= 3 and not re.search(r"\b(?:i|my|me)\b", text, re.IGNORECASE)


def is_desk_template(text: str) -> bool:
    if len(text) > 160 or _TELLS.search(text):
        return False
    return bool(_MACHINE.search(text)) or _count(_TEMPLATE_IDEAS, text) == len(_TEMPLATE_IDEAS)
