"""What is open in a conversation, with cues and with the bundled encoder's model."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from indexer.encoders.bundled import open_bundled_encoder
from kb.assist.acts import load_act_model
from kb.assist.intent import load_intent_model
from kb.assist.open_questions import Followed, follow
from kb.assist.ordinals import number_named
from kb.assist.turn_vectors import turn_reader
from kb.assist.turns import Role, Turn, parse_turns
from kb.core.settings import Settings

Follow = Callable[..., Followed]


def turns_of(*texts: str) -> list[Turn]:
    """ "c: …" the customer, "a: …" the agent."""
    return [Turn(Role.CUSTOMER if text[0] == "c" else Role.AGENT, text[3:]) for text in texts]


def open_turns(followed: Followed) -> list[int]:
    return [question.turn for question in followed.questions if question.is_open]


@pytest.fixture(scope="module")
def heard(bundled_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Follow:
    home = tmp_path_factory.mktemp("acts")
    (home / "models").symlink_to(bundled_models)
    encoder = open_bundled_encoder(Settings(home_text=str(home), model="bundled"))
    model, intent = load_act_model(encoder.fingerprint), load_intent_model(encoder.fingerprint)
    assert model is not None

    def run(*texts: str, closed: tuple[int, ...] = ()) -> Followed:
        return follow(turns_of(*texts), turn_reader(encoder), model, intent, closed)

    return run


# Conversations of trades that nothing was fitted on.
UNANSWERED = {
    "urged": (
        "c: my gas cylinder was promised for monday and has not come",
        "a: may i have your consumer number",
        "c: six seven one double two",
        "a: one moment please",
        "c: yes please tell fast",
    ),
    "angry": (
        "c: you charged me twice for the gym in march, give one of them back",
        "a: let me check",
        "c: you people don't understand anything",
    ),
    "hindi": ("c: मेरी बस छूट गई, टिकट के पैसे वापस मिलेंगे क्या", "a: एक मिनट देखता हूँ", "c: जल्दी बताइए"),
    "bengali": ("c: বাসটা ছেড়ে গেছে, টিকিটের টাকা ফেরত পাব কি", "a: একটু ধরুন দেখছি", "c: তাড়াতাড়ি বলুন"),
    "hindi in latin letters": (
        "c: meri bus chhoot gayi ticket ka paisa wapas milega kya",
        "a: ek minute",
        "c: jaldi batao",
    ),
    "bengali in latin letters": (
        "c: bus ta chere geche ticket er taka ferot pabo ki",
        "a: ektu dhorun",
        "c: taratari bolun",
    ),
}
ANSWERED = {
    "english": (
        "c: how many days can I keep a library book",
        "a: You can keep it for three weeks and renew it twice in the app under My loans.",
        "c: great thanks, that works",
    ),
    "hindi": ("c: किताब कितने दिन रख सकते हैं", "a: तीन हफ़्ते रख सकते हैं और ऐप में दो बार बढ़ा सकते हैं", "c: ठीक है धन्यवाद"),
    "bengali": ("c: বই কত দিন রাখা যায়", "a: তিন সপ্তাহ রাখা যায় আর অ্যাপে দুবার বাড়ানো যায়", "c: বুঝলাম ধন্যবাদ"),
}
NOTHING = {
    "identification": (
        "c: hello",
        "a: your booking number please",
        "c: TRX-88213",
        "a: and your name",
        "c: meera joshi",
    ),
    "praise": ("c: hello", "a: hello", "c: i only wanted to say that your driver was very kind", "a: thank you"),
}

# A question with other things said around it, and what has the form of one only.
TOLD_AND_ASKED = {
    "impatience": ("c: I told you already. Does the branch open on Saturdays?",),
    "a story before": (
        "c: my locker key is lost",
        "a: please bring an identity card to the branch",
        "c: I live far away, it takes me two hours. Can I send somebody in my place? His name is Anil",
    ),
    "hindi in latin letters": (
        "c: bus ticket cancel karna hai",
        "a: aap app me my trips me jaakar cancel kar sakte hai",
        "c: ho gaya. ek baat aur, mera bhai bhi saath ja raha tha uski seat 14 hai. kya uska paisa alag se aayega?",
    ),
}
ASKED_IN_FORM_ONLY = {
    "praise": ("c: which plan has roaming", "a: the Gold plan", "c: Right. How nice is that? thanks a lot"),
    "a name": (
        "c: locker band hai",
        "a: kal 10 baje aaiye",
        "c: theek hai. aap ka naam kya tha? accha rahul ji, dhanyavaad",
    ),
}


@pytest.mark.bundled
@pytest.mark.parametrize("name", UNANSWERED)
def test_what_nobody_answered_stays_open_and_urging_is_no_question_of_its_own(heard: Follow, name: str) -> None:
    followed = heard(*UNANSWERED[name])
    assert open_turns(followed) == [0]
    assert followed.pressing == 0


@pytest.mark.bundled
@pytest.mark.parametrize("name", TOLD_AND_ASKED)
def test_a_question_is_heard_whatever_else_its_turn_says(heard: Follow, name: str) -> None:
    followed = heard(*TOLD_AND_ASKED[name])
    last = len(TOLD_AND_ASKED[name]) - 1
    assert last in open_turns(followed)
    assert followed.pressing is not None
    assert followed.questions[followed.pressing].turn == last


@pytest.mark.bundled
@pytest.mark.parametrize("name", ASKED_IN_FORM_ONLY)
def test_what_is_a_question_in_form_only_opens_none(heard: Follow, name: str) -> None:
    assert 2 not in open_turns(heard(*ASKED_IN_FORM_ONLY[name]))


@pytest.mark.bundled
@pytest.mark.parametrize("name", ANSWERED)
def test_an_answer_and_thanks_close_it(heard: Follow, name: str) -> None:
    assert open_turns(heard(*ANSWERED[name])) == []


@pytest.mark.bundled
@pytest.mark.parametrize("name", NOTHING)
def test_identification_and_small_talk_open_nothing(heard: Follow, name: str) -> None:
    assert open_turns(heard(*NOTHING[name])) == []


@pytest.mark.bundled
def test_of_two_questions_the_answered_one_is_closed(heard: Follow) -> None:
    followed = heard(
        "c: i lost my library card, how do i get a new one",
        "c: and what is the fine for a late book",
        "a: Come to the desk with an identity card and we print a new one at once.",
    )
    assert open_turns(followed) == [1]


@pytest.mark.bundled
def test_the_rep_closes_a_question(heard: Follow) -> None:
    assert open_turns(heard(*UNANSWERED["urged"], closed=(0,))) == []
    assert open_turns(heard(*UNANSWERED["urged"], closed=(2,))) == [0]


@pytest.mark.bundled
def test_the_same_conversation_gives_the_same(heard: Follow) -> None:
    assert heard(*UNANSWERED["angry"]) == heard(*UNANSWERED["angry"])


@pytest.mark.bundled
def test_five_hundred_turns_take_a_moment_and_a_further_one_hardly_any(heard: Follow) -> None:
    texts = [
        f"{'c' if n % 2 == 0 else 'a'}: turn {n} about the delivery of parcel {n}, where is it" for n in range(500)
    ]
    heard(*texts)
    started = time.process_time()
    heard(*texts, "c: hello?")
    assert time.process_time() - started < 6


def test_without_a_model_cues_tell_what_is_open() -> None:
    asked = turns_of("c: Where is my refund?", "a: One moment please, let me check.", "c: please hurry")
    assert open_turns(follow(asked, _never, None, None)) == [0]
    answered = turns_of(
        "c: Where is my refund?", "a: It arrives in your account within three days of the return.", "c: thanks"
    )
    assert open_turns(follow(answered, _never, None, None)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("and the second one?", 2),
        ("number 3 please", 3),
        ("पहले वाले का क्या", 1),
        ("aur dusra wala", 2),
        ("আর দ্বিতীয় প্রশ্নটা", 2),
        ("ar prothom tar ki holo", 1),
        ("the first and the second", None),
        ("it came on the 3rd of may and since then nothing works in the whole house", None),
        ("", None),
    ],
)
def test_which_question_is_named(text: str, number: int | None) -> None:
    assert number_named(text) == number


@given(st.lists(st.tuples(st.sampled_from(["customer", "agent", "note"]), st.text(max_size=200)), max_size=40))
@hypothesis_settings(deadline=None, max_examples=60)
def test_any_conversation_can_be_followed(said: list[tuple[str, str]]) -> None:
    turns = parse_turns([{"role": role, "text": text} for role, text in said])
    followed = follow(turns, _never, None, None)
    assert followed == follow(turns, _never, None, None)
    assert all(0 <= question.probability <= 1 and question.turn < len(turns) for question in followed.questions)


def _never(_text: str) -> object:
    raise AssertionError("nothing is encoded without a model")
