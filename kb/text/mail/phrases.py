"""What programs, lawyers and help desks write into mails: the phrases by which such lines are known.

Each expression is matched at the start of a line (marks such as `*`, `[`, `#` before it do not count), so that
a sentence that merely speaks of a survey or of a confidential paper stays.
"""

import re


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{phrase})" for phrase in phrases), re.IGNORECASE)


# Sentences of a notice about who may read the mail, up to the end of the paragraph.
NOTICE = _any(
    r"confidentiality\b(?=\W|\s(?:notice|note|statement|disclaimer))",
    r"(?:legal |e-?mail )?disclaimer\b\s?(?:[:*\-–]|$|(?:the|this|any)\b)",
    r"(?:privileged|confidential|private|important|legal)(?: (?:and|&|/) \w+)? (?:notice|note|information)\b(?=.{0,60}"
    r"(?:e-?mail|message|communication|content|addressee|recipient|intended)|\s*[:*]*$)",
    r"privileged (?:and|&|/) confidential",
    r"this (?:[\w-]+ )?(?:e-?mail|message|communication|transmission|correspondence)\b.{0,160}(?:confidential|intended|"
    r"privileged|may contain|is for the|addressee|and any (?:files|attach))",
    r"the (?:information|contents?|views|opinions)\b.{0,60}(?:e-?mail|message|communication|transmission|sender|author)",
    r"if you (?:are not|have received|received|receive)\b.{0,80}(?:recipient|addressee|in error|by mistake|erroneously)",
    r"any (?:un)?authori[sz]ed\b.{0,60}(?:review|use|disclosure|copying|distribution)",
    r"any (?:review|dissemination|distribution|copying|disclosure)\b.{0,80}(?:prohibited|unauthori[sz]ed|not permitted)",
    r"unless you are the (?:named|intended)",
    r"(?:warning|note)\s?:\s?(?:computer )?viruses",
    r"(?:although|while)\b.{0,80}virus",
    r"(?:please )?(?:consider|think of|think about) the environment",
    r"(?:p )?(?:please )?(?:save (?:a )?(?:paper|tree)|go green|do not print this)",
    r"think before (?:you )?print",
    r"(?:please )?(?:do not|don'?t) print this (?:e-?mail|message)",
    r"(?:vertraulichkeitshinweis|haftungsausschluss|rechtlicher hinweis)",
    r"diese (?:e-?mail|nachricht|mitteilung)\b.{0,120}(?:vertraulich|rechtlich|ausschließlich|ausschliesslich|bestimmt)",
    r"(?:wenn|falls|sollten) sie (?:nicht der|diese (?:e-?mail|nachricht)|irrtümlich)",
    r"(?:der inhalt|die in) (?:dieser|diese) (?:e-?mail|nachricht)",
    r"bitte (?:denken|prüfen) sie\b.{0,80}(?:umwelt|druck)",
    r"(?:avis|clause|mention) de (?:confidentialité|non-responsabilité)",
    r"ce (?:message|courriel|mail|mél|e-?mail)\b.{0,160}(?:confidentiel|destinataire|exclusi)",
    r"(?:toute|si vous)\b.{0,40}(?:utilisation non autorisée|diffusion|avez reçu ce|n['’]êtes pas)",
    r"pensez à l['’]environnement",
    r"(?:aviso|advertencia) (?:legal|de confidencialidad)",
    r"est[ea] (?:mensaje|correo|comunicación|e-?mail)\b.{0,160}(?:confidencial|destinatari|privilegiad|exclusiv)",
    r"si (?:no es usted|usted no es|ha recibido este|recibe este)",
    r"antes de imprimir",
    r"(?:गोपनीयता|अस्वीकरण|कानूनी सूचना)\s?(?:सूचना|नोटिस|विवरण)?\s?[:：।-]",
    r"(?:यह|इस) (?:ई-?मेल|ईमेल|मेल|संदेश)\b.{0,120}(?:गोपनीय|केवल|प्राप्तकर्ता)",
    r"(?:यदि|अगर) (?:आपको|आपने|आप)\b.{0,60}(?:गलती से|भूल से|प्राप्तकर्ता नहीं)",
    r"(?:कृपया )?(?:इस )?(?:ई-?मेल|ईमेल) (?:को )?(?:छापने|प्रिंट करने) से पहले",
    r"(?:গোপনীয়তা|গোপনীয়তা|দাবিত্যাগ|আইনি)\s?(?:বিজ্ঞপ্তি|সতর্কতা|নোটিশ)?\s?[:：।-]",
    r"এই (?:ই-?মেইল|ইমেইল|বার্তা|মেইল).{0,120}(?:গোপনীয়|গোপনীয়|শুধুমাত্র|কেবল|প্রাপক)",
    r"(?:আপনি যদি|যদি আপনি).{0,60}(?:ভুলবশত|ভুল করে|প্রাপক না)",
)

