"""Beside a reply stands what it gives away and what it asks again; what they told stands beside the conversation."""

from collections.abc import Callable

import pytest
from content_factory import add_article
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from talks import make_talk

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings
from kb.tables import Channel

SECRET = "Refunds above two thousand rupees need the signature of the floor manager."


@pytest.fixture
def rep(login: Callable[[str], FlaskClient]) -> FlaskClient:
    return login("rep")


def test_a_reply_is_looked_through(
    rep: FlaskClient,
    csrf: Callable[[FlaskClient], dict[str, str]],
    session: Session,
    settings: Settings,
    engine: Engine,
) -> None:
    article = add_article(session, "Limits", SECRET, audience="internal")
    SearchRuntime.open(settings, engine).update()
    earlier = make_talk(session, ["customer: My order is JH-20417733"], channel=Channel.EMAIL, ago=600)
    make_talk(session, ["customer: order JH-99887766 <b>please</b>"], name="Bimal <i>Sen</i>", email="b@example.com")
    talk = make_talk(session, ["customer: it is still late"])
    session.commit()
    address = f"/desk/inbox/{talk.id}/check"

    def look(text: str) -> dict[str, object]:
        answer: dict[str, object] = rep.post(address, data={"text": text}, headers=csrf(rep)).get_json()
        return answer

    answer = look(f"Hello. {SECRET} JH-99887766 is late too. Could you share your order number?")
    html = str(answer["html"])
    assert answer["found"] == 3
    assert f'href="/desk/articles/{article.id}"' in html
    assert "Limits" in html
    assert "Bimal &lt;i&gt;Sen&lt;/i&gt;" in html
    assert f'href="/desk/inbox/{earlier.id}#m' in html
    assert "JH-20417733" in html
    assert look("Thank you, your parcel comes on Friday.") == {"html": "", "found": 0}
    assert rep.post("/desk/inbox/77777/check", data={"text": "x"}, headers=csrf(rep)).status_code == 404


def test_what_they_told_stands_beside_the_conversation(rep: FlaskClient, session: Session) -> None:
    earlier = make_talk(session, ["customer: My order is JH-20417733"], ago=600)
    talk = make_talk(session, ["customer: I paid ₹1,299 by UPI, the order is JH-20417733"])
    session.commit()
    page = rep.get(f"/desk/inbox/{talk.id}").get_data(as_text=True)
    side = page.partition('id="facts"')[2].partition("</section>")[0]
    assert side.count("JH-20417733") == 1
    assert "₹1,299" in side
    assert "UPI" in side
    assert f"/desk/inbox/{earlier.id}#" not in side
