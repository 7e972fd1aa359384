"""Word lists of redaction, to be read and added to."""

# Parts of names that are English words as well never count alone: a sentence begins with "Will" or "May".
ENGLISH_WORDS = """
will may hope grace rose mark bill frank faith joy dawn grant chase art pat sunny lucky happy sweet gold young
king price love summer april june august jan day long short brown green white black customer support team help
desk agent admin care shop bot system service store user guest buyer seller office manager sales info contact
mail phone order the and mrs miss sir madam
"""

# Parts of names that are also words of romanised Hindi or Bengali count alone where written with a capital.
ALSO_WORDS = """
jana pal das bora devi saha rai roy bai asha usha jyoti kiran rekha shanti lata mala puja pooja aarti sona
moti sara jaan hira gul deep dip prem anand vijay jay jai sai ram shri sri lal neel nil mita bina rina ali din
dev hari mani madhu maya rani raja
"""

# Parts of names that are everyday words in Devanagari or Bengali count only within a whole name.
INDIC_EVERYDAY = """
आशा ज्योति किरण रेखा शांति शान्ति माला पूजा आरती सोना मोती सीमा विकास प्रेम आनंद विजय जय श्री लाल दास देवी पाल
राय रानी राजा माया प्रकाश संतोष अमन चैन भगवान আশা রেখা শান্তি মালা পূজা সোনা সীমা বিকাশ প্রেম আনন্দ জয় শ্রী
লাল দাস দেবী পাল রায় রানী রাজা মায়া প্রদীপ জানা স্বপন ঝর্ণা বিশ্বাস কর
"""

# What follows "my name" where the sentence is about the name, or ends it.
NOT_NAMES = """
wrong not incorrect spelled spelt showing missing on in written misspelled different coming there mentioned
changed still hai he h hain and aur main mai me mera order galat nahi kyu kya kaise pe par ko se ka ki ke app
bill mein likha bhul vul thik e te r ache achhe likhe eta ota ebong ar ami है हूँ और में गलत ग़लत नहीं क्यों
क्या कैसे पर को से का की के ऐप बिल लिखा मैं मेरा ভুল ঠিক নেই আছে লেখা এবং আর আমি আমার অ্যাপে বিলে কি কেন
বদলাতে পাল্টাতে
"""

# With one of these the sentence says something about the name and does not tell it.
ABORTING = """
में पर को तक जानते बदलो बदलना गलत ग़लत wrong galat bhul vul ভুল incorrect spelled spelt misspelled par pe mein
"""

# May stand before a hyphen and a phone number; other letters make it an order number or the like.
PHONE_LABELS = """
ph phone mob mobile tel telephone call contact no num number whatsapp cell m t p fon nr
"""

# Digits as they are spoken, English ones also in Devanagari and Bengali letters, and romanised Hindi and Bengali.
SPOKEN_DIGITS = """
zero oh one two three four five six seven eight nine naught nil
शून्य ज़ीरो जीरो एक दो तीन चार पाँच पांच छह छः छै छे सात आठ नौ
वन टू थ्री फोर फ़ोर फाइव फ़ाइव सिक्स सेवन एट नाइन
শূন্য জিরো এক দুই তিন চার পাঁচ ছয় ছয় সাত আট নয় নয়
ওয়ান ওয়ান টু থ্রি ফোর ফাইভ সিক্স সেভেন এইট নাইন
shunya shunno jiro ek do dui teen tin char paanch panch chhe chhah che choy chhoy saat sat shat aath ath aat nau noy
"""
SPOKEN_DOUBLE = "double dubble डबल ডাবল ডবল"
SPOKEN_TRIPLE = "triple tripple ट्रिपल ট্রিপল"