# A warning that the receiving company's mail system put before (or after) the mail.
BANNER = _any(
    r"(?:caution|warning|attention|achtung|vorsicht|warnung|notice|alert|atención|precaución|सावधान|चेतावनी|সতর্কতা|সাবধান)\W.{0,160}"
    r"(?:outside|external|links?\b|attachments?|sender|außerhalb|externe?[nrm]?\b|anhänge|extérieur|pièces jointes|exter[ni]|"
    r"fuera|enlaces|adjuntos|बाहर|बाहरी|लिंक|বাইরে|বহিরাগত|লিঙ্ক)",
    r"(?:external|extern|externe|externo|ext)\s?(?:e-?mail|mail|message|sender)?\s?(?:\]|$|\W{2,}$)",
    r"(?:external|extern|externe|externo|ext)\s?(?:e-?mail|mail|message|sender)?\s?\]\s?.*(?:outside|sender|click|links?|"
    r"extérieur|absender|extern|fuera|remitente|think|careful|from)",
    r"external (?:e-?mail|sender|message)\s?[:!.-]",
    r"(?:this|the) (?:e-?mail|message|mail)\b.{0,40}(?:originat\w+|came|comes|was sent|is|has been sent|received) (?:from )?"
    r"(?:outside|an external|external)",
    r"(?:be careful|use caution|exercise caution)\b.{0,80}(?:links?|attachments?|opening|clicking|replying)",
    r"do not (?:click|open)\b.{0,60}(?:links?|attachments?)\b.{0,40}(?:unless|from unknown)",
    r"diese (?:e-?mail|nachricht)\b.{0,60}(?:von außerhalb|externen? absender|extern)",
    r"ce (?:message|courriel|mail)\b.{0,60}(?:extérieur|externe)",
    r"est[ea] (?:mensaje|correo)\b.{0,60}(?:fuera de|externo|exterior)",
    r"यह (?:ई-?मेल|ईमेल|संदेश)\b.{0,60}(?:बाहर से|बाहरी)",
    r"এই (?:ই-?মেইল|ইমেইল|বার্তা).{0,60}(?:বাইরে|বহিরাগত)",
    r"(?:some people who received this message|you) do not often get e?-?mail from",
    r"learn why this is important",
    r"(?:this|the) (?:e-?mail|message|mail)\b.{0,40}(?:scanned|checked|verified|"
    r"tested)\b.{0,60}(?:virus|malware|spam|content|by)",
    r"(?:scanned|checked) (?:by|for)\b.{0,60}(?:virus|malware|mailscanner|mimecast|symantec|sophos|barracuda|avast|avg)",
    r"virus-?free\b",
    r"(?:diese e-?mail wurde|ce courriel a été).{0,60}(?:viren|virus|avast)",
    r"this sender (?:is|may be)\b.{0,60}(?:outside|unknown|impersonat|unverified)",
    r"\*?\W*(?:externe? (?:absender|nachricht|mail)|expéditeur externe|remitente externo|बाहरी प्रेषक|বহিরাগত প্রেরক)\W*$",
)

