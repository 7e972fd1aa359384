"""The words with which a rep asks for something that customers tell, by kind and language.

English, Hindi, Bengali, and the latter two in Latin letters: patterns of regular expressions for text in small letters.
"""

from kb.service.fact_kinds import FactKind

_NO = r"(?: ?(?:number|numb?er|no|num|id|#|details?))"
_NO_HI = r"(?: ?(?:नंबर|नम्बर|संख्या|आईडी|number|no|id))"
_NO_BN = r"(?: ?(?:নম্বর|নাম্বার|আইডি|number|id)(?:টা|টি|টাও)?)"
_NO_LATIN = r"(?: ?(?:number|nambar|nombor|no|id)(?: ?ta)?)"

# What is asked for. Alone they ask nothing.
THINGS: dict[FactKind, str] = {
    FactKind.ORDER: (rf"(?:order|booking){_NO}|(?:ऑर्डर|आर्डर){_NO_HI}|অর্ডার(?:ের)?{_NO_BN}|order(?: ?er)?{_NO_LATIN}|"
r"order ka number"),
    FactKind.TRACKING: rf"(?:tracking|awb|consignment){_NO}|awb|ट्रैकिंग{_NO_HI}|ট্র্যাকিং{_NO_BN}|tracking{_NO_LATIN}",
    FactKind.SERIAL: rf"(?:serial|imei){_NO}|imei|सीरियल{_NO_HI}|সিরিয়াল{_NO_BN}|সিরিয়াল{_NO_BN}",
    FactKind.DEVICE: r"model(?: ?(?:name|number|no))?|(?:which|what)(?: kind of| type of| exact)? (?:device|phone|"
r"product|item|model|laptop|appliance|tv|router)|(?:device|product|item) name|name of the "
r"(?:product|item|device)|"
    r"मॉडल|कौन(?:-| )?(?:सा|सी|से) (?:फ़ोन|फोन|मॉडल|प्रोडक्ट|सामान|डिवाइस|उत्पाद|चीज़)|মডেল|কোন (?:ফোন|"
r"মডেল|জিনিস|প্রোডাক্ট|পণ্য)\w*|kaun(?: ?| )?(?:sa|si) (?:phone|model|product|item|device|saaman)|"
r"kon (?:phone|model|product|jinish)\w*",
    FactKind.DATE: r"(?:order|purchase|delivery|payment|exact|booking) date|date of (?:purchase|order|delivery|"
r"payment|the order|the purchase|the payment)|(?:which|what) (?:date|day)|when (?:did|was|were) "
r"(?:you|it|the|your)|on which (?:date|day)|"
    r"तारीख|तारीख़|किस दिन|कब (?:ऑर्डर|खरीदा|ख़रीदा|लिया|मिला|भुगतान|आया|किया|पहुँचा|हुआ)|তারিখ|কোন দিন|কবে "
r"(?:অর্ডার|কিনে|পেয়ে|পেয়ে|পেমেন্ট|এসে|করে|হয়ে|হয়ে)\w*|kab (?:order|kharida|liya|mila|pay|aaya|"
r"kiya|hua)\w*|tarikh|tareekh|kis din|kobe (?:order|kin|pey|pay|esh|kor|hoy)\w*|kon din",
    FactKind.AMOUNT: (r"(?:the |your |exact |total |paid |order |refund )?amount|how much (?:did you|have you|was|"
r"money|were)|राशि|रकम|कितने (?:पैसे|रुपये|रुपए)|कितना (?:भुगतान|पैसा|अमाउंट)|কত টাকা|টাকার পরিমাণ|kitne "
r"(?:paise|rupaye|rupay)|kitna (?:paisa|amount|pay)|koto taka"),
    FactKind.PAYMENT: r"how (?:did|have) you (?:pay|paid|make the payment)|(?:payment|pay) (?:method|mode)|(?:mode|"
r"method|way) of payment|which (?:card|bank|upi|payment)\w*|how was (?:it|the order) paid|"
    r"(?:भुगतान|पेमेंट|पैसे) (?:कैसे|किससे|किस तरह|का तरीका|का तरीक़ा)|कैसे (?:भुगतान|पेमेंट|पैसे)|কীভাবে (?:পেমেন্ট|"
r"টাকা|দাম)|কিভাবে (?:পেমেন্ট|টাকা)|(?:পেমেন্ট|টাকা) কীভাবে|(?:payment|pay|paise) kaise|kaise "
r"(?:pay|payment)|kivabe (?:pay|payment|taka)|(?:payment|taka) kivabe|payment ka tarika",
    FactKind.ADDRESS: (r"(?:delivery |new |full |complete |correct |shipping |postal |exact |pickup |pick-up )?(?<!mail "
r")(?<!mail-)address|where (?:should|shall|do|can|would you like) (?:we|i|you|us)(?: to)? "
r"(?:deliver|send|pick|live|bring)|पता|एड्रेस|कहाँ (?:भेज|पहुँचा)|ঠিকানা\w*|কোথায় পাঠা\w*|pata(?! "
r"(?:chal|kar|lag|nahi))|thikana(?:ta)?|kahan bhej|kothay patha\w*"),
    FactKind.PIN_CODE: r"pin ?code|postal code|zip ?code|पिन ?कोड|পিন ?কোড(?:টা)?",
    FactKind.EMAIL: r"e-?mail(?: ?(?:address|id))?|mail id|ईमेल|ई-मेल|ইমেল(?:টা)?|ই-মেল|ইমেইল(?:টা)?",
    FactKind.PHONE: (r"(?:phone|mobile|contact|registered|callback|call-back|whatsapp|alternate)(?: mobile| phone| "
r"contact)? ?(?:number|no)|(?:मोबाइल|फ़ोन|फोन|संपर्क|कॉन्टैक्ट) ?(?:नंबर|नम्बर)|(?:মোবাইল|ফোন|যোগাযোগের) "
r"?(?:নম্বর|নাম্বার)\w*|(?:mobile|phone) (?:nambar|nombor)\w*"),
    FactKind.NAME: (r"your (?:full |first |last |registered |good )?name|name on the (?:account|order|invoice)|full "
r"name|(?:registered|account) name|who am i (?:speaking|talking)|(?:आपका|पूरा|अपना|शुभ) नाम|"
r"(?:আপনার|পুরো) নাম\w*|(?:aapka|apna|pura|poora) naam|(?:apnar|puro) naa?m\w*"),
    FactKind.VERSION: r"(?:app |software |which |android |ios )?version|वर्जन|वर्ज़न|संस्करण|ভার্সন\w*",
    FactKind.ERROR: (r"error(?: ?(?:code|message|number|msg))?|(?:what|which) (?:error|message)|एरर(?: ?कोड)?|এরর(?: "
r"?কোড)?\w*"),
    FactKind.QUANTITY: (r"how many|quantity|कितने (?:पीस|नग|सामान|आइटम|पैकेट|यूनिट)|कितनी मात्रा|কতগুলো\w*|কটা|কয়টা|কয়টা|ক'টা|"
r"kitne (?:piece|pieces|item|items|packet)|kotogulo|koyta|quantity kitni"),
}  # fmt: skip

