"""Amounts that are against each other, and as many that only look so: pairs of our own, a labelled sample of both."""

import pytest
from content_factory import add_article
from sqlalchemy.orm import Session

from kb.insight.flags.contradictions import find_contradictions

LANGUAGES = ("en", "hi", "bn")
# Language, then title and text of two articles. All of one thing, in the words that each article has for it.
AGAINST = [
    ("en", "Gym lockers", "A locker key is replaced for ₹150.", "Lost locker key", "A lost locker key is replaced for ₹250."),
    ("en", "Renew a library card", "A library card is renewed for 12 months.",
     "Library cards", "The library card is renewed for two years."),
    ("en", "Bicycle hire", "The deposit for a bicycle is ₹2,000.", "Hire a bicycle", "For a bicycle the deposit is ₹1,500."),
    ("en", "Postage", "Parcels above 20 kg are not accepted.", "Send a parcel", "Parcels above 30 kg are not accepted."),
    ("en", "Course fees", "|Course|Fee|\n|---|---|\n|Pottery (6 weeks)|₹4,000|",
     "Fees", "|Course|Fee|\n|---|---|\n|Pottery|₹4,500|"),
    ("en", "Instalments", "A sofa is paid in 3, 6 or 9 months.", "Pay a sofa in instalments", "A sofa is paid in 12 months."),
    ("en", "Parking", "Parking is free for 30 minutes.", "Where to park", "Parking is free for 2 hours."),
    ("en", "Complaints", "We answer a complaint within 3 days.",
     "How we handle complaints", "We answer each complaint within 7 days."),
    ("en", "Objections", "You have 14 days to object to a bill.", "Object to a bill", "You have 30 days to object to a bill."),
    ("hi", "लॉकर", "लॉकर की चाबी खोने पर ₹150 लगते हैं।", "चाबी खो गई", "लॉकर की चाबी खोने पर ₹250 लगते हैं।"),
    ("hi", "साइकिल किराए पर", "साइकिल की जमा राशि ₹2,000 है।", "साइकिल लेना", "साइकिल के लिए जमा राशि ₹1,500 है।"),
    ("hi", "शिकायत", "हम शिकायत का जवाब 3 दिन में देते हैं।", "शिकायत का जवाब", "शिकायत का जवाब हम 7 दिन में देते हैं।"),
    ("bn", "লকার", "লকারের চাবি হারালে ১৫০ টাকা লাগে।", "চাবি হারিয়ে গেছে", "লকারের চাবি হারালে ২৫০ টাকা লাগে।"),
    ("bn", "সাইকেল ভাড়া", "সাইকেলের জামানত ২,০০০ টাকা।", "সাইকেল নেওয়া", "সাইকেলের জন্য জামানত ১,৫০০ টাকা।"),
    ("bn", "পার্কিং", "পার্কিং ৩০ মিনিট বিনা পয়সায়।", "কোথায় রাখবেন", "পার্কিং ২ ঘণ্টা বিনা পয়সায়।"),
]  # fmt: skip
NOT_AGAINST = [
    # A table that counts something up by a number is not about that number's unit.
    ("en", "Pay a sofa in parts", "|Month|You pay|\n|---|---|\n|1|₹900|\n|2|₹900|", "Club card", "Month by month you pay ₹150."),
    ("en", "Locked out", "|Why|What to do|\n|---|---|\n|It's older than 20 minutes|Ask again|",
     "Vouchers", "## A voucher is refused\n\nIt's older than 18 months."),
    # Which row it is, is no amount of the row; and a row stands for what its first cell names.
    ("en", "Ferry tickets", "|For|Price|\n|---|---|\n|Luggage (below 20 kg)|₹60|",
     "Lost luggage", "Luggage that is lost is paid up to ₹9,000."),
    ("en", "Ferry times", "## A dog on board\n\nIt takes five minutes:\n\n1. Show the paper.",
     "Boarding in a group", "## New dog, old paper gone\n\nIt takes 2 days in all."),
    # The limit from which something holds, and what it costs.
    ("en", "Postage", "Parcels for the islands above ₹800 go free.",
     "Parcels for the islands", "Parcels for the islands go for ₹60."),
    # What somebody has time for, and what we promise them.
    ("en", "Bill is wrong", "You have 30 days from the date of the wrong bill.",
     "Answering about bills", "We promise 4 working days for a wrong bill."),
    ("hi", "ग़लत बिल", "ग़लत बिल की तारीख़ से आपके पास 30 दिन हैं।", "बिल पर जवाब", "ग़लत बिल पर हम 4 दिन में जवाब देते हैं।"),
    ("bn", "ভুল বিল", "ভুল বিলের তারিখ থেকে আপনার হাতে ৩০ দিন আছে।", "বিলের উত্তর", "ভুল বিলের উত্তর আমরা ৪ দিনে দিই।"),
    # The others than those that are named.
    ("en", "Season tickets", "A season ticket is sold for 3 months in five cities.",
     "Tickets for a season", "In the other cities a season ticket is sold for 6 or 12 months."),
    ("hi", "सीज़न टिकट", "पाँच शहरों में सीज़न टिकट 3 महीने का मिलता है।",
     "टिकट", "बाक़ी शहरों में सीज़न टिकट 6 या 12 महीने का मिलता है।"),
    ("bn", "সিজ়ন টিকিট", "পাঁচটি শহরে সিজ়ন টিকিট ৩ মাসের হয়।", "টিকিট", "বাকি শহরে সিজ়ন টিকিট ৬ বা ১২ মাসের হয়।"),
    # One of those that the other lists.
    ("en", "Instalments", "A sofa is paid in 3, 6 or 9 months.", "Pay a sofa in instalments", "A sofa is paid in 6 months."),
    ("hi", "किस्त", "सोफ़े की किस्त 3, 6 या 9 महीने की होती है।", "सोफ़ा", "सोफ़े की किस्त 6 महीने की होती है।"),
    ("bn", "কিস্তি", "সোফার কিস্তি ৩, ৬ ও ৯ মাসের হয়।", "সোফা", "সোফার কিস্তি ৬ মাসের হয়।"),
]  # fmt: skip
# A text in English and one in another language that is its translation; what is marked in each where they are against each other.
LINK = "A link comes by mail.\n\n## Then\n\nOpen it and wait 2 days.\n\n"
IN_TWO_LANGUAGES_AGAINST = [
    ("hi", "Reset link", LINK + "The link works for 24 hours.", "लिंक",
     "मेल में लिंक आता है, 2 दिन रुकिए। लिंक 72 घंटे चलता है।", ("72 घंटे", "24 hours")),
    ("bn", "Reset link", LINK + "It works for 24 hours.", "লিংক",
     "মেলে লিংক আসে, ২ দিন অপেক্ষা করুন। লিংক ৯৬ ঘণ্টা চলে।", ("৯৬ ঘণ্টা", "24 hours")),
    ("hi", "Locker", "A locker costs ₹90.\n\n- Keep the key.",
     "लॉकर", "चाबी संभालकर रखें। लॉकर के ₹70 लगते हैं।", ("₹70", "₹90")),
    ("bn", "Deposit", "## Bicycle\n\nThe deposit is ₹2,000, for a week.",
     "জামানত", "## সাইকেল\n\nজামানত ২,৫০০ টাকা, ১ সপ্তাহের জন্য।", ("২,৫০০ টাকা", "₹2,000")),
]  # fmt: skip
IN_TWO_LANGUAGES_NOT = [
    # Each says something that the other leaves out: other words, another matter.
    ("hi", "Reset link", "Open the link.\n\n## Then\n\nIt takes five minutes:\n\n1. Choose a word.",
     "पासवर्ड", "ओटीपी 20 मिनट चलता है। सिम बदलनी हो तो तैयार रहें।"),
    ("bn", "Repairs", "## Claim\n\nWe mend it within 12 days.",
     "মেরামত", "লিখুন কবে থেকে: \"চার দিন ধরে সুইচ টিপলে আলো নিভে যায়\"।"),
    # Written freely: there are more spans of time that the other does not have.
    ("hi", "End a club card", "Renewed 6 days ago: yes.\n\nRenewed 2 months ago: no.",
     "क्लब कार्ड", "रिन्यू से 4 दिन पहले मैसेज आता है। देखकर भी बंद करेंगे तो समय रहेगा।"),
    # One of those that the source lists.
    ("hi", "Instalments", "EMI: over 3, 6, 9 or 12 months.", "किस्त", "महीने का बजट देखना है?\n\n- EMI 3 महीने की है।"),
]  # fmt: skip