# What mail programs add.
CLIENT = _any(
    r"(?:sent|written|composed|posted) (?:from|via|with|using|by) (?:my |the |a )?(?:iphone|ipad|ipod|mobile|cell|phone|"
    r"smart ?phone|tablet|device|handset|samsung|galaxy|xiaomi|redmi|mi |poco|oneplus|"
    r"vivo|oppo|realme|nokia|motorola|moto|huawei|"
    r"honor|pixel|lg|sony|htc|lenovo|blackberry|windows|android|ios|outlook|yahoo|gmail|rediff\w*|mail for|mail\.ru|proton\w*|"
    r"spark|superhuman|mailbird|thunderbird|apple|aol|zoho|hotmail|jio\w*|airtel|nothing|asus|symphony|walton|itel|tecno|"
    r"infinix)\b.{0,100}$",
    r"sent from my [\w .\-]{1,40}$",
    r"(?:sent|typed|written) (?:from|on|with) (?:a|my) (?:small|mobile|phone|tablet|touch|handheld)\b.{0,80}$",
    r"(?:please )?(?:excuse|pardon|forgive) (?:any |my |the )?(?:typos?|brevity|spelling|mistakes|errors|autocorrect)\b.{0,60}$",
    r"get (?:outlook|bluemail|spark|boxer|yahoo mail)\b.{0,90}$",
    r"(?:download|try) (?:the )?(?:outlook|yahoo mail|bluemail|spark)\b.{0,60}$",
    r"yahoo mail\s?[:\-].{0,80}$",
    r"sent (?:from|via) .{2,30} (?:smart ?phone|mobile|for (?:android|ios|iphone|windows|mac)|app)\b.{0,60}$",
    r"(?:von|aus) mein\w{0,2} .{2,40} (?:gesendet|geschickt)",
    r"gesendet (?:von|mit|über|aus)\b.{2,80}$",
    r"diese nachricht wurde von mein.{2,60} gesendet",
    r"envoyé (?:de|depuis|à partir de|avec|par)\b.{2,80}$",
    r"télécharge[rz] outlook",
    r"enviado (?:desde|con|mediante)\b.{2,80}$",
    r"obtener outlook para",
    r"inviato da\b.{2,60}$",
    r"verzonden (?:vanaf|met)\b.{2,60}$",
    r"(?:मेरे|मेरी|अपने) .{1,50}से (?:भेजा|भेजी|प्रेषित)",
    r"(?:मोबाइल|फ़ोन|फोन) से (?:भेजा|भेजी)",
    r"(?:আমার )?.{0,50}(?:মোবাইল|ফোন|phone|iphone|ipad|galaxy|android|স্মার্টফোন|আইফোন) থেকে পাঠানো",
    r"mere (?:phone|mobile|iphone) se bheja",
)