# A question that has the thing after one of these asks for it; some things begin with them.
QUESTION_WORDS = (
    r"which|what|how|when|where|कब|कैसे|कौन|कितन|किस|क्या|কবে|কত|কোন|কীভাবে|কিভাবে|কী|কোথায়|kab|kaise|"
    r"kaun|kitn|kis|kobe|koto|kon|kivabe|kothay"
)

_TELL = (
    r"share|send|provide|give|tell|confirm|mention|state|specify|forward|write|type|repeat|resend|"
    r"drop|submit|furnish|help (?:me|us) with|let (?:me|us) (?:know|have)|reply (?:with|back)|get "
    r"back (?:to (?:me|us) )?with|message|dm"
)
# A request for something, in the order: what asks, and then the thing; or the thing, and then what asks.
ASKS_BEFORE = (
    (r"(?<!\w)(?:could|can|would|will|may|might|shall) (?:you|u)(?: please| kindly| also| just| again|"
rf" quickly){{0,3}} (?:{_TELL})"),
    rf"(?<!\w)(?:please|kindly|pls|plz)(?: also| just| do| again| quickly| once| first){{0,2}} (?:{_TELL})",
    rf"(?:^|[,;:–-] ?|and |then |first |so )(?:{_TELL}) (?:me|us) ",
    rf"(?:^)(?:just |simply |then |also |first )?(?:{_TELL}) (?:your|the) ",
    r"(?<!\w)(?:what|which)(?:'s|’s| is| was| are| were)(?: your| the| that)?(?!\w)",
    (r"(?<!\w)(?:what|which) (?=(?:app |android |ios )?(?:version|error|message|model|email|e-mail|"
r"number|address|name))"),
    (r"(?<!\w)(?:i|we)(?:'ll|’ll| will|'d|’d| would)?(?: just| only| also| still| first){0,2} (?:need|"
r"require|like|want)(?: to (?:know|have|confirm|ask(?: for)?|see))?(?: is| for)?(?: your| the| "
r"an?| you to (?:share|send|tell|confirm))"),
    (r"(?<!\w)(?:may|can|could) (?:i|we)(?: please| also| just| kindly){0,2} (?:have|get|know|ask(?: "
r"for| you for)?|take|see|confirm)(?!\w)"),
    (r"(?<!\w)(?:do|did|would) you (?:have|know|remember|happen to have|still have|get|see)(?: the| "
r"your| an?| any)?(?!\w)"),
    r"(?<!\w)(?:is|are) there an? ",
    r"(?<!\w)mind (?:sharing|sending|telling|giving|confirming)",
    r"(?<!\w)(?:i am|i'm|we are|we're) (?:missing|waiting for) (?:your|the)",
)  # fmt: skip
ASKS_AFTER = (
    r"(?:,? ?(?:please|pls|plz|kindly))? ?\?",
    r",? ?(?:please|pls|plz) ?(?:[.!]|$)",
    (
        r"[^.?!।]{0,30}?(?<!\w)(?:बताइए|बताइये|बताएँ|बताएं|बताओ|बता (?:दीजिए|दीजिये|दें|दो|सकते|सकती|सकेंगे|देंगे)|"
        r"भेजिए|भेजें|भेजो|भेज (?:दीजिए|दें|दो|सकते|सकती|देंगे)|दीजिए|दे (?:दीजिए|दें|सकते|सकती)|दें|साझा|शेयर|क्या (?:है|था)|"
        r"चाहिए|लिख(?:िए|ें| दीजिए)|पुष्टि|कौन (?:सा|सी) (?:है|था)|मिल (?:सकता|सकती|सकेगा))"
    ),
    (
        r"[^.?!।]{0,30}?(?<!\w)(?:bataiye|bataiyega|batayein|bataye|batao|batana|bata (?:dijiye|dijie|"
        r"dein|den|do|sakte|sakti|denge|dijiyega)|bhejiye|bhejo|bhejiyega|bhej (?:dijiye|dein|do|sakte|"
        r"sakti|denge)|dijiye|dijiyega|de (?:dijiye|dein|do|sakte)|share (?:kijiye|kar|karein|karo)|kya "
        r"(?:hai|tha)|chahiye|likhiye|likh (?:dijiye|do)|confirm (?:kijiye|kar)|kaun (?:sa|si) hai|mil "
        r"sakta)"
    ),
    (
        r"[^.?!।]{0,30}?(?<![\w])(?:বলুন|বলবেন|বলে দিন|বলতে (?:পারেন|পারবেন)|জানান|জানাবেন|জানাতে "
        r"(?:পারেন|পারবেন)|জানিয়ে দিন|পাঠান|পাঠাবেন|পাঠিয়ে দিন|পাঠাতে (?:পারেন|পারবেন)|দিন|দেবেন|দিতে "
        r"(?:পারেন|পারবেন)|শেয়ার|শেয়ার|লাগবে|দরকার|চাই|লিখুন|কী(?: ছিল)?|কি(?: ছিল)?|কত)(?!\w)"
    ),
    (
        r"[^.?!।]{0,30}?(?<!\w)(?:bolun|bolben|bole din|bolte (?:paren|parben)|janan|janaben|janiye din|"
        r"janate (?:paren|parben)|pathan|pathaben|pathiye din|pathate (?:paren|parben)|din|deben|dite "
        r"(?:paren|parben)|share (?:korun|korben|korte)|lagbe|dorkar|likhun|ki(?: chilo)?)(?!\w)"
    ),
)
# In Hindi what asks may stand before the thing as well: "क्या आप अपना ऑर्डर नंबर …", "बताइए, …".
ASKS_BEFORE_INDIC = (
    (
        r"(?:क्या आप|कृपया|बताइए|बताएँ|kya aap|bataiye|please bataiye|আপনি কি|apni ki|দয়া করে|দয়া করে|বলুন|"
        r"bolun)[^.?!।]{0,30}"
    ),
)

