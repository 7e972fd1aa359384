"""Words by which `kb.text.language` tells languages written in Latin letters apart: plain lists, to be read and added to.

Spellings vary (nahi, nahin, nahee; korchi, korchhi), so the lists hold one spelling and `kb.text.phonetic.romanised_key` brings
variants together: doubled vowels count once, ee = i, oo = u, w = v, z = j, ph = f.

`STRONG` words occur in no English sentence, one is enough. `LIKELY` words are also names, abbreviations or parts of
other languages, two are needed. `SHARED` words are English words too ("me", "to", "the" are Hindi as well): they only
tip the balance once something else has spoken. A word in several lists weighs as the weakest says.
"""

HINDI_STRONG = """
hai hain haen hu hun tha thi thay nahi nahin nai nhi nahee mat kya kyu kyun kyon kaise kaisa kaisi kese keise kahan
kaha kidhar kitna kitne kitni kaun kon kaunsa kaunsi konsa konsi kisne kisko kiska kiski kiske kisi mera meri mere
mujhe mujhko mujko muje mjhe mujh mujhse maine mene mainne hamara hamari hamare hamko humko hame humein hamein humne
aap aapka aapki aapke aapko aapne apka apki apke apko apne apna apni tum tumhara tumhari tumhare tumko tumne tera teri
tere tujhe uska uski uske usko usne usse iska iski iske isko isse isne inka inki inke inko inhe unka unki unke unko
unhe unhone yeh ye voh wo vo woh yahan yaha vahan vaha wahan waha idhar udhar abhi ab tab jab kab kabhi phir fir jaise
jaisa aise aisa vaise waise agar lekin magar kyunki kyuki isliye islie taki balki warna varna sirf bahut bohot bohut
bahot thoda thodi thode jyada zyada ziada kam kuch kuchh kuchch sab sabhi sabse har koi koyi aur ya bhi liye lie lia
ka ki ke ko se mein tak saath sath bina baad pehle pahle pahele upar niche andar bahar paas pas karo karna karne karni
kare karen karein karta karti karte karke karu karun karunga karungi karega karegi karenge kiya kiye kijiye kijie
kijiyega karwana karvana karwao karao karaye kara raha rahi rahe rha rhi rhe raho gaya gayi gaye gya gyi gai jao jana
jane jaye jayega jayegi jaunga jata jati jate jaa jakar ho hota hoti hote hona hone hoga hogi honge hua hui hue huwa
hogaya hogya hoke hokar aana aane aaya aayi aaye aya ayi aata aati aate aayega ayega aaega ayga ayegi aayegi aayenge
aao aaj kal parso subah subha shaam sham raat dopahar din mahina mahine mahiney saal hafta hafte ghanta ghante baje
bajay mila mile mili milta milti milega milegi milenge milna milne diya diye dia dijiye dijie dena dene deta deti dete
dega degi denge dunga do dedo lena lene leta leti lete liya lega legi lenge lo lelo chahiye chahie chahiey chaiye
chaie chahta chahti chahte sakta sakti sakte sakun saku skta skti skte paa pata pta batao bataye bataiye batana batado
batayen bata bole bolo bola bolna bolta bolte kehna kehte pucho puchho puchna poocha dekho dekha dekhna dekhne dekhta
dikha dikhao dikhaye dikhayen dikhata dikh bhejo bhej bheja bhejna bheje bhejne bhejen bhejdo bhejiye lagao laga
lagana lage lagaye lagega lagayen lagta lagti lagte lag hatao hata hatana hataye badlo badle badal badalna badalne
badla badlna banao bana banaye banana banane banaya band bandh kholo khola kholna khol chalu chalao chala chalana
chalta chalti chal chalaye shuru suru bajao baja bajaye bajana roko rok rokna rokey ruko khatam khtm khareeda kharida
kharidna kharid khareed lauta lautana wapas vapas vapis wapis waapas wapsi paisa paise paisey paiso rupaye rupay
rupaiya rupiya kharab kharaab galat galti sahi theek thik tik thk accha acha achha achchha achi bekar bura naya nayi
naye nya purana purani ji haan han haa krna krne kr krdo kro kru kre krke krta krte krti chuka chuki chuke wala wali
wale vala vali vale waala dost ghar gaadi gadi kapde kapda kapra joota joote saman samaan cheez cheej chij naam nam
pyaar sach samajh samay vaqt waqt waqat madad maddad madat dhanyavad dhanyawad shukriya kripya kripaya namaste
namaskar bhai bhaiya behen didi bhaisahab sahab suno sunao suna sunaye sunna gaana gaane gane pahunch pahunchne
pahuncha pahunchega pahuchne pahucha pohcha pahunchta jaldi der turant baar bar bare baare tarah taraf zarurat jarurat
zaroorat jaroorat zaruri jaruri bilkul shayad hamesha aaram pura puri poora poori pure aadha adha ek teen char paanch
panch chhe saat aath nau das yaad yad dilaye dilayen dilana dilao dilaen dhundo dhoondh dhundho khojo khoj talash
mausam barish baarish garmi thand thanda gana sadak rasta raste ghoom kijye kariye kariyega kariyo rokein rokiye
rakhiye lagaiye lagayiye bajhe bataiyega suniye boliye dekhiye batayiye bataie batayie rakho rakhna rakhe rakha rakhen
padega padegi padta padti pad padhna padh samjhao kahin kahi kitani itna itne itni utna aisi jisme jisko jiska jiski
jiske jisse jitna jo wahi vahi yahi abhitak chup tod toota tuta tuti tooti phat phata fata dikkat dikat pareshani
paresan pareshan samasya shikayat sikayat intezar intzar intajar nikal nikala nikalna nikla nikle katna kat kata kate
katgaya kati hatho mujhey hume hamlog hamlogo logo log milake milakar lekar dekar leke deke kehke bolke rehta rehti
rehte rahta rahti rahte reh rehna rahega rahenge isme ismein usme usmein kisme inme unme kabse kabtak tabse abtak
kardo karde kardi kardiya kardiye krdiya krdia krdijiye bhool bhul bhulgaya lijiye lijie dalo dala dalna daal dal
dalein dale bharo bharna bhara badhao badha badhaye badhayen ghatao kaam kyo hi bachche bacche bacha bachi bache bhar
beech
"""