# Questions about how the help was, and what may be clicked.
SURVEY = _any(
    r"how (?:would|do) you rate (?:the|your|our|this|my|us)\b.{0,60}(?:support|help|service|experience|conversation|chat|"
    r"interaction|assistance|reply|response|agent|call|us)\b",
    r"how (?:did|are|was) (?:we|i|our|your)\b.{0,40}(?:do(?:ing)?|service|support|experience|agent)\b\s?\??",
    r"(?:please |kindly )?(?:rate|review) (?:this|our|my|us|your (?:experience|agent|interaction|conversation)|the (?:support|"
    r"help|service|agent|conversation|chat|reply))\b",
    r"(?:was|were|is|did) (?:this|our|the|my) (?:last |latest )?(?:reply|answer|answers|response|e-?mail|message|article|solution|help|support)\b"
    r".{0,40}(?:helpful|help|useful|answer|solve|satisf|good)",
    r"(?:were|are) you (?:satisfied|happy) with\b.{0,60}(?:support|service|answer|help|response|experience|resolution)",
    r"on a scale (?:of|from)\b.{0,120}(?:recommend|satisfied|rate|likely)",
    r"how likely are you to recommend",
    r"(?:we'd|we would|i'd) (?:love|like|appreciate)\b.{0,60}(?:feedback|what you think|hear|know how)",
    r"(?:please )?(?:take|complete|fill (?:in|out)|answer|spare)\b.{0,40}(?:survey|questionnaire|feedback form|moment to (?:rate|"
    r"answer|tell))",
    r"your (?:feedback|opinion)\b.{0,60}(?:matters|helps|important|valuable|improve|counts)",
    r"tell us (?:how we did|what you think|about your experience)",
    r"(?:click|tap)\b.{0,40}(?:to rate|a star|a smiley|a face|the survey)",
    r"help us (?:improve|serve|get better)\b",
    r"(?:good|bad), i['’]m (?:un|dis)?satisfied",
    r"wie (?:zufrieden|bewerten|war|würden)\b.{0,80}(?:service|support|hilfe|beratung|unterstützung|antwort|kundendienst)",
    r"(?:bitte )?(?:bewerten sie|nehmen sie an)\b.{0,60}(?:uns|umfrage|service|support|erfahrung|gespräch)",
    r"(?:comment|êtes-vous|quel)\b.{0,60}(?:évalue|noter|satisfait).{0,60}(?:service|assistance|réponse|support|aide)",
    r"(?:merci de|veuillez) (?:évaluer|noter|répondre à (?:notre|ce) (?:questionnaire|enquête|sondage))",
    r"(?:cómo|qué tan|está)\b.{0,60}(?:calific|valora|satisfech).{0,60}(?:atención|servicio|ayuda|soporte|respuesta)",
    r"(?:por favor,? )?(?:califi|valor|evalú)\w* (?:nuestr|su|este|la (?:atención|ayuda))",
    r"(?:आप|आपको|आपका)\b.{0,60}(?:कितने अंक|रेटिंग|रेट|अनुभव कैसा|सेवा कैसी|मूल्यांकन)",
    r"(?:कृपया )?.{0,40}(?:सर्वेक्षण|सर्वे|फ़ीडबैक|फीडबैक|रेटिंग|प्रतिक्रिया) (?:में भाग|दें|दीजिए|भरें|भरिए)",
    r"(?:हमें|हमारी सेवा को) (?:रेट|रेटिंग)",
    r"(?:আমাদের|আপনার|আপনি).{0,60}(?:কেমন লাগল|কেমন ছিল|রেটিং|মূল্যায়ন|মূল্যায়ন|কত নম্বর)",
    r"(?:অনুগ্রহ করে |দয়া করে )?.{0,40}(?:সমীক্ষা|সার্ভে|ফিডব্যাক|রেটিং|মতামত) (?:দিন|অংশ|পূরণ|জানান)",
    r"aap (?:hamari|humari) (?:service|seva) ko (?:rate|kitne)",
)
# Lines below such a question: answers to click, stars, numbers, bare links.
SURVEY_CHOICE = re.compile(
    r"^(?:\W|_|\d{1,2}\b|https?://\S+|(?:very |un|dis|not )?(?:good|bad|great|okay|ok|yes|no|poor|average|excellent|fair|"
    r"amazing|terrible|awesome|satisfied|happy|sad|neutral|likely|helpful|thank you|thanks|i still need help|i['’]m|it was|"
    r"not (?:at all|really)|extremely|stars?|gut|schlecht|bien|mal|bon|mauvais|oui|non|sí|ja|nein|अच्छा|खराब|हाँ|नहीं|ভালো|খারাপ|"
    r"হ্যাঁ|না)\b)+$",
    re.IGNORECASE,
)

