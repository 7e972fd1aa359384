"""A helpdesk lists teams among its agents, and agents whose names are words: no text loses these words."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Ticket
from kb.tickets.importing import ImportReport
from kb.tickets.letter_names import hide_letter_names

Import = Callable[..., ImportReport]
Write = Callable[[str, str], Path]

ROWS = """id,subject,problem,resolution,requester,agent
1,Billing address,"The billing address is wrong, Meera Nair","In billing. Meera, the returns desk has a note.",Meera Nair,Billing
2,संदेश नहीं मिला,"कोई संदेश नहीं आया, आशा है जवाब देंगे",संदेश अब भेज दिया है।,Meera Nair,Sandesh
3,Return,Where is the returns desk?,"Returns Desk: bring it to any shop.\n\nThanks,\nReturns Desk",Meera Nair,Returns Desk
"""


def test_words_of_teams_and_everyday_words_stay_and_customers_go(
    write: Write, run_import: Import, session: Session
) -> None:
    run_import(write(ROWS, "tickets.csv"), "csv")
    tickets = {ticket.external_id: ticket for ticket in session.scalars(select(Ticket))}
    billing, message, desk = (tickets[number] for number in "123")
    assert (billing.subject, billing.resolution) == (
        "Billing address",
        "In billing. [name], the returns desk has a note.",
    )
    assert "billing address" in billing.problem
    assert "Meera" not in billing.problem
    assert (message.subject, message.resolution) == ("संदेश नहीं मिला", "संदेश अब भेज दिया है।")
    assert "आशा" in message.problem
    assert "Returns Desk: bring it" in desk.resolution


def test_letter_to_a_team_or_from_one_names_nobody() -> None:
    text = "Dear Billing,\nwhere is my invoice?\n\nThanks,\nReturns Desk"
    assert hide_letter_names(text) == text
    assert hide_letter_names("Dear Meera,\nhere it is.\n\nThanks,\nNikhil Rao") == (
        "Dear [name],\nhere it is.\n\nThanks,\n[name]"
    )