HINDI_LIKELY = """
han sab din kal aap das baja thi tha tik ho ki ya ji lo hu nam yad kon koi wo vo kr vale tak bina saal nai lag chal
rok bola mila hata pata suna gai jo lie lia sham hame bole raha sada bacha jana jane jata kahin sari kab tera teri
sirf naya lena dena bata char baad bhai didi saman maine banana
kar alag chalega dusre kis doge kho likha purane khana khud dobara kagaz katega mana maang dusri kitab chori dono dawa
dukan mil rakh jawab matlab dikhe milte dekh paani byaj chhod jod walo bech dikhta bijli pichle bol lagegi jodna dawai
karoge kharcha roz machli pasand nuksan shaadi nishan banega kiraye dikhega lagenge jud chashma saaf chhoot sasta
kiraya badalni toot gaon daan daam maal kamre likhne dubara chalegi shadi rakhne karwa bharne khul gir karwane kutte
ruk kaunse dikhana baaki agle loge padosi seedha aadmi naap dusra chutti grahak lana raseed bhejoge dabbe bete jaanch
awaaz banta tez bechne chhut fayda fark aaoge bachat aake bhejte sheher badi jodne utha likh lagi wajah sawal deewar
banne naukri maaf dhoop kist dekhu bheju laye badhani ginti chhota likhna banwana kha garam khoon almari lagaya tarika
deni taala mehnga bolu aag rahegi pehli bharti bhav badhane dabane honi khel chhodne chhote hatega parcha chhoti biwi
bande jayenge sabko nakli badbu wajan sikhate lagane aadhi bacho gayab bakaya lagne badhana bada chale gadda dhone
khet khulega banda bade kutta katta bataya rasid pati kitabe darwaze safai sasti rakhni lagau usi chalte dabaya
dikhane dukandar jau darwaza chadha kharidne bharega sikha judta laana dhona isi chashme farak dalu lagwane bachon
haath kholne maut ilaj bulane mareez tanki bechna nikli likhu pehen bimari bhejni patni akshar likhwa dikhegi patta
nikalne khaya pade bachega leni nal nikalte dalte safed zinda inaam ghadi pakad shamil rakhoge dukaan baith bheeg badh
chhodna dikhte kachra akele ulti banwane badalta patra pate karwani kapdo lagwana dard lagwa padenge badhne katauti
dane katenge fasal nikale chali viklang talab naav keede kaanch banna hatane khulta padhne videsh mandir nikalni
badlega batau chalane ladka mang kaan doon baithe chhupa praman ungli rangeen hataya pooch lautaya mohar bachane dali
daali tijori baant peela chhutti teesri pakadne hara patli kaatne khilone sikhane maangta maalik lamba budhwar
chalenge maanga khatra adhuri chehra dakghar akela badhta kisan shak chhodte gande gine moti jode khujli likhwana
bachhe badlenge ghanti chota naukar kaatoge girti bula katai harjana dilane milke parivar diwar muawza kamra badlu
ghata zameen girne maar taiyari gadde banwa ruke dadi sanstha rehne baantna mangwana dabana rokne khane lautega ladki
umar kharidi beema dikhaya rakam banwani karane kharide agli karaya pitaji gaali aadhe zang chawal jabki ruka
"""