# The line above which an answer is to be typed.
REPLY_LINE = re.compile(
    r"(?:reply|response|answer|respond|type|write)\b.{0,30}\babove\b.{0,12}\bline|above this line\b.{0,30}(?:reply|respond|add)|"
    r"antwort.{0,40}(?:über|oberhalb)\b.{0,20}(?:zeile|linie)|"
    r"(?:réponse|répondre|répondez|écrire|saisir).{0,40}au[- ]dessus de cette ligne|"
    r"(?:respuesta|responda|responder|escriba).{0,40}(?:encima|arriba) de esta línea|"
    r"(?:इस (?:पंक्ति|लाइन|रेखा) के ऊपर).{0,40}(?:उत्तर|जवाब|लिखें|टाइप)|(?:उत्तर|जवाब).{0,30}इस (?:पंक्ति|लाइन|रेखा) (?:के|से) ऊपर|"
    r"এই (?:লাইনের|রেখার) (?:উপরে|ওপরে).{0,40}(?:উত্তর|জবাব|লিখুন)|(?:উত্তর|জবাব).{0,30}এই (?:লাইনের|রেখার) (?:উপরে|ওপরে)",
    re.IGNORECASE,
)

# What a help desk's program writes around the messages.
HELP_DESK = _any(
    r"your (?:request|ticket|case|query|enquiry|inquiry|question|issue|"
    r"message)\s?\W{0,3}#?[\w-]{0,20}\W{0,3}\s?(?:has been|was|is) "
    r"(?:received|updated|created|registered|logged|solved|resolved|closed|assigned|being|reopened|now|marked)",
    r"(?:a )?(?:new )?(?:response|reply|comment|update|note)\b.{0,30}(?:has been|was) (?:added|posted|made) (?:to|on|by)\b",
    r"to (?:add|post|leave)\b.{0,30}(?:comments?|reply|note|information)\b.{0,30}(?:reply to this|respond to this|click|visit)",
    r"(?:please )?reply to this e?-?mail (?:to|directly)\b",
    r"you are (?:registered as|a) (?:a )?cc\b",
    r"you (?:are receiving|received|have received|receive|got) this (?:e-?mail|message|notification|mail)\b",
    r"you are receiving this because",
    r"(?:you can )?(?:view|see|track|check|open|follow|update)\b.{0,20}(?:the|your|"
    r"this)? ?(?:ticket|request|case|conversation|issue)"
    r"(?: \S{1,20})? (?:online|here|at|status|in (?:the|your))\b",
    r"(?:ticket|request|case|issue) (?:url|link)\s?:",
    r"(?:ticket|request|case)(?:[ -]?(?:id|no|number))?\s?[:#]\s?[\w#-]{1,30}(?:,\s?account-subdomain.*)?$",
    r"status\s?:\s?(?:awaiting|open|pending|solved|closed|waiting|resolved|new|on hold|in progress)\b.{0,40}$",
    r"(?:this (?:e-?mail|message) is a service from|delivered by (?:zendesk|freshdesk|intercom|zoho|help ?scout|front|gorgias))",
    r"(?:powered|sent) (?:by|via|with|through) (?:zendesk|freshdesk|freshworks|intercom|zoho|help ?scout|front\b|gorgias|hubspot|"
    r"chatwoot|kayako|jira|salesforce|liveagent|crisp|tidio|.{2,40} via (?:help ?scout|zendesk|freshdesk|front))",
    r"sent by .{2,40} (?:via|through) (?:help ?scout|zendesk|freshdesk|front|zoho|intercom)",
    r"this is an? (?:automated|automatic|auto[- ]?generated|system[- ]generated)\b",
    r"(?:please |kindly )?do not (?:reply|respond)\b.{0,30}(?:this|e-?mail|message|mailbox|address|directly)",
    r"(?:please )?do not (?:remove|change|edit|delete)\b.{0,60}(?:subject|ticket (?:number|id)|reference)",
    r"(?:to )?(?:manage|change|update|edit) your (?:notification|e-?mail|subscription)s? (?:preferences|settings)?",
    r"(?:this|the) (?:inbox|mailbox|e-?mail address|address|account)\b.{0,30}(?:not|un)[ -]?(?:being )?(?:monitored|read|checked|attended)",
    r"(?:replies|responses|answers|e-?mails)\b.{0,40}(?:will not|are not|cannot)(?: be)? (?:read|monitored|answered|received|processed|delivered)",
    r"turn off (?:this|these)\b.{0,40}notifications",
    r"view request\b",
    r"\{#[\w:]{1,10}:[\w-]{3,40}#?\}$",
    r"[A-Z0-9]{6}-[A-Z0-9]{4}\]?$",
    r"(?:[A-Z]{2,10}-?\d{2,12}|#\d{2,12})\s?[-|:–]\s?(?:comments?|shared with|status|priority|assigned|updated?|resolved|closed|new|work notes|"
    r"additional)\b.{0,60}$",
    r"ref\s?:\s?[a-z]{2,4}\d{4,}\S{0,30}$",
    r"(?:sent|created|received|generated) on (?:\w+ )?(?:\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[\w ,:/.+-]{4,40}$",
    r"you can (?:also )?reply (?:in|from|via)\b.{0,80}$",
    r"(?:©|\(c\)|copyright)\s?(?:©\s?)?(?:19|20)\d\d\b.{0,120}$",
    r"all rights reserved",
    r"(?:ihre|deine) (?:anfrage|ticket)\b.{0,40}(?:wurde|ist) (?:aktualisiert|empfangen|eingegangen|gelöst|geschlossen|erstellt)",
    r"diese (?:e-?mail|nachricht) ist ein service von",
    r"(?:dies ist eine|diese nachricht wurde) automatisch",
    r"votre (?:demande|ticket|requête)\b.{0,40}(?:a été|est) (?:mise? à jour|reçue?|résolue?|fermée?|créée?)",
    r"(?:ce (?:message|courriel) (?:est|a été) (?:automatique|envoyé automatiquement)|ceci est un message automatique)",
    r"su (?:solicitud|ticket|consulta|caso)\b.{0,40}(?:ha sido|fue) (?:actualizad|recibid|resuelt|cerrad|cread)",
    r"(?:este es un mensaje automático|no responda a este (?:mensaje|correo))",
    r"आपका (?:अनुरोध|टिकट)\b.{0,60}(?:अपडेट|प्राप्त|मिल|दर्ज|बंद|हल)",
    r"(?:यह एक (?:स्वचालित|ऑटोमैटिक|सिस्टम)|कृपया इस (?:ई-?मेल|ईमेल|संदेश) का (?:उत्तर|जवाब) न)",
    r"আপনার (?:অনুরোধ|টিকিট).{0,60}(?:আপডেট|গৃহীত|পাওয়া|পাওয়া|নথিভুক্ত|বন্ধ|সমাধান)",
    r"(?:এটি একটি (?:স্বয়ংক্রিয়|স্বয়ংক্রিয়)|অনুগ্রহ করে এই (?:ই-?মেইল|ইমেইল|বার্তার) .{0,10}উত্তর দেবেন না)",
)

