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
dev hari mani madhu maya rani raja mila gaya bela
robin ruby pearl amber ivy iris daisy lily jasmine violet olive ginger sage basil victor champion prince princess duke earl major
sterling autumn river sky ocean angel melody harmony carol penny crystal diamond star
kai magar tak char sood vaidya kara jeet wali eta sathe ekta kata dey pai jani
kale hora church session oak bath yoga western finish
"""

# Everyday words in Devanagari and Bengali that are names as well. They count within a whole name, or where something
# beside them says that a person is meant; in Latin letters ("asha", "sandesh") where they have a capital.
INDIC_EVERYDAY = """
सकती सकता अंदर अन्दर आधी अंडर  গৌরব চাঁদ
सरकार सरकारी काम मेरा मेरी धर्म कहना हिन्दी हिंदी बनाया भारी ईश्वर प्रभु सूची भवन मीटर भला भक्त मनाया कथा पंडित बीवी
उर्दू प्रणाली महात्मा बढ़ावा बढावा मंत्र मन्त्र तमिल दोषी तंत्र तन्त्र ऋषि सरदार पंजाबी बाहरी आचार्य शास्त्री लिखित
कथित भगत चंद्र चन्द्र साधन सीधी स्तरीय ज्योतिष बंदी बन्दी मराठी भजन शेख कनाडा बीबी गुजराती चढ़ा सीमाओं रौशनी पीले
युवराज नेपाली बसों बहती बैंड डूबे क्राइम यंत्र भावी रूचि गोला कमला जौहर नेत्र सुलभ मोहित पार्षद सुदर्शन फ्रेंच कर्ण
गंदा संधि बलवान मुंशी शास्त्रीय मिलान असंतोष पुरोहित समकक्ष क्रीम बूढ़ी रोमांस ग्रीक अधर्म मंतर कमाया निडर अशांति
एकांत सीढ़ी पतला गोले बेला धरम शराबी असुविधा कीर्तन संतुष्टि आजीविका खिल तेलुगु तेलुगू जातीं बेहाल पृथक भाला महाजन
कुंड कुण्ड मिस्त्री रेशमी जीविका बरसा मलयालम सिंधी सूचि इटालियन दैवीय मुन्नी रजनी विपुल जातियां बोरा असरदार ठहराव
निहाल सताया खारे विदित चर्बी सोनी रूपा सूचना शिकायत सलाह मदद ज़रूरत जरूरत हालत हिसाब जवाब सवाल मतलब तरीका तरीक़ा
फ़र्क इंतज़ार इंतजार ইংরেজি চীনা সেখান সেখানে লিখিত কথিত বোর্ড বোর্ডের আরবি প্রেরণ জাপানি ফরাসি সড়ক সড়কের হিন্দি
কোথা কোথায় সেন্ট্রাল চার্চ সোনালী সোনালি রূপালী রুপালি মিনার তুর্কি অসুবিধা খুশী থাই পেটের পেট প্রভু সুশীল ল্যাটিন
গ্রীক পণ্ডিত সাহারা ডাচ শেখানো শেখা কীর্তি ভোক্তা কেয়ার বাকিটা বাকি গর্ব গর্বের ভাবিনি অসন্তোষ সন্তোষ সন্তুষ্টি
অভাবনীয় প্রণীত বাড়িটি বাড়িটা বাড়ি হিব্রু বোরখা গীতিকার চয়ন সার্থক সংস্কৃত সুলভ প্রণালী কল্পিত মিলা সন্ধি
বিশ্বসেরা দীক্ষিত কেবিন পুরোহিত রোমান্স নেতারা তালিকা খবর জবাব সওয়াল দরকার হিসাব মানে কাজ চাকরি আমার তোমার মেরামত
সংবাদ মোহিত রচিত বিদিত সরকারি বেসরকারি মন্ত্র তন্ত্র যন্ত্র সাধন ভবন মন্দির আশ্রম ধর্ম কর্ম ঈশ্বর ভগবান ভক্ত
हिम्मत भरोसा उम्मीद वादा प्रयास आरंभ आरम्भ अरमान एहसास चाहत आवाज़ आवाज ख्वाब दुआ वफ़ा वफा नूर नज़र नजर रहम करम इनाम
ईमान हिफ़ाज़त मेहनत मेहर शान शौक तारीफ़ तारीफ कमाल जमाल बहार गुलशन गुलाब चमन वतन आज़ाद आजाद सलाम पैग़ाम फ़रमान नमन
वंदन चंदन कुंदन कंचन रंजन मनन चिंतन अभिनंदन नंदन उपहार आहार विहार सुयोग संयोग सहयोग प्रयोग उद्योग उदय समीर तूफ़ान
तूफान फाल्गुन कार्तिक चैत्र वैशाख माघ शरद हेमंत शिशिर सोम बुध गुरु शुक्र रवि दिशा धारा छाया काया क्षमता योग्यता
सौम्य स्वाति आयुष आयु आरोग्य तेज प्रज्ञा मेधा बुद्धि सिद्धि समृद्धि वृद्धि शुद्धि गति मति रति नीति रीति विभूति
अनुभूति स्तुति श्रुति धृति कांति क्रांति रुचि सुरुचि शुचि छवि कवि निशान पहचान अल्पना धारणा घोषणा मान्यता तपस्या आलोक
अशोक विनीत सम्मान आदर सत्कार अनुकूल मुकुल शरण चरण स्मरण तरुण अरुण वरुण प्रभा विभा गंगा यमुना कावेरी हिमालय कैलाश
भारती तरंग सारंग रंग मयूर हंस मैना केसर कस्तूरी तुलसी गुड़िया मुन्ना दीवाना अंजाम अनजान नसीम तस्वीर तक़दीर तकदीर
शबनम पूनम इज़्ज़त इज्जत शोहरत दौलत बरकत शराफ़त किस्मत क़िस्मत रहमत मन्नत जन्नत इनायत हिदायत अमानत सलामत संजीवनी
संस्कार संस्कृत साक्षी गवाह साधु संत सेवक रक्षक पालक बालक बालिका कन्या नारी पुरुष युवा मानव मानवी जन जीवन प्राण
आत्मा अनंत अनन्त असीमित अद्भुत अनोखी निराला सुहाना सुहानी मस्ताना राही पथिक मुसाफ़िर यात्रा यात्री मार्ग राहत सुकून
चैनल सुबह शाम भोर दोपहर रात दिन सप्ताह माह वर्ष तिथि क्षण पल काल युग सदी ऊर्जा शौर्य पराक्रम बलिदान त्याग समर्पण
समाधान निदान परिणाम प्रमाण निर्माण कल्याण मंगलम लाभ शुभलाभ वैभव ऐश्वर्य संपत्ति संपदा ভরসা কথা প্রয়াস হিম্মত সুরুচি
রুচি দিশা ছায়া ধারা গতি নীতি রীতি শ্রুতি কৃতি কান্তি ক্রান্তি বৃদ্ধি সমৃদ্ধি বুদ্ধি সিদ্ধি মতি স্তুতি কবি ছবি শুচি
পরিচয় আলোক অশোক সম্মান অনুকূল মুকুল শরণ চরণ স্মরণ প্রভা আভা গঙ্গা যমুনা কাবেরী হিমালয় কৈলাস ভারত ভারতী তরঙ্গ রঙ
ময়ূর হংস তুলসী চন্দন কাঞ্চন রঞ্জন চিন্তন অভিনন্দন উপহার সহযোগ প্রয়োগ উদয় সমীর ফাল্গুন কার্তিক চৈত্র বৈশাখ মাঘ শরৎ
হেমন্ত শিশির বসন্ত সোম মঙ্গল বুধ গুরু শুক্র শনি রবি তেজ মেধা আয়ু অন্ত অনন্ত অসীম অপরূপ অনুপম নিরুপম সুন্দরম
সুপ্রভাত শুভেচ্ছা সাক্ষী সাধু সন্ত সেবক রক্ষক বালক বালিকা কন্যা নারী পুরুষ যুবক মানব জীবন প্রাণ আত্মা যাত্রা যাত্রী
পথিক পথ দিন রাত ভোরবেলা দুপুর বিকেল বিকাল সপ্তাহ মাস বছর বর্ষ তিথি ক্ষণ কাল যুগ শৌর্য ত্যাগ সমাধান প্রমাণ নির্মাণ
কল্যাণ লাভ বৈভব সম্পদ সম্পত্তি নয়নতারা পাখি পরী মৌ মৌমাছি মেঘলা রোদ রোদেলা শ্রাবণ শ্রাবণী আষাঢ় ভাদ্র আশ্বিন পৌষ
ঊষা উষা নিশা রাকা পল্লব অঙ্কুর শাখা লতিকা মালতী চামেলি জুঁই টগর কামিনী রজনী যামিনী সুধা অমিয় মাধব কেশব অর্ঘ্য অর্পণ
দীপ দীপা আরতি অঞ্জলি প্রণাম আশিস আশীষ ভজন কীর্তন সাগরিকা মোহনা দিগন্ত অন্তরা আভাস আবেগ অনুরাগ
संध्या सन्ध्या प्रीति कीर्ति आशा ज्योति किरण रेखा शांति शान्ति माला पूजा आरती सोना मोती सीमा विकास प्रेम आनंद आनन्द
विजय जय श्री लाल दास देवी पाल
राय रानी राजा माया प्रकाश संतोष अमन चैन भगवान संदेश सन्देश विश्वास अविश्वास अनुभव कविता प्रतीक्षा समीक्षा सुविधा समय
रोशनी रोशन खुशी ख़ुशी विशेष सुधार प्रसाद रचना सूरज वर्षा दीपक दीप निर्मल सरल सक्षम समर्थ असमर्थ सार्थक सफल सफलता
भारत राज राज्य राम शक्ति पूरी पुरी बिना दिया दर्शन रक्षा सुरक्षा कदम खाना प्रधान मालिक कला शेष विशाल सूर्य विधि मंगल
मूर्ति स्त्री
अमर सुन्दर सुंदर उत्तम पुष्टि कल्पना कमल दौरा गीता गौरव प्रतिमा ओम स्वर्ण विद्या प्रतिभा दुर्गा नाथ श्रेष्ठ प्रसन्न
तलवार रत्न
नवीन पूर्णिमा श्याम अखिल कोटा लीला हरि चेतना अमृत पाठक शनि विवेक झलक मधुर समक्ष मधु सेठ तीर्थ शोभा निधि लता
यश अनमोल उपासना आराधना चंदा चाँदनी चांदनी मुनि नित्य प्रदीप प्रभात गरिमा विराम काबिल सुमन वक्ता दर्पण पद्म सितारा बरखा
अभय असीम मंथन उमंग लेखा सती वीणा जया निशा मणि चंचल आभा वासना आभारी दिव्या पुष्पा पुष्प खरे रचित क्षितिज दीवान विमल
उत्कर्ष उपकार याचना प्रणय अभिलाषा सागर आकाश धरती नदी बादल पवन सावन बसंत ऋतु मौसम प्रार्थना वंदना अर्चना साधना प्रेरणा
भावना कामना
सपना स्वप्न स्मृति दृष्टि सृष्टि मुक्ति भक्ति युक्ति तृप्ति प्राप्ति आपूर्ति पूर्ति प्रगति उन्नति स्वीकृति कृति आकृति
प्रकृति संस्कृति आस्था श्रद्धा निष्ठा
प्रतिष्ठा इच्छा शिक्षा दीक्षा परीक्षा आज्ञा सहायता करुणा दया ममता समता एकता स्नेह कृपा क्षमा धैर्य साहस साहिल मंज़िल
मंजिल किनारा
अंकुर पल्लव अंश अंकित अर्पित समर्पित अर्पण संकल्प विकल्प संकेत प्रतीक चिराग रौनक मुस्कान हर्ष उत्सव मेला मिलन संगम
संगीत
गीत सरिता सुगंध खुशबू कोमल शीतल निर्मला पावन पवित्र शुभ शुभम लक्ष्य उद्देश्य उजाला ज्वाला अग्नि जल वायु तारा नयन
आशीर्वाद काजल बिंदु सिंधु बाला राखी होली दिवाली ईद वीर धीर गंभीर कुशल निपुण प्रवीण चतुर अमूल्य मूल्य धन कुबेर भूषण
आभूषण हीरा
पन्ना नीलम माणिक कुमार कुमारी नारायण ठाकुर महाराज स्वामी भरी सही नया नई दान वरदान योग योगी ध्यान ज्ञान
विज्ञान वेद न्याय निर्णय सत्य तथ्य यथार्थ आदर्श अनुराग अनुपम अतुल अटल अचल विनय विनोद मित्र
सखी बंधु भाई दीदी बाबा माँ मामा चाचा दादा सेवा कर बल नील हरित लालिमा श्वेता काली गोरी गुप्त मिश्र शर्म
আশা রেখা শান্তি মালা পূজা সোনা সীমা বিকাশ প্রেম আনন্দ জয় শ্রী জয় লাল দাস দেবী পাল রায় রায় রানী রাজা মায়া মায়া
প্রদীপ জানা স্বপন ঝর্ণা বিশ্বাস অবিশ্বাস কর সন্দেশ সুবিধা সময় সময় আলো কবিতা সরকার আকাশ বর্ষা প্রকাশ সকাল খুশি শুভ
শুভ্র আমি করি প্রধান বাংলা উত্তর দক্ষিণ পশ্চিম লেখা প্রিয় প্রিয় হক কুমার দেব দে বৃষ্টি মিষ্টি শোনা চেক বিরাট ধাক্কা
শান্ত নেতা
মূর্তি চন্দ্র বিনা রাজ আজাদ ঠাকুর মিলন মিশ্র প্রশান্ত মিত্র চাঁদ বিধি তুষার প্রান্ত মেঘনা আদি বিদ্যা কাজল জীবিকা সমর্থ
প্রীতি জাহান
সজীব আরা লতা বাদল পুষ্টি অক্ষয় অক্ষয় নয়ন নয়ন চঞ্চল বাঁধন প্রত্যয় প্রত্যয় উপাসনা সাগর নদী মেঘ ঝড় সন্ধ্যা প্রভাত
রাত্রি নিশি ভোর সূর্য তারা জ্যোতি কিরণ জ্যোৎস্না পূর্ণিমা প্রতিমা শোভা সুন্দর সুন্দরী মধু মধুর মিতা কৃপা দয়া দয়া
মমতা করুণা স্নেহ
ভালোবাসা প্রেরণা ভাবনা কামনা বাসনা সাধনা আরাধনা বন্দনা প্রার্থনা কল্পনা রচনা স্মৃতি দৃষ্টি সৃষ্টি মুক্তি ভক্তি শক্তি
তৃপ্তি প্রাপ্তি প্রগতি
উন্নতি প্রকৃতি কৃষ্টি আস্থা শ্রদ্ধা নিষ্ঠা প্রতিষ্ঠা ইচ্ছা শিক্ষা দীক্ষা পরীক্ষা প্রতীক্ষা সমীক্ষা সুরক্ষা রক্ষা
স্বপ্ন স্বপ্না সাহস ধৈর্য
বিন্দু আশীর্বাদ সঙ্গম সংকল্প বিকল্প সংকেত প্রতীক প্রদীপ্ত হাসি আদর সোহাগ উৎসব মেলা সঙ্গীত গীতা গীত নাচ ছন্দ সুর কোমল
শীতল নির্মল পবন পবিত্র
অমৃত অমল অমর অমূল্য মূল্য ধন মণি মানিক হীরা পান্না নীলা মুক্তা সরল সহজ সফল বিজয় বিজয় গৌরব বিবেক বিনয় বিনয়
যোগ ধ্যান জ্ঞান বিজ্ঞান ন্যায় সত্য তথ্য আদর্শ অনুভব অভিজ্ঞতা বিশেষ নিয়ম নিয়ম ভাই দাদা দিদি বাবা মা মামা কাকা সেবা