HINDI_SHARED = """
me mai main to the hi he is us in par pe so do are bad jab an as use ham hum per bat bas man kiss pure log der ek sub
of bus ne a pad kat pas gain tab mat band mile bare dal har fir pal bin suno chup lag pan saw sat ab aa fata kata tuta
"""

BENGALI_STRONG = """
ami amar amake amader amra apni apnar apnake apnader apnara tumi tomar tomake tomader tomra tui tor toke ora oder tara
tader tar take uni unar onar tini keno kano kobe kokhon kothay kothai kivabe kibhabe kivave kemon kamon koto kotota
kotodin kotokhon konta konti kothakar kake karon kisher kiser kichu kichhu kisu kew keu ache achhe ase acho achen achi
chilo chhilo silo chilam chhilam chilen nei nai noy noi hoy hoi hoye hoyeche hoyechhe hoeche hoise hoyni hoini hoyna
hobe hobena hoben hocche hochche hochhe hosse hoche hochchena hole hoto holo hok hote korte korbo korbe korben korchi
korchhi korsi korche korchhe korse korechi korechhi korechilam korechen koreche korlam korlo korle korlei koren koreni
korini korun koro kori korar korano koraor korbena korchen koriye koira korilam parbo parbe parben parchi parchhi
parchina parche pari parina paren parini parlam parle pabo pabe paben peyechi peyechhi peyeche peye pelam peli pele
paini payni pacchi pachchi pachhi pachi pacche pachche paoa pawa paowa paoar pawar pai jabe jabo jaben jacche jachche
jachhe jasse jacchi jachchi jay jai jaoa jawa jaoar jawar jete giye giyeche gechhe geche gese gelo gelam geli gache
gechi jaini jayni jabena jaina jayna esheche eseche ese eshe asheni aseni asbe ashbe asben ashben asche aschhe ashche
ashchhe aslo ashlo asha ashar asar ele elo elam aschena ashchena asbena ashbena aslam dite dibo debo debe deben dicche
dichche dichhe dicchi dichchi diyechi diyechhi diyechen diyeche dieche diechi dilam dilo dile dilen deoa dewa deya
dewar deoar dey dei din dao dicchen dichchen diye deini deyni dayni nite nebo nibo neben nicche nichche niyechi
niyeche nilam nilo nile neoa newa neya niye niyechen neini nin dekhte dekhbo dekhben dekhacche dekhachche dekhachhe
dekhate dekhano dekhi dekhlam dekhechi dekhun dekhay dekhai dekhche bolche bolchhe bolchen bolbo bolben bolte bolun
bolechi bolechen boleche bolechilam bollo bollam bolle bolen bolar bolo boli bolse janabo janaben janan janate jante
jani janina janen janiye janio pathan pathano pathiye pathiyechi pathiyeche pathiyechen pathabo pathaben pathacche
pathate pathalam pathaoni pathacchen kinte kinbo kinechi kinechilam kinlam kena kinchi khulte khulche khulchhe khulbo
khuleche khola khulun khule bondho bandho chalu cholche cholchhe cholbe chole choleche choley cholchena choltese
chalate thake thaki thakbe thakbo thakte thakle theke thekey jonno jonyo jonne jonnyo sathe shathe songe shonge kache
kachhe moddhe modhye majhe upore opore niche pore por age agey aage porjonto porjontoo obdhi bapare byapare dike ekta
ekti akta ekhane okhane sekhane ekhon ekhono akhon akhono ekhoni tokhon jokhon jodi tahole tahle kintu kintoo ebong
othoba othocho tobe tobu tobuo abar aaro aro ar onek anek onekdin onekkhon khub khoob ektu aktu shudhu sudhu shob sob
sobai shobai sobkichu bhalo valo bhaalo kharap baje bhul vul thik notun natun purono puron boro choto chhoto bangla
bhanga vanga bhenge venge chera chhera fata nosto noshto kapor jama juto jinish jinis jinista poysa poisa taka takar
takata ferot pherot ferat ferath firiye fire phire aj ajke ajker kalke kalker kal porshu gotokal agamikal sokal sokale
bikel bikale rat rate rater dupur dupure somoy shomoy somoyer mas mash mase bochor bachor shoptaho soptaho soptah
ghonta ghontay dine diner eta ota seta sheta eita oita eti oti ei oi sei shei eto oto emon temon jemon erokom erakom
shey je jeta jei jar jake jader kon kono konow konota kauke kaoke dorkar lagbe lagche lagchhe laglo lage lagte lagben
chai chaichi chaina chan chaichhi cheyechi cheyechilam chaile chailam chaichen sahajjo shahajjo sahayyo shahajyo doya
kore dhonnobad dhonyobad donnobad onugroho bujhte bujhchi bujhlam bujhi bujhini bujhiye bujhina bojha mone likhe
likhte likhlam likhechi nam namta thikana thikanay bari barite basay bashay lok lokta lokti bhai dada didi bon apu na
nao nahole naki nako kenar dam damta poriborton bodlate bodle bodlabo badlate bodol bodlano batil katche kete keteche
katlo kata ketechhe ketese kaj kaaj korchena korena hocchena dekhachhena dhukte dhukche dhukchhe khuje khujchi khunje
opekkha opekkhay oporadh taratari joldi druto songgroho dhoroner rong ronger mato moto motoi matro mathay hathe hate
haath kotha kothata bolechilo bepar bishoy bishoye biporjosto rege birokto hotash cheye chaye chilona paoni pathayni
eshechilo kivabey aschilo jacchilo hochchilo hochhilo dekhachilo bujhlamna pachhina pacchina pachchina parchhina
hoyechilo hoyechhilo korchilo korlamna debenna
onno kora gele gari ashe alada kom boi kagoj koyta chobi beshi vara rakha dibe lekha nijer chara diben deri ager
khabar bikri ghor chhar muche nije joma jon rakhbo jayga koydin bondhu dui khon shesh dokan bideshe churi kukur niyom
baccha dhore dekha uttor koybar daktar jol sesh bochorer mara meyad koyjon ghore jorimana kome upor khoroch chhobi
eksathe nibe ber masher bacchar kemne chay puro hariye duto tulte osudh ekbar katbe bou hishab prothom bodlale kinle
rakhle poka mashe dhora upay kine bochore shohore felechi dokane duita mach bodole biye koydine lagano porer gaan
jaygay tule ovijog roj likhle banano thaka uthe rekhe ashte chithi dokaner duibar tala porle dekhabo ashle chere
bidesh bujhbo ekjon kombe apotti jora juta chalano atke koytay baire tao jeno ana sobar gula barano meyer chele uchit
likhbo nebe diyechilam gorom chosma rakhar pashe bhule nijei rin somossa lukano nen khobor boyosh banan palte dhuke
pete chakri porikkha dan bodlay chad jatri barir harale harano fele beton dise ranna loker boshe nogod dekhabe komano
proman koy porte ghontar dekhbe manush korate duijon dhowa jole chinbo jomi kalo hajar choshma onumoti gach sonod
chaiche hishebe proshno deshe khoti bideshi disi porbe vorti pathanor rugir dure haat tulbo namabo roshid rastay vule
barbe chinho vitore sorkari brishti korabo khone upohar biyer gramer ojon barle kotokkhon chul chhuti janbo muchbo
ekbare rakhben jor meye modh protidin felsi muchle namano barabo gondho niben shunlam komabo pochondo rosid lagiye
awaj nokol pathay dhar jontro thekei dosh desher thakar bhorti porishkar mot bhag sud kormi mojuri anle onner agei
kali nouka bosano likheche jonmo khele shikkhok asol rakhen protibondhi matha manusher baranor chobir shokto dubar
soho banabo firte felar muchte ghorer holud porar anar labh onubad meyeder tarpor chuti charpoka chukti pouchay
haraise hariyechi tipbo majhpothe porse nicher maf soptaher bondhur chokher chhere rokom ghori gola khotipuron gona
poriskar lagle charte kotobar shikhbo anbo dolil dudher dhan pasher betha arshola bhitor mukh bhoy chana dhorbo dhap
ordhek dhorben babohar rugi paisi modhe shona
"""

