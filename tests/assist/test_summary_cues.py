"""What a customer tells is not what was tried: who did something decides, in five ways of writing."""

import pytest

from kb.assist.summary_cues import was_done


@pytest.mark.parametrize(
    "told",
    [
        "Our phone number changed as well.",
        "The colour and the size changed.",
        "My plan has switched to the small one.",
        "I suppose the tariff changed.",
        "Your driver called me at eight.",
        "We moved and changed our address.",
        "हमारा नंबर भी बदल गया।",
        "कूरियर वाले ने दो बार कॉल किया था।",
        "हमने मकान बदल लिया है।",
        "उन्होंने पुराना बिल भेज दिया।",
        "আমাদের নম্বরও বদলে গেছে।",
        "আমরা ফ্ল্যাট বদলেছি।",
        "দোকানদার ফোন করেছিলেন।",
        "hamara number bhi badal gaya",
        "courier wale ne message bhej diya",
        "humne flat badal liya",
        "amra basa bodlechi",
    ],
)
def test_what_happened_or_others_did_was_not_tried(told: str) -> None:
    assert not was_done(told, by_customer=True)


@pytest.mark.parametrize(
    "tried",
    [
        "I changed the fuse.",
        "Also switched the modem off and cleared the cache.",
        "Yes, already updated the app.",
        "My neighbour even checked with the guard.",
        "I took the lid off and cleaned it.",
        "हमने ऐप अपडेट किया।",
        "मेरी बहन ने तार बदल दिया।",
        "অ্যাপটা আবার খুলেছি।",
        "কুরিয়ারকে ফোন করেছিলাম।",
        "maine app reinstall kiya",
        "mere bhai ne plug badal diya",
        "fuse bodlechi",
    ],
)
def test_what_the_customer_or_somebody_of_theirs_did_was_tried(tried: str) -> None:
    assert was_done(tried, by_customer=True)


@pytest.mark.parametrize(
    "done", ["Replacement dispatched.", "New cable sent, and the case raised.", "I have booked it."]
)
def test_our_side_need_not_say_who(done: str) -> None:
    assert was_done(done, by_customer=False)