# What shows that nothing is asked for: it is there, it is to be kept or found, told to somebody else, or never to be told.
NOT_ASKING = (
    r"(?<!\w)(?:keep|have) (?:your|the|this|it|both)[^.?!]{0,40}(?:ready|at hand|handy|safe|with you|"
    r"near)|(?<!\w)(?:don't|do not|don’t|never|needn't|need not|no need|without|not necessary|no "
    r"longer need|do not need|won't need|won’t need|not need)(?!\w)|"
    r"thank(?:s| you)[^.?!]{0,24} for (?:the|your|sharing|sending|giving|confirming|providing|"
    r"telling)|(?<!may )(?<!can )(?<!could )(?<!shall )(?<!\w)(?:i|we)(?:'ve|’ve| have|'ll|’ll| will|"
    r" can| already| just| now| do)* (?:have|got|found|find|see|noted|note|checked|check|updated|"
    r"changed|received|use|used|added|opened|looked|share|sent|send|shared|confirm)(?!\w)|"
    r"(?<!do )(?<!did )(?<!would )(?<!can )(?<!could )(?<!\w)(?:you(?:'ll|’ll| will| can| may| "
    r"could)? (?:find|see|get|need|have|gave|told|sent|shared|already|enter|type|change|check|quote|"
    r"use|look)|is shown(?! ?\?)|is printed|stands (?:in|on|under|at)|was sent|is in the|are in the|"
    r"is on the|is under|begins with|starts with|ends with|has been|have been|was changed|is correct|"
    r"is safe|will be|comes by|arrives by)(?!\w)|"
    r"(?:tell|give|show|read|share|mention|quote|send|write)(?: it| them| this)?(?: (?:the|your)(?: "
    r"[\w-]+){1,3})? (?:to|with) (?:the|your|a|our) (?:rider|courier|bank|guard|neighbou?r|shop|"
    r"engineer|technician|delivery)|(?:tell|give|show|ask) (?:the|your) (?:rider|courier|bank|guard|"
    r"neighbou?r|shop|engineer|technician|delivery)|"
    r"(?<!\w)(?:enter|type|fill in|put|quote|use|write)(?: in)? (?:your|the|this|that)(?!\w)|"
    r"(?<!\w)(?:when|if|once|before|as soon as|in case) you (?:call|contact|write|reach|visit|come|"
    r"go)|(?<!\w)(?:any|every|each|our) (?:order|e-?mail|message)|(?<!\w)to (?:the|your|this|that|my|"
    r"our)(?: \w+){0,2} (?:address|number|e-?mail)"
)
NOT_ASKING_INDIC = (
    r"तैयार रख|संभाल|पास रख|साथ रख|ज़रूरत नहीं|जरूरत नहीं|मत (?:बता|दीज|भेज|दें|दीजिए)|न (?:बता|दें|दीजिए)|किसी "
    r"को|नहीं (?:माँग|मांग|पूछ|चाहिए)|के लिए धन्यवाद|मिल (?:गया|गई)|मुझे मिला|लिखा (?:है|हुआ)|मिलेगा|मिल जाएगा|"
    r"देख लिया|नोट कर|बदल (?:दिया|दी)|राइडर को|बैंक को|गार्ड को|भेज दिया|भेजा गया|से शुरू|सही है|"
    r"taiyar rakh|ready rakh|sambhal|paas rakh|saath rakh|zaroorat nahi|zarurat nahi|jarurat nahi|"
    r"mat (?:bata|d|bhej|share)|kisi ko|nahi (?:maang|pooch|puch|chahiye)|ke liye dhanyavad|ke liye "
    r"shukriya|mil gaya|mil gayi|mujhe mila|likha (?:hai|hua)|milega|mil jayega|dekh liya|note kar|"
    r"badal (?:diya|di)|rider ko|bank ko|guard ko|bhej diya|se shuru|sahi hai|change kar diya|"
    r"তৈরি রাখ|হাতের কাছে রাখ|সঙ্গে রাখ|কাছে রাখ|দরকার নেই|লাগবে না|(?:বলবেন|দেবেন|পাঠাবেন|জানাবেন) "
    r"না|কাউকে|চাইবে না|চাই না|জন্য ধন্যবাদ|পেয়েছি|পেয়েছি|পেয়ে গেছি|পেয়ে গেছি|লেখা আছে|পাবেন|দেখেছি|"
    r"দেখে নিয়েছি|নোট কর|লিখে রেখেছি|বদলে দিয়েছি|বদলে দিয়েছি|রাইডারকে|ব্যাঙ্ককে|পাঠানো হয়েছে|পাঠিয়েছি|"
    r"পাঠিয়েছি|দিয়ে শুরু|ঠিক আছে|"
    r"toiri rakh|hater kache|kache rakh|songe rakh|dorkar nei|lagbe na|(?:bolben|deben|pathaben|"
    r"janaben) na|kauke|chaibe na|chai na|jonno dhonnobad|peyechi|peye gechi|lekha ache|paben|"
    r"dekhechi|note kor|likhe rekhechi|bodle diyechi|rider ?ke|bank ?ke|pathiyechi|diye shuru|thik "
    r"ache"
)