BENGALI_LIKELY = """
tar tara tor ar oi je jar kon nai tini din jama mas kata kena koto nam chan nin bon baje noi nite ora ele ese pari
hole dam kaj chai na hok lok bari apu dada jani boli ki kori niche elo thik sei jai jay dike tobe aj abar boro juto
taka tui oto dilo bolo choto eto dao nao nilo keu kal ase dey nei kore asha jabe dine kaje mone didi bhai
deyal joruri babostha mohila bodlaisi dabi botam biggapon mashik futo majhkhane komola dhorbe shobdo bosate kagoje
kheye proti neyna dujon uthbe haater shobuj jome chaple bikrir ekdin chini shikhte istri tolay kotodine fule bechbo
bati chokh chaka dat bacchader chacche lagabo charai shohor ashbo katar dhakka chalabo bokeya pujo boshabo masik shud
komle soptahe joner puroskar selai chire gesi bhabe bikele beche kotogulo dhukle namte khulbe shekhar chhapbo gechen
dor niyechilam kane shodh chash raji fosol khete jhamela dorja felbe lukiye lagale dhukbe bodlanor haray mamla bidyut
kichudin idur marar nise jachai lekhok shorto pouchate betoner dhukbo shekha pathale purano tulle pujor sonar suto
bhangse chaitese suru khela shekhan nombor legeche arekta nisi newar molat dujone bujhe bosabo namate grahok hariyeche
koydiner banabe porda sotti protimashe shobar khulle fela khay dame bodlalam kokhono robibar shunte dhoka likhbe
jhapsha sorasori jara thana chatro charar chutite mosha karone cheler dekhale ongsho dokandar ghose abedon janabe asor
felbo felle mape ekdom tolar lomba baniye ghumate mrito sobcheye nongra bipod chena hoar lege byatha dhorle kajer
varatiya jhogra boyoshko chalanor vortuki bigha talikay churir chaliye bondhok prokolpo bonnay rannaghor eshechi swami
vag porbo dhuye sheshe komanor haraisi shudh oshusth segulo voy koray shilpi ure gorur kistite howa bosta porano jomir
vangse sodosso tulona kistir mangsho bomi mukhe dakle jomano chapbo bechle rastar trolar bodlechi macher dekhar
bodlabe dekhle bujhbe bidesher pichano subidha bolbe kukurer krishi obostha nalish poramorsho ashena songstha onujayi
sonkhya dhakay gosol pichiye opor tipte biral bairer bor shukno odhek bhora tene ante boyos agun shil bij bhore namer
dekhan dujonei gohona shohorer prothombar bechar vije kaner gom osudher tanti
"""

