import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.text.no_question import NoQuestion, find_no_question

ASKING_NOTHING = {
    NoQuestion.PERSON: "talk to a human being|can somebody call me|plz connect agent|kisi insaan se baat kara do|koi insan hai|"
    "ami manusher sathe kotha bolte chai|কারো সাথে কথা বলব|customer care se baat karni hai|talk to real humen|"
    "i need help urgently|representative plz|मुझे मदद चाहिए|আমার সাহায্য লাগবে|toll free number|call kar do mujhe|"
    "i have a problem call me|contact|talk 2 human|call me 9876543210",
    NoQuestion.COMPLAINT: "I have a complaint|shikayat darz karni hai|অভিযোগ জানাতে চাই|obhijog korte chai|very bad service|"
    "your service is worst|bekar service|apnader service khub kharap|problem hai|बहुत परेशान हूँ|"
    "i want to complain to your manager|complaintt",
    NoQuestion.THANKS: "thank you|thanku so much|dhanyawaad|shukriyaa bhai|ধন্যবাদ দাদা|thank you for your help|थैंक यू सो मच",
    NoQuestion.GREETING: "gud evening|hi team|helo sir|namastey ji|assalamualaikum bhai|हाय|শুভ সন্ধ্যা|hii|kaise ho aap",
    NoQuestion.ACKNOWLEDGEMENT: "ok|okkk|thik hai|ठीक है जी|accha|হ্যাঁ ঠিক আছে|no problem|samajh gya",
    NoQuestion.LETTERS: "asdfghjkl|qwertyuiop|sdfsdf|zzzz|1111|12345|lkjhg|क|😀 !!|fghfgh|কখগ|aaaaaaaa"
    "|asdkjhasd kjhasd|lkjasd hgfsa",
    NoQuestion.LONE: "how|why|kaise|kyon|কীভাবে|কেন|kothay|what is|can you|कैसे|how can i|kokhon",
}
QUESTIONS = (
    "refund|cod|emi|insurance|track|pay|app|contract|washing machine|machine not working|camera help|call recording|"
    "complaint about broken mixer|complaint status|issue in app|payment issue|खराब सामान|human hair wig|hello kitty bag|"
    "thank you card|thanks but where is my refund|number portability|how refund|kab milega|paisa kab|taka kobe|"
    "mera order kahan hai|gst|pdf|sms|dth|were is my parcel|कब आएगा|yes bank emi|ok but how do i pay|no refund|not received|"
    "bad product|hi refund|namaste mera paisa kab aayega|problem in delivery|no cost emi|1 year warranty|how many days|"
    "contact lens|contactless delivery|call rider number|help with login|agent for installation not come|order 12345678"
)


@pytest.mark.parametrize(
    ("kind", "text"), [(k, text) for k, texts in ASKING_NOTHING.items() for text in texts.split("|")]
)
def test_what_asks_nothing_is_told_in_every_way_of_writing(kind: NoQuestion, text: str) -> None:
    assert find_no_question(text) is kind


@pytest.mark.parametrize("text", QUESTIONS.split("|"))
def test_questions_of_few_words_stay_questions(text: str) -> None:
    assert find_no_question(text) is None


def test_a_word_that_articles_have_is_neither_a_slip_nor_a_row_of_letters() -> None:
    assert find_no_question("complaimt") is NoQuestion.COMPLAINT
    assert find_no_question("complaimt", is_word=lambda word: word == "complaimt") is None
    assert find_no_question("qwerty") is NoQuestion.LETTERS
    assert find_no_question("qwerty keyboard") is None
    assert find_no_question("qwerty", is_in_articles=lambda word: word == "qwerty") is None


@given(st.text(max_size=300))
def test_any_text_is_looked_at(text: str) -> None:
    assert find_no_question(text) in (None, *NoQuestion)


def test_a_long_text_takes_no_time() -> None:
    started = time.process_time()
    find_no_question("hello " * 20_000)
    find_no_question("a" * 100_000)
    assert time.process_time() - started < 3