দাস নাগ গুহ নন্দী পান ব্যাগ মাল পাত্র শীল বালা ভূষণ প্রসাদ নবীন প্রবীণ তরুণ অরুণ কিশোর কিশোরী বন্ধু সখী
পুতুল টিয়া ময়না কোকিল দোয়েল শিউলি বকুল জবা গোলাপ পদ্ম কমল কলি ফুল পলাশ শিমুল বেলা লাবণ্য মাধুরী চেতনা
"""

# Parts of what a team, a desk or a program is called, which helpdesks list among their agents. They are nobody's name.
TEAM_WORDS = """
floor ground duty chief deputy junior trainee intern volunteer backend frontend front bulk corporate enterprise
consumer public private official automatic bounce postmaster root sample default unknown anonymous visitor someone
nobody deleted former new old backup archive import migration integration erp pos sms ivr voip telephony dialer
callback voicemail fax print packaging assembly factory plant depot station counter kiosk showroom outlet franchise
dealer distributor reseller agency studio salon spa gym restaurant cafe canteen hostel campus academy institute
university hospital dental nursing doctor nurse medical diagnostics report records document file upload download
scanning data analytics insights research rating
accounts account accounting admin administrator agents alert alerts announcements answers api app assist assistance
assistant auto
automated automation backoffice billing booking bookings bot branch call calls cancellation cancellations care cart
catalogue center
centre chat chatbot claims client clients collections community compliance complaints concierge courier crm customer
customers
cx daemon delivery department dept desk digital dispatch ecommerce email enquiries enquiry escalation escalations
exchange
exchanges experience feedback field finance fraud frontdesk fulfilment fulfillment general group grievance guest gst
hello help
helpdesk helpline hotline house hr hub info information inquiry inside installation instagram inventory invoice
invoices it kyc
l1 l2 l3 lead legal level line live local logistics loyalty mailer manager management marketing merchant messenger
mobile monitoring night nodal noreply
notification notifications office offline online onboarding operations operator ops order orders outbound packing
partner partners
payable payment payments payroll phone pickup pickups portal premium priority procurement product products
purchase qa quality queries query reception refund refunds region reminder replacement reply
resolution response retail return returns review reviews robot sales schedule scheduler security seller sellers senior
service services shift
ship shipment shipping shop shopify site social specialist staff stock store stores supervisor supply support survey
system tasks
tax team tech technical technician telecaller test ticket tickets tier tracking training transport trigger triggers
trust updates user
vendor vendors verification vip virtual voice voucher warehouse warranty web webmaster website whatsapp wholesale
wishlist workflow
cell wing unit ward committee officer executive representative associate coordinator controller secretary clerk
cashier driver rider
pharmacy kitchen lab clinic school college bank insurance hotel travel ticketing passenger student admissions library
server database
network engineering developer dev design content media news events audit treasury spares repairs repair demo trial
subscription
subscriptions receivable receivables payables recovery membership members relations relationship success happiness ninja hero
day morning evening weekend north south east west central zone
सहायता केंद्र केन्द्र ग्राहक सेवा टीम विभाग डेस्क बिलिंग वापसी शिकायत सपोर्ट हेल्प हेल्पलाइन कस्टमर केयर दुकान स्टोर
गोदाम डिलीवरी प्रबंधक
कार्यालय लेखा बिक्री भुगतान ऑर्डर मदद सूचना पूछताछ
সাহায্য কেন্দ্র গ্রাহক সেবা টিম দল বিভাগ ডেস্ক বিলিং ফেরত অভিযোগ সাপোর্ট হেল্প হেল্পলাইন কাস্টমার কেয়ার কেয়ার দোকান
স্টোর গুদাম
ডেলিভারি ম্যানেজার অফিস হিসাব বিক্রি পেমেন্ট অর্ডার সহায়তা সহায়তা তথ্য অনুসন্ধান
"""

# A team's name ends with one of these ("Acme Support"): then the rest is the house's name and nobody's.
TEAM_ENDS = """
support care team desk helpdesk helpline department dept center centre bot chatbot operations ops billing returns
refunds escalations
service services notifications updates alerts system admin warehouse hub group सेवा केंद्र केन्द्र टीम विभाग डेस्क
সেবা কেন্দ্র টিম বিভাগ ডেস্ক
"""

# Beside an everyday word these say that it is somebody's name: before it, after it, and after it in Latin letters.
TITLES = """
mr mrs ms miss dr shri smt sri agent श्री श्रीमती श्रीमान सुश्री कुमारी डॉ एजेंट মিস্টার মিসেস শ্রীমতী শ্রীমান ডাঃ ডা
এজেন্ট
"""
HONORIFICS = """
जी भाई बाबू साहब साहिब बहन मैडम सर दीदी भैया भइया दादा ने बोले बोली বাবু দা দি জি ভাই সাহেব দিদি দাদা ম্যাডাম স্যার
বৌদি কাকু বললেন বাবুকে দিদিকে দাদাকে
বলেছেন বলেছিলেন ji bhai bhaiya babu saab sahab sahib sir madam maam didi dada ne
"""
SPEAKING = """
da di called calls said says here from told spoke wrote replied promised bola bole boli bolechen bollen bolechilen
"""

# What follows "my name" where the sentence is about the name, or ends it.
NOT_NAMES = """
wrong not incorrect kothao kothay chai keno keu kauke kisi kahin kahan kab badal badle badlo change
update spelled spelt showing missing on in written misspelled different coming there mentioned
changed still hai he h hain and aur main mai me mera order galat nahi kyu kya kaise pe par ko se ka ki ke app
bill mein likha bhul vul thik e te r ache achhe likhe eta ota ebong ar ami है हूँ और में गलत ग़लत नहीं क्यों
क्या कैसे पर को से का की के ऐप बिल लिखा मैं मेरा ভুল ঠিক নেই আছে লেখা এবং আর আমি আমার অ্যাপে বিলে কি কেন
বদলাতে পাল্টাতে চাই কোথাও কোথায় কোথায় কেউ কেন দিয়ে দিয়ে किसी उसे उन्हें कहीं कहाँ कब कोई सही चाहिए बदल কাউকে বদলে
"""

# With one of these the sentence says something about the name and does not tell it.
ABORTING = """
मत ना না mat na में पर को तक जानते बदलो बदलना गलत ग़लत wrong galat bhul vul ভুল incorrect spelled spelt misspelled par pe mein
"""

# May stand before a hyphen and a phone number; other letters make it an order number or the like.
PHONE_LABELS = """
ph phone mob mobile tel telephone call contact no num number whatsapp cell m t p fon nr
"""

# Digits as they are spoken, English ones also in Devanagari and Bengali letters, and romanised Hindi and Bengali.
SPOKEN_DIGITS = """
zero oh one two three four five six seven eight nine naught nil
twenty thirty forty fifty sixty seventy eighty ninety
शून्य ज़ीरो जीरो एक दो तीन चार पाँच पांच छह छः छै छे सात आठ नौ
वन टू थ्री फोर फ़ोर फाइव फ़ाइव सिक्स सेवन एट नाइन
শূন্য জিরো এক দুই তিন চার পাঁচ ছয় ছয় সাত আট নয় নয়
ওয়ান ওয়ান টু থ্রি ফোর ফাইভ সিক্স সেভেন এইট নাইন
shunya shunno jiro ek do dui teen tin char chaar paanch panch pach paach chhe chhah che chah choy chhoy saat sat shat
saath aath ath aat aatth nau noy
"""
SPOKEN_DOUBLE = "double dubble डबल ডাবল ডবল"
SPOKEN_TRIPLE = "triple tripple ट्रिपल ট্রিপল"

# Before " at … dot com" or " @ …" these are words of a sentence and not the name of a box.
BEFORE_AT = """
me us him her you them it is was am are be been at in on to for from of the a an and or as by if so
mail email e-mail id look looks looked looking see saw seen shop shopping shopped buy bought order orders ordered
visit visited
check checked available only here there work works worked working sell sells sold sale price prices priced register
registered sign signed login logged account site website store page found find read got get arrive arrived delivered
deliver
meet met stay staying live living placed place pay paid listed contact reach write call ask asked sent send back up
that this these those not now just still also offer offers each pcs nos pieces kg
"""

# After an "@" these are no payment handle.
AFTER_AT = """
rs inr usd home work office the rate a an once night morning noon least most each per all cafe gate door shop store
jhilmil
"""

# After "password:" these say something about it.
BESIDE_SECRETS = """
not wrong reset forgot forgotten lost same required incorrect invalid change changed help none unknown missing blank
hidden error expired link page field problem issue again update updated works working accepted rejected failed must
should have with what when where there that this your their yes okay needed strong weak short long policy protected
galat galti bhul bhool bhula nahi nahin kaise kya link thik theek badal badla reset
"""