BENGALI_SHARED = """
to hoe ache take are or o r er a ta te ke i tar hate rate rat age date dine pore bare fire tore pare me pan pay jam
pai mode pele tin bole likhe hoy por
"""

# Endings of verbs and nouns that English words do not have. Tried on words that no list knows.
HINDI_ENDINGS = "unga ungi enge iyega iyego ayega ayegi aenge ayenge iyan iyon aiyega aunga aungi"
BENGALI_ENDINGS = (
    "echi echhi eche echhe echen echhen chilam chhilam chilo chhilo chilen cchi cche cchen chchi chche chhi chhe chhen "
    "achena alam elam olam ilam gulo gulor oyar oyate abena obena benna chhena chchena ccena ini ayni oini aoni eyni eini"
)

ENGLISH = """
fat banana viet app apps ate eat pay paid bar off bill tell dinner sister located location mode team delay delete menu
date rate made hate fire mine done gone more java kate jake ali tab mat band bare mile sat saw pan jam bus man log
pure kiss gain der tin pin din bin pale sale taken male same note vote rode sole role pole hole a about above account
after again all already also although always am an and another any anyone anything are aren't around as ask at away
back be because been before being below best better between both but by call came can can't cannot card change check
come could couldn't day days did didn't do does doesn't doing don't down during each either else enough even ever
every everything few find first for found from get gets getting give given go goes going good got had has hasn't have
haven't having he he'd he'll hello help her here hers hi him his how how's however i i'd i'll i'm i've if in instead
into is isn't it it's its itself just keep know last later least left less let let's like long look looking make makes
many may maybe me mean might most much must my myself near need needed needs neither never new next no nobody none nor
not nothing now of often ok okay on once one only onto or other our ours out over own part people per perhaps place
please put quite rather really right said say see seem seems send sent several shall she she's should shouldn't show
since so some somebody someone something soon still such take than thank thanks that that's the their them then there
there's these they they'd they'll they're they've thing think this those though through time times to today together
told tomorrow tonight too took toward try trying turn two under until up upon us use used using very via wait waiting
want wanted wants was wasn't way we we'd we'll we're we've well went were weren't what what's whatever when where
where's whether which while who who's whom whose why will with within without won't work working would wouldn't wrong
yes yesterday yet you you'd you'll you're you've your yours yourself cant dont im ive didnt doesnt isnt wont wasnt
"""

# Short lists of function words that neither English nor the others share; two of them decide.
OTHER_LATIN = {
    "fr": """
        le la les une des est et je ne pas vous nous mon ma mes votre pour avec dans sur qui que quoi comment
        où quand pourquoi bonjour merci suis avez été ai mais ça cette ce du au aux commande remboursement
    """,
    "de": """
        der die das und ist nicht ich sie wir mein meine meinen ihr ihre für mit auf von zu den dem ein eine
        einen wie wo wann warum kann bitte danke habe hat wurde aber noch bestellung wird sich
    """,
    "es": """
        el los las una es y no mi su para con por que qué cómo dónde cuándo hola gracias tengo puedo está pero
        muy mis pedido quiero necesito del al como usted me ha
    """,
    "pt": """
        o os as uma é e não meu minha para com por que como onde quando olá obrigado obrigada tenho posso está
        mas muito pedido quero preciso do da dos das no na você eu foi
    """,
}