# Mailing lists and newsletters.
LIST = _any(
    r"to unsubscribe\b",
    r"(?:click here to )?unsubscribe\b\s?(?:$|[|.:·]|here|from|https?:)",
    r"for additional commands, e-?mail",
    r"to (?:view|see) this (?:discussion|thread|topic)\b",
    r"(?:reply|respond) to this e-?mail directly,? (?:or )?view it on",
    r"message id\s?:\s?<",
    r"if you (?:no longer wish|do not wish|do not want|prefer not)\b.{0,60}(?:e-?mails?|messages|newsletter|receive)",
    r"view (?:this e?-?mail )?in (?:your )?browser",
    r"update your (?:preferences|subscription|profile)",
    r"https?://\S{0,200}/(?:mailman|listinfo|unsubscribe|lists?/)\S{0,200}$",
    r"[\w.+-]{1,60} mailing list\s?(?:--.{0,60})?$",
    r"sie erhalten diese (?:nachricht|e-?mail|mail)\b",
    r"um (?:sich|diese|den newsletter).{0,40}(?:abzumelden|abzubestellen)",
    r"(?:vous recevez ce|pour vous désabonner|se désabonner|se désinscrire)",
    r"(?:recibe este|para darse de baja|cancelar (?:la )?suscripción|darse de baja)",
    r"(?:यदि|अगर) आप (?:ये|ऐसे|यह) (?:ई-?मेल|ईमेल|संदेश).{0,40}(?:नहीं चाहते|प्राप्त नहीं)",
    r"(?:सदस्यता समाप्त|अनसब्सक्राइब)",
    r"(?:আপনি যদি )?(?:এই )?(?:ই-?মেইল|ইমেইল).{0,40}(?:পেতে না চান|পেতে না চাইলে)",
    r"(?:আনসাবস্ক্রাইব|সদস্যতা বাতিল)",
)