def marked_in(session: Session, *articles: tuple[str, str, str], translated: bool = False) -> list[tuple[str, ...]]:
    for number, (language, title, text) in enumerate(articles):
        key = {"translation_key": "one"} if translated else {}
        add_article(session, title, text, slug=f"article-{number}", language=language, **key)
    flags = find_contradictions(session, LANGUAGES, tick=lambda: None)
    return [tuple(side["amount"] for side in flag.evidence["sides"]) for flag in flags]


@pytest.mark.parametrize(("language", "title", "text", "title_2", "text_2"), AGAINST)
def test_articles_that_are_against_each_other(
    session: Session, language: str, title: str, text: str, title_2: str, text_2: str
) -> None:
    [(one, other)] = marked_in(session, (language, title, text), (language, title_2, text_2))
    assert one in text
    assert other in text_2


@pytest.mark.parametrize(("language", "title", "text", "title_2", "text_2"), NOT_AGAINST)
def test_articles_that_only_look_so(
    session: Session, language: str, title: str, text: str, title_2: str, text_2: str
) -> None:
    assert marked_in(session, (language, title, text), (language, title_2, text_2)) == []


@pytest.mark.parametrize(("language", "title", "text", "title_2", "text_2", "marked"), IN_TWO_LANGUAGES_AGAINST)
def test_translations_that_say_another_amount(
    session: Session, language: str, title: str, text: str, title_2: str, text_2: str, marked: tuple[str, str]
) -> None:
    assert marked_in(session, ("en", title, text), (language, title_2, text_2), translated=True) == [marked]


@pytest.mark.parametrize(("language", "title", "text", "title_2", "text_2"), IN_TWO_LANGUAGES_NOT)
def test_translations_that_are_written_freely(
    session: Session, language: str, title: str, text: str, title_2: str, text_2: str
) -> None:
    assert marked_in(session, ("en", title, text), (language, title_2, text_2), translated=True) == []
