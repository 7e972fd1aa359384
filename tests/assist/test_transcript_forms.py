"""Two messages in the many forms in which programs and people write them down, and texts that only look like conversations."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.assist.transcript import read_transcript
from kb.assist.turns import Role
from kb.text.words import find_words

# fmt: off
FORMS = [
    "Asha Roy  10:32 AM\nhello\nMaya  10:33 AM\nyes",
    "Asha Roy  10:32 AM\nhello\n\nMaya Sen  10:33 AM\nyes",
    "Asha Roy\n  10:32 AM\nhello\nMaya Sen\n  10:33 AM\nyes",
    "Asha Roy [10:32 AM]\nhello\nMaya [10:33 AM]\nyes",
    "[10:32 AM] Asha Roy: hello\n[10:33 AM] Maya: yes",
    "asha — Today at 10:32 AM\nhello\nmaya — Today at 10:33 AM\nyes",
    "asha — 12/03/2024 10:32\nhello\nmaya — 12/03/2024 10:33\nyes",
    "asha_r Today at 10:32 AM\nhello\nmaya_s Today at 10:33 AM\nyes",
    "Asha, [12.03.2024 10:15]\nhello\n\nMaya, [12.03.2024 10:16]\nyes",
    "Asha, [12.03.24 10:15:22]\nhello\nMaya, [12.03.24 10:16:22]\nyes",
    "Asha Roy (10:15 AM):\nhello\nMaya from Jhilmil (10:16 AM):\nyes",
    "Asha Roy • 5m ago\nhello\nMaya • 4m ago\nyes",
    "Asha Roy · 5 minutes ago\nhello\nMaya · 4 minutes ago\nyes",
    "Asha Roy - Mar 12, 10:15 AM\nhello\nMaya - Mar 12, 10:16 AM\nyes",
    "Asha Roy, 10:15 AM\nhello\nMaya, 10:16 AM\nyes",
    "Asha Roy\nMar 12, 2024 10:15 AM\nhello\n\nMaya (Agent)\nMar 12, 2024 10:16 AM\nyes",
    "Asha Roy\nMar 12 10:15\n\nhello\n\nMaya\nMar 12 10:16\n\nyes",
    "Asha Roy 10:15 AM\nhello\nMaya 10:16 AM\nyes",
    "[12/03/2024 10:15] Asha Roy: hello\n[12/03/2024 10:16] Maya: yes",
    "[10:15 AM] Asha Roy\nhello\n[10:16 AM] Maya\nyes",
    "[10:15] Roy, Asha\n    hello\n[10:16] Sen, Maya\n    yes",
    "Roy, Asha 10:15\nhello\nSen, Maya 10:16\nyes",
    "Asha Roy, Mar 12, 10:15:\nhello\n\nMaya, Mar 12, 10:16:\nyes",
    "10:15 AM | Asha Roy: hello\n10:16 AM | Maya: yes",
    "10:15 AM\nAsha Roy: hello\n10:16 AM\nMaya: yes",
    "Asha Roy: hello\n10:15 AM\nMaya from Jhilmil: yes\n10:16 AM",
    "hello\nAsha Roy · 10:15 AM\nyes\nMaya · 10:16 AM",
    "2024-03-12 10:15:00 - Asha Roy: hello\n2024-03-12 10:16:00 - Maya: yes",
    "2024-03-12 10:15:00 UTC Asha Roy: hello\n2024-03-12 10:16:00 UTC Maya: yes",
    "12-03-2024 10:15 Asha Roy: hello\n12-03-2024 10:16 Maya: yes",
    "03/12/24, 10:15 AM - +91 98300 12345: hello\n03/12/24, 10:16 AM - Jhilmil: yes",
    "+91 98300 12345: hello\nJhilmil: yes",
    "+919830012345: hello\nMaya: yes",
    "[3/12/24, 10:15:22 AM] +91 98300 12345: hello\n[3/12/24, 10:16:22 AM] You: yes",
    "Asha Roy wrote:\nhello\n\nMaya wrote:\nyes",
    "Visitor: hello\nMaya: yes",
    "#1 Customer: hello\n#2 Agent: yes",
    "Customer says: hello\nAgent says: yes",
    "Customer asked: hello\nAgent replied: yes",
    "end-user: hello\nsupport agent: yes",
    "Requester: hello\nAssignee: yes",
    "Contact: hello\nAgent: yes",
    "Lead: hello\nTeammate: yes",
    "User: hello\nAdmin: yes",
    "User: hello\nAssistant: yes",
    "Human: hello\nAI: yes",
    "client  -> hello\nagent  -> yes",
    "Customer => hello\nAgent => yes",
    "(Customer) hello\n(Agent) yes",
    "{customer} hello\n{agent} yes",
    "कस्टमर - hello\nएजेंट - yes",
    "ग्राहक | hello\nएजेंट | yes",
    "क्लाइंट: hello\nसहायक: yes",
    "কাস্টমার - hello\nএজেন্ট - yes",
    "আমি: hello\nসাপোর্ট: yes",
    "Me: hello\nSupport: yes",
    "Customer\n\nhello\n\nAgent\n\nyes",
    "**Asha Roy** 10:32\nhello\n**Maya** 10:33\nyes",
    "> Asha Roy: hello\n> Maya: yes",
    "Asha Roy: hello\nMaya: yes",
    "asha: hello\nmaya: yes",
    "ASHA: hello\nMAYA: yes",
    "Asha R.: hello\nMaya S.: yes",
    "रीता: hello\nमाया: yes",
    "Dr. Rao: hello\nMaya: yes",
    "<@U01ASHA> hello\n<@U02MAYA> yes",
    "[{\"role\": \"user\", \"content\": \"hello\"}, {\"role\": \"assistant\", \"content\": \"yes\"}]",
    "{\"messages\": [{\"author\": {\"role\": \"user\"}, \"content\": {\"parts\": [\"hello\"]}}, {\"author\": {\"role\": \"assistant\"}, \"content\": {\"parts\": [\"yes\"]}}]}",  # noqa: E501
    "{\"messages\": [{\"sender\": \"Asha\", \"message\": \"hello\"}, {\"sender\": \"Maya\", \"message\": \"yes\"}]}",
    "[{\"from\": \"customer\", \"body\": \"hello\"}, {\"from\": \"agent\", \"body\": \"yes\"}]",
    "[{\"customer\": \"hello\"}, {\"agent\": \"yes\"}]",
    "{\"conversation\": [{\"speaker\": \"customer\", \"text\": \"hello\"}, {\"speaker\": \"agent\", \"text\": \"yes\"}]}",
    "[[\"customer\", \"hello\"], [\"agent\", \"yes\"]]",
    "[{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"hello\"}]}, {\"role\": \"assistant\", \"content\": [{\"type\": \"text\", \"text\": \"yes\"}]}]",  # noqa: E501
    "{\"role\":\"user\",\"content\":\"hello\"}\n{\"role\":\"assistant\",\"content\":\"yes\"}",
    "role,content\nuser,hello\nassistant,yes",
    "Customer,hello\nAgent,yes",
    "customer;hello\nagent;yes",
    "speaker\ttext\ncustomer\thello\nagent\tyes",
    "customer hello\nagent yes",
    "Customer hello\nAgent yes",
    "10:15:02 Asha Roy\nhello\n10:16:10 Maya\nyes",
    "Asha Roy (Customer)\n10:15\nhello\nMaya\n10:16\nyes",
    "Asha Roy\nhello\n10:15 AM\n\nMaya\nyes\n10:16 AM",
    "Asha Roy\n\nhello\n\n10:15 AM\n\nMaya\n\nyes\n\n10:16 AM",
    "A\nAsha Roy\n10:15 AM\nhello\nM\nMaya\n10:16 AM\nyes",
    "Asha Roy at 10:15 AM\nhello\nMaya at 10:16 AM\nyes",
    "Asha Roy on Mar 12, 2024 at 10:15 AM\nhello\nMaya on Mar 12, 2024 at 10:16 AM\nyes",
    "Tuesday, March 12\nAsha Roy 10:15\nhello\nMaya 10:16\nyes",
    "[Asha Roy] hello\n[Maya] yes",
]
ONE_TURN = [
    "My order 12345 was placed on 12 March 2024 at 10:15.\nIt still has not arrived.",
    "I get this error:\nError: 504\nTimeout: 30s\nWhat now?",
    "Name: Asha\nEmail: asha@example.com\nPhone: +91 98300 12345\nQuestion: when do you open",
    "Monday 10:00\nTuesday 11:00\nare these the opening hours?",
    "Steps:\n1. Open the app\n2. Press Pay\n3. It crashes",
    "The agent said it would come on Monday.\nAgent never called me back",
    "agent promised a refund\nwhere is it",
    "customer care number kya hai",
    "support wale phone nahi uthate",
    "Customer service is bad: nobody answers",
    "Wifi: gone\nRouter: red light\nwhat to do",
    "Order: 1\nOrder: 2\nboth late",
    "Size: M\nColour: blue\nis it in stock?",
    "Dear Sir,\nMy name is Asha Roy\n10:15 AM train was late. Refund?\nRegards\nAsha",
    "Hi\nI moved to 12 Rose Street\nKolkata 700019\nhow do I change it",
    "ठीक है\n10:30 बजे तक आ जाना\nऔर फोन करना",
    "[2024-03-12 10:15:22] ERROR: payment failed\n[2024-03-12 10:15:23] INFO: retry",
    "Please note: closed\nPlease note: again",
    "Q1: how long?\nQ2: how much?",
    "From Kolkata to Delhi\nDate 12 May\ncan I change it",
    "He said: no\nShe said: yes\nwho is right?",
    "मेरा सवाल: पैसे कब आएंगे?\nकारण: ऑर्डर रद्द",
    "আমার প্রশ্ন: টাকা কবে পাব?\nকারণ: অর্ডার বাতিল",
    "Flight AI 101 10:15\nFlight AI 102 11:15\nwhich one is cheaper",
    "Check-in 14:00\nCheck-out 11:00\nearly checkin possible?",
    "12/03/2024\nthat was the day I paid\nno invoice yet",
    "hello\n\nI ordered a kettle\n\nplease send me the invoice",
    "> quoted\nwhat does this mean",
    "the bot told me to wait\nplease wait it says\nhow long?",
]
# fmt: on
TEMPLATES = (
    "{n}: {m}",
    "[{t}] {n}: {m}",
    "12/03/2024, {t} - {n}: {m}",
    "({t}) {n}: {m}",
    "{n}\n  {t}\n{m}",
    "{n}  {t}\n{m}",
    "{n}, [12.03.24 {t}]\n{m}",
    "{n} — Today at {t}\n{m}",
    "[{t}] {n}\n{m}",
    "{m}\n{n} - {t}",
    "{n}\n{m}",
    "{t}\n{n}\n{m}",
    "<{n}> {m}",
    "{n} | {m}",
    "{m}",
    "> {m}",
    "{n} ({t}): {m}",
    "{n} wrote:\n> {m}",
)
NAMES = (
    "Asha Roy",
    "Maya",
    "Customer",
    "Agent",
    "+91 98300 12345",
    "Jhilmil Care",
    "रवि",
    "রিনা সেন",
    "visitor123",
    "Maya (Support)",
)
WORDS = ["zorba", "kimchi", "quartz", "walnut", "ঢাকনা", "ढक्कन", "নীল", "please", "hello"]


@pytest.mark.parametrize("text", FORMS)
def test_two_messages_are_a_customer_and_an_agent(text: str) -> None:
    assert [(turn.role.value, turn.text) for turn in read_transcript(text).turns] == [
        ("customer", "hello"),
        ("agent", "yes"),
    ]


@pytest.mark.parametrize("text", ONE_TURN)
def test_texts_with_colons_times_and_talk_of_agents_stay_one_turn_of_the_customer(text: str) -> None:
    (turn,) = read_transcript(text).turns
    assert turn.role.value == "customer"
    assert find_words(turn.text) == find_words(text)


_said = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5)


# A busy machine may be slow to draw examples.
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(TEMPLATES),
    st.lists(st.sampled_from(NAMES), min_size=2, max_size=2, unique=True),
    st.lists(st.tuples(_said, st.integers(10, 59)), min_size=1, max_size=7),
)
def test_no_word_is_lost_in_any_form(template: str, names: list[str], said: list[tuple[list[str], int]]) -> None:
    paste = "\n".join(
        template.format(n=names[number % 2], t=f"10:{minute} AM", m=" ".join(words))
        for number, (words, minute) in enumerate(said)
    )
    kept = Counter(word for turn in read_transcript(paste).turns for word in find_words(f"{turn.speaker} {turn.text}"))
    assert not Counter(word for words, _ in said for word in words) - kept


@pytest.mark.parametrize(
    ("greeting", "answer"),
    [
        ("Hello, how can I help you?", "my parcel is late"),
        ("Welcome to Tava Home, this is Ravi.", "the pan is bent"),
        ("Thank you for calling. May I have your order number?", "7712"),
        ("नमस्ते, मैं आपकी क्या सहायता करूँ?", "पार्सल नहीं आया"),
        ("झिलमिल में आपका स्वागत है", "रिफ़ंड कब मिलेगा"),
        ("নমস্কার, কীভাবে সাহায্য করতে পারি?", "পার্সেল আসেনি"),
        ("ঝিলমিলে আপনাকে স্বাগত, বলুন কী সমস্যা", "টাকা কবে পাব"),
        ("Namaste, aapki kya madad kar sakti hu?", "mera order nahi aaya"),
        ("Nomoskar, bolun ki sahajjo korte pari", "amar parcel aseni"),
    ],
)
@pytest.mark.parametrize(
    "form", ["{n}: {m}", "[10:15, 12/03/2024] {n}: {m}", "{n}  10:15 AM\n{m}", "{n} — Today at 10:15\n{m}"]
)
def test_whoever_greets_like_an_agent_is_the_agent(greeting: str, answer: str, form: str) -> None:
    said = [("Riya", greeting), ("Sunil", answer), ("Riya", "ok"), ("Sunil", "and now?")]
    turns = read_transcript("\n".join(form.format(n=name, m=words) for name, words in said)).turns
    assert [turn.role.value for turn in turns] == ["agent", "customer", "agent", "customer"]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("– Hello, my kettle does not switch on\n– Hi, did you try another socket?\n– Yes, twice", "cac"),
        (
            "— Guten Tag, mein Paket fehlt\n— Wie lautet die Bestellnummer?\n— 4411\nseit Montag\n— Danke, ich prüfe das",
            "caca",
        ),
        ("-Hi\n-Hello! What can I do for you today?\n-cancel my order pls", "cac"),
        ("– Where is my parcel?\n– It is in Pune.\n– And when does it come?", "cac"),
        ("- my tv has no sound\n- is the mute on?\n- no\n- and with headphones?\n- works fine", "cacac"),
        ("– নমস্কার, পার্সেল আসেনি\n– নমস্কার, অর্ডার নম্বর বলুন\n– ৪৪১১ কবে আসবে?", "cac"),
        ("- नमस्ते, रिफंड नहीं आया\n- नमस्ते, ऑर्डर नंबर बताइए\n- 4411", "cac"),
        ("-- Hello\n-- Good morning, how can I help?\n\n-- I want my money back", "cac"),
        # Lists of one person.
        ("- lid broken\n- jar leaks\n- cable too short", "c"),
        ("- Where is it?\n- When does it come?\n- Who pays for the return?", "c"),
        ("I tried:\n- restarting\n- another socket\nWhat else?", "c"),
        ("- Restart the app\n- Clear the cache\n- How do I clear the cache on iPhone?", "c"),
    ],
)
def test_dashes_divide_speakers_and_lists_stay_whole(text: str, roles: str) -> None:
    transcript = read_transcript(text)
    assert "".join(turn.role.value[0] for turn in transcript.turns) == roles
    words = " ".join(turn.text for turn in transcript.turns)
    assert all(word in words for word in text.replace("-", " ").replace("–", " ").replace("—", " ").split())


def test_what_stands_beside_a_label_is_what_was_said_even_where_there_is_one_line_only() -> None:
    (turn,) = read_transcript("Customer | where is my refund").turns
    assert (turn.role, turn.text) == (Role.CUSTOMER, "where is my refund")
