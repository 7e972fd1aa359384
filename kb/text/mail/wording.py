"""Notices, banners and templates that no list of phrases foresees: told by how many of their words stand together.

A lawyer's notice speaks of recipients, disclosure and liability in one breath; a customer who mentions one of them does not.
"""

import re

# A line is one idea, by the pieces of text that stand for it (compared in small letters; "_" is where a word begins or ends).
# The more different ideas in a paragraph, the surer.
_LEGAL = """
confidential|vertraulich|confidentiel|गोपनीय|গোপনীয়|গোপনীয়
_privilege|proprietary|rechtlich geschützt|privilegiad
intended recipient|intended addressee|_addressee|_recipient|empfänger|adressat|destinata|destinatá|प्राप्तकर्ता|প্রাপক
_email_|_e-mail_|_mail_|_message_|_communication_|_transmission_|_correspondence_|_attachment|_emails_|_e-mails_|nachricht|anhäng|courriel|pièce jointe|pièces jointes|mensaje|_correo|ई-मेल|ईमेल|संदेश|ই-মেইল|ইমেইল|বার্তা
unauthoriz|unauthoris|prohibited|not permitted|unlawful|unbefugt|untersagt|interdit|prohibid|निषिद्ध|নিষিদ্ধ
disclos|disseminat|distribut|_copying_|_copy_|weitergabe|weiterleit|diffusion|divulg|প্রকাশ
in error|by mistake|irrtümlich|par erreur|por error|गलती से|भूल से|ভুলবশত|ভুল করে
_delete_|destroy|vernichten|löschen|détruire|elimin|हटा|मिटा|মুছে
_notify|inform the|inform us|contact the sender|the sender_|absender|expéditeur|remitente|सूचित|प्रेषक|প্রেরক
liable|liability|responsib|warrant|_damage|haftung|responsabil|उत्तरदायी|দায়ী|দায়ী
_virus|malware|malicious|_viren_
views expressed|opinions expressed|views of the|not necessarily|errors or omissions|errors and omissions|constitute
authorised and regulated|authorized and regulated|regulated by|registered office|registered in|registered number|registered company|registered address|company no|company number|_cin_|handelsregister|amtsgericht|geschäftsführer|siège social|domicilio social
solely|exclusive use|exclusively for|exclusive use|sole use|for the use of|केवल|শুধুমাত্র|ausschließlich|exclusiv
disclaimer|legal notice|legal notice
"""
_CAUTION = """
_external|outside of|outside the|outside our|outside your|outside this|originated|_extern_|_externe|außerhalb|extérieur|fuera de|बाहर|বাইরে|বহিরাগত
_caution|_warning|be careful|_alert|achtung|vorsicht|_attention|सावधान|चेतावनी|সতর্ক|সাবধান
_sender|absender|expéditeur|remitente|प्रेषक|প্রেরক
_link_|_links_|_url_|_urls_|enlace|_lien_|_liens_|लिंक|লিঙ্ক|লিংক
attachment|anhäng|pièce jointe|pièces jointes|adjunto|संलग्न|সংযুক্তি
_click|_open_|_opening_|klicken|öffnen|cliquez|_ouvr|_abra_|क्लिक|खोल|ক্লিক|খুলবেন
recogniz|recognis|_trust|verify|verified|legitimate|know the content|is safe|_unknown|kennen|connaissez|अनजान|জানা|অচেনা
organization|organisation|_company|empresa|संगठन|প্রতিষ্ঠান|संस्था
impersonat|phishing|spoof|suspicious|_scam|be a risk|learn why
don't often get|don’t often get
"""
_SURVEY = """
_rate_|_rating|bewert|évalu|calific|_valor|रेटिंग|_रेट_|मूल्यांकन|রেটিং|মূল্যায়ন|মূল্যায়ন
_survey|questionnaire|umfrage|enquête|sondage|encuesta|सर्वे|সমীক্ষা|সার্ভে
_feedback|_opinion|rückmeldung|_avis_|मतामत|प्रतिक्रिया|फ़ीडबैक|फीडबैक|মতামত|ফিডব্যাক
satisf|zufrieden|happy with|संतुष्ट|সন্তুষ্ট
recommend|empfehlen|recommand
your experience|our service|our support|the support|the service|your support|this support|this conversation|your conversation|this interaction|your agent|this reply|this answer|unser service|unseren service|unser support|unseren kundendienst|notre service|notre assistance|हमारी सेवा|हमारी मदद|আমাদের সেবা|আমাদের পরিষেবা
help us|serve you better|improve|let us know how|tell us|love to hear|besser|améliorer|mejorar|सुधार
a moment|one moment|a minute|one minute|two minutes|minutes_|_click|_below|_tap_|http://|https://|_fill_
_stars_|⭐|★|☆|😀|😊|🙂|👍|👎|scale of|_score|smiley
"""
_TEMPLATE = """
_ticket|_request|_case_|_incident|_query_|_enquiry|complaint|_anfrage|_demande_|_solicitud|टिकट|अनुरोध|शिकायत|টিকিট|টিকেট|অনুরোধ|অভিযোগ
_received_|_created_|_registered_|_logged_|_updated_|_opened_|_resolved_|_closed_|_assigned_|_added_|acknowledged|_raised_|aktualisiert|eingegangen|_erstellt|_reçu|_créé|_recibid|_cread|दर्ज|प्राप्त|मिल गय|बनाया|अपडेट|बंद कर|নথিভুক্ত|গৃহীত|পেয়েছি|পেয়েছি|পাওয়া|পাওয়া|তৈরি|আপডেট|বন্ধ করা
_your_|dear customer|_we have_|_has been_|_was_|_hello_|_thank you|_thanks|_ihre_|_votre_|_su_|आपका|आपकी|प्रिय ग्राहक|আপনার|প্রিয় গ্রাহক|প্রিয় গ্রাহক
"""
_TICKET_NUMBER = re.compile(
    r"#\s?[\w-]{0,12}\d|\b[A-Z]{2,8}-?\d{3,}|\(\d{3,}\)|\b(?:no|number|id|ref)\.?\s?:?\s?[\w-]{0,8}\d{3,}", re.I
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
_ABOUT_SELF = re.compile(
    r"\b(?:i|me|mine|i['’](?:m|ve|ll|d)|ich|mir|mich|je|j['’]ai|yo)\b|मेरा|मेरी|मेरे|मुझे|मैंने|मैं |हमें चाहिए|আমি|আমাকে|\bmera\b|\bmeri\b|\bmujhe\b|\bamake\b",
    re.IGNORECASE,
)
# … or tells that something is not as it should be.
_TELLS = re.compile(
    _SELF_TEXT + r"|\bbut\b|\bwhy\b|\bstill\b|लेकिन|क्यों|কিন্তু|কেন(?![\u0980-\u09ff])|\baber\b|\bmais\b|\bpero\b",
    re.IGNORECASE,
)


Ideas = tuple[tuple[str, ...], ...]
_NO_WORD = re.compile(r"[\s.,;:!?()\[\]\"“”*|।]+")


def read_ideas(text: str) -> Ideas:
    return tuple(tuple(line.replace("_", " ").split("|")) for line in text.strip().split("\n"))


_LEGAL_IDEAS, _CAUTION_IDEAS, _SURVEY_IDEAS, _TEMPLATE_IDEAS = map(read_ideas, (_LEGAL, _CAUTION, _SURVEY, _TEMPLATE))


def fold_words(text: str) -> str:
    """In small letters, with one blank between words and around them."""
    return f" {_NO_WORD.sub(' ', text.casefold())} "


def is_about_self(text: str) -> bool:
    """Whether somebody speaks of themself."""
    return bool(_ABOUT_SELF.search(text))


def _count(ideas: Ideas, text: str) -> int:
    """How many of the ideas are in the text. Plain pieces of text: a message of a chat must not take a millisecond."""
    folded = fold_words(text)
    return sum(any(piece in folded for piece in pieces) for pieces in ideas)


def is_legal_notice(text: str) -> bool:
    """A paragraph or a line of one; `text` is looked at as it is, so bound its length."""
    if len(text) < 40:
        return False
    count = _count(_LEGAL_IDEAS, text)
    if count < 3:
        return False
    # In a long text ideas meet by chance; whoever writes of themself is no lawyer.
    return count >= 3 + (len(text) > 400) + 2 * bool(_SELF.search(text))


def is_caution(text: str) -> bool:
    count = _count(_CAUTION_IDEAS, text)
    return count >= 3 and count >= (4 if _SELF.search(text) else 3)


def is_caution_line(text: str) -> bool:
    """A line of a warning: two of its ideas are enough, or none of a word."""
    return _count(_CAUTION_IDEAS, text) >= 2 or not re.search(r"[^\W\d_]{3}", text)


def is_survey(text: str) -> bool:
    # A question is what a survey is made of: only somebody who speaks of themself is a writer.
    return _count(_SURVEY_IDEAS, text) >= 3 and not re.search(r"\b(?:i|my|me)\b", text, re.IGNORECASE)


def is_desk_template(text: str) -> bool:
    if not 15 <= len(text) <= 160:
        return False
    is_template = _count(_TEMPLATE_IDEAS, text) == len(_TEMPLATE_IDEAS) and _TICKET_NUMBER.search(text)
    return bool(is_template or _MACHINE.search(text)) and not _TELLS.search(text)
