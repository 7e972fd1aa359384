"""What a new article begins with, in the language that it is written in."""

from flask_babel import lazy_gettext

TEMPLATES = {
    "how-to": lazy_gettext("How-to"),
    "troubleshooting": lazy_gettext("Troubleshooting"),
    "policy": lazy_gettext("Policy"),
    "faq": lazy_gettext("Questions and answers"),
}
_BODIES = {
    "en": {
        "how-to": (
            "In one sentence: what the reader can do afterwards.\n\n## Before you begin\n\n- What must be at hand\n\n"
            "## Steps\n\n1. Open …\n2. Choose …\n3. Check that …\n\n"
            "## If it does not work\n\nWhat usually helps, and whom to ask.\n"
        ),
        "troubleshooting": (
            "## What you see\n\nThe message or the behaviour, in the reader's words.\n\n"
            "## Why it happens\n\nThe cause, in a sentence.\n\n"
            "## What solves it\n\n1. Try first …\n2. Then …\n\n"
            "## Still not solved\n\nWhat to tell us, so that nobody asks twice.\n"
        ),
        "policy": (
            "In one sentence: the rule.\n\n## Whom it is for\n\nWho may, and who may not.\n\n## Limits and days\n\n"
            "| Case | Limit | Days |\n|---|---|---|\n| … | … | … |\n\n## Exceptions\n\n- …\n\n## How to ask for it\n\n1. …\n"
        ),
        "faq": "## A question, as customers ask it?\n\nThe answer in two sentences.\n\n## Another question?\n\nThe answer.\n",
    },
    "hi": {
        "how-to": (
            "एक वाक्य में: इसके बाद पढ़ने वाला क्या कर पाएगा।\n\n## शुरू करने से पहले\n\n- क्या पास में होना चाहिए\n\n"
            "## क्या करें\n\n1. खोलें …\n2. चुनें …\n3. देख लें कि …\n\n## अगर काम न बने\n\nआम तौर पर क्या मदद करता है, और किससे पूछें।\n"
        ),
        "troubleshooting": (
            "## क्या दिखता है\n\nसंदेश या गड़बड़ी, पढ़ने वाले के शब्दों में।\n\n## ऐसा क्यों होता है\n\nकारण, एक वाक्य में।\n\n"
            "## क्या करने से ठीक होता है\n\n1. पहले यह करें …\n2. फिर …\n\n## अब भी ठीक नहीं हुआ\n\nहमें क्या बताएँ, ताकि कोई दोबारा न पूछे।\n"
        ),
        "policy": (
            "एक वाक्य में: नियम।\n\n## किसके लिए है\n\nकौन कर सकता है, और कौन नहीं।\n\n## सीमाएँ और दिन\n\n"
            "| मामला | सीमा | दिन |\n|---|---|---|\n| … | … | … |\n\n## अपवाद\n\n- …\n\n## इसे कैसे माँगें\n\n1. …\n"
        ),
        "faq": "## एक सवाल, जैसे ग्राहक पूछते हैं?\n\nजवाब, दो वाक्यों में।\n\n## दूसरा सवाल?\n\nजवाब।\n",
    },
    "bn": {
        "how-to": (
            "এক বাক্যে: এর পরে পাঠক কী করতে পারবেন।\n\n## শুরু করার আগে\n\n- কী কী হাতের কাছে থাকা চাই\n\n"
            "## কী করবেন\n\n1. খুলুন …\n2. বেছে নিন …\n3. দেখে নিন যে …\n\n## কাজ না হলে\n\nসাধারণত কী করলে হয়, আর কাকে জিজ্ঞাসা করবেন।\n"
        ),
        "troubleshooting": (
            "## কী দেখা যাচ্ছে\n\nবার্তা বা গোলমাল, পাঠকের ভাষায়।\n\n## কেন এমন হয়\n\nকারণ, এক বাক্যে।\n\n"
            "## কী করলে ঠিক হয়\n\n1. আগে এটা করুন …\n2. তারপর …\n\n## এখনও ঠিক হয়নি\n\nআমাদের কী জানাবেন, যাতে কেউ দুবার না জিজ্ঞাসা করে।\n"
        ),
        "policy": (
            "এক বাক্যে: নিয়মটা।\n\n## কার জন্য\n\nকে পারেন, আর কে পারেন না।\n\n## সীমা ও দিন\n\n"
            "| ক্ষেত্র | সীমা | দিন |\n|---|---|---|\n| … | … | … |\n\n## ব্যতিক্রম\n\n- …\n\n## কীভাবে চাইবেন\n\n1. …\n"
        ),
        "faq": "## একটি প্রশ্ন, গ্রাহকেরা যেমন করেন?\n\nউত্তর, দুই বাক্যে।\n\n## আরেকটি প্রশ্ন?\n\nউত্তর।\n",
    },
}


def template_body(name: str, language: str) -> str:
    """The Markdown to begin with; "" for a name that there is none of. A language that has no texts gets the English ones."""
    return _BODIES.get(language.partition("-")[0], _BODIES["en"]).get(name, "")