# Below a signature: where else to find the company.
_NETWORKS = r"(?:facebook|twitter|x|linkedin|instagram|youtube|whatsapp|telegram|pinterest|tiktok|blog|website|web)"
SOCIAL = _any(
    r"(?:follow|find|like|connect with|join|visit) us\b.{0,60}(?:on|at|:)",
    r"connect with (?:us|me)\b",
    _NETWORKS + r"(?:\s?[|·•/,-]\s?" + _NETWORKS + r")+\W*$",
    r"(?:download|get) (?:our|the) (?:\w+ )?app\b.{0,80}$",
    # The company and where it is: Arena One AB · Box 12 · Stockholm
    r"[^·•.?!\n]{2,60}(?:\s[·•]\s[^·•.?!\n]{2,60}){1,5}$",
    r"book (?:a|some) (?:meeting|time|call|slot|demo) (?:with me|here)\b.{0,80}$",
)

BOT_NAME = re.compile(r"^(?:[\w .'-]{0,30}\s)?(?:bot|system|automation|robot|assistant)\s?:\s+", re.IGNORECASE)
# Above each comment in a help desk's mail.
AUTHOR_REPLIED = re.compile(
    r"^\S.{1,60}\b(?:replied|commented|responded|posted|added a (?:comment|reply|response|note)|wrote a (?:comment|reply))\s?"
    r"(?:on .{1,60})?:?$",
    re.IGNORECASE,
)
# What the help desk itself noted: nobody said it to anybody.
SYSTEM = _any(
    r"(?:this|the) (?:ticket|request|case|conversation|chat|issue|thread)\b\W?#?[\w-]{0,16}\W?\s?(?:has been|was|is|will be|got) "
    r"(?:automatically |now )?(?:merged|closed|solved|resolved|reopened|re-?assigned|assigned|escalated|transferred|created|"
    r"locked|archived|marked|snoozed|put on hold|set to)\b(?:.{0,200})$",
    r"(?:ticket|request|conversation|case)\s?(?:#?\d[\w-]{0,16})? (?:was )?(?:merged|"
    r"closed|re-?opened|resolved|assigned|transferred|"
    r"unassigned|snoozed) (?:into|by|to|automatically|and|from|until)\b",
    r"(?:conversation|ticket) (?:was|has been) (?:marked|assigned|reopened|resolved|muted|snoozed|labelled|unassigned)\b",
    r"(?:request|ticket) #\d{1,12}\b.{0,80}(?:was|has been) (?:closed|merged)",
    r"merged (?:from|into|with) (?:ticket|request|case|#)",
    r"(?:assignee|priority|status|group|type|tags?|due date|severity|category|queue|owner|sla|channel|brand|form)\b (?:was )?"
    r"(?:changed|set|updated|added|removed) (?:from|to|by)\b",
    r"(?:sla|service level)\b.{0,60}(?:breach|missed|violat|due|paused)",
    r"(?:triggered|updated|closed|sent|performed|executed|"
    r"run) by (?:the )?(?:automation|trigger|workflow|rule|macro|system|bot)\b",
    r"(?:chat|call|session|conversation) (?:started|ended|began|transferred|closed|was (?:started|ended|transferred))\b"
    r"(?: (?:on|at|by|to|with|from)\b.{0,80}|\s?[.:]?$|\s?\W.{0,40}$)",
    r"[\w .'’-]{2,40} (?:joined|left|has joined|has left|entered|is now in) the (?:chat|conversation|session|room)\b.{0,30}$",
    r"[\w .'’-]{2,40} (?:added|removed|assigned|unassigned|changed|resolved|reopened|"
    r"snoozed)(?: the)? (?:label|tag|priority|status|"
    r"team|assignee|conversation|ticket|this)\b.{0,80}$",
    r"[\w .'’-]{2,40} (?:self-assigned|self assigned)\b",
    r"[\w .'’-]{2,40} changed the (?:status|priority|assignee|subject|type|group)\b.{0,80}$",
    r"(?:call|voicemail) (?:from|to)\s?:",
    r"(?:time of call|answered by|length of (?:phone )?call|call duration|call length|"
    r"listen to the recording|recording|location)\s?:"
    r".{0,160}$",
    r"(?:inbound|outbound|missed|incoming|outgoing) (?:call|voicemail)\b\s?(?:from|to|at|on|:).{0,120}$",
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response)|out of office|autoreply|abwesenheitsnotiz|automatische antwort|"
    r"réponse automatique|respuesta automática|स्वचालित (?:उत्तर|जवाब)|স্বয়ংক্রিয় উত্তর)\b\s?[:\-–]?.{0,300}$",
    r"i (?:am|will be) (?:currently )?(?:out of (?:the )?office|on (?:annual |sick )?leave|away from)\b.{0,300}$",
    r"(?:attachments?(?:\(s\))?|anhänge?|pièces? jointes?|adjuntos?|संलग्नक|সংযুক্তি)\s?:\s?\S{1,120}\.\w{2,5}\b.{0,200}$",
    r"(?:customer|visitor|user|agent|contact|guest) (?:has been|is|was|went) (?:idle|inactive|away|offline)\b.{0,60}$",
    r"[\w()\- .]{1,80}\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|heic|mp4|zip|txt|csv|eml)\s?\(?\d[\d.,]*\s?(?:b|kb|mb|k|m|bytes)\)?$",
    r"\[?(?:image|cid|inline image|embedded image|bild|imagen)\s?:\s?[^\]\n]{1,120}\]?$",
    r"(?:visitor|user|customer|agent) (?:is|was|has been) (?:offline|inactive|idle|"
    r"disconnected|redirected|transferred)\b.{0,60}$",
    r"यह टिकट\b.{0,100}(?:बंद कर|मर्ज|विलय|सौंप|स्थानांतरित)",
    r"(?:टिकट|बातचीत|चैट) (?:बंद|समाप्त|शुरू|स्थानांतरित) (?:की|कर|हो|हुई)",
    r"(?:৭ দিন|.{0,40}উত্তর না (?:পাওয়ায়|পাওয়ায়)).{0,60}(?:টিকিট|টিকেট).{0,40}বন্ধ",
    r"এই (?:টিকিট|টিকেট|চ্যাট|কথোপকথন).{0,80}(?:বন্ধ করা|মার্জ|একত্র|স্থানান্তর|শেষ)",
    r"dieses ticket (?:wurde|wird)\b.{0,120}(?:geschlossen|zusammengeführt|gelöst)",
    r"(?:ce ticket|cette demande) (?:a été|sera)\b.{0,120}(?:fermée?|fusionnée?|résolue?)",
    r"(?:este ticket|esta solicitud) (?:ha sido|fue|será)\b.{0,120}(?:cerrad|fusionad|resuelt)",
)
# What else stands in the paragraph of a banner.
BANNER_REST = re.compile(
    r"links?\b|attachments?\b|sender|outside|external|suspicious|phishing|report|absender|anhänge|expéditeur|pièces jointes|"
    r"remitente|enlaces|लिंक|प्रेषक|संलग्न|লিঙ্ক|প্রেরক|সংযুক্তি",
    re.IGNORECASE,
)
