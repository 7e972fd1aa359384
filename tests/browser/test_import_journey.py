"""An administrator sees how a file would be read, says what a column means, and imports it."""

from collections.abc import Callable

import pytest
from page_problems import page_problems
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

OpenPage = Callable[..., Page]
TABLE = "Nummer;Was ist los;Gesagt;Lösung\n1;Lampe;Sie ist kaputt;Neue für Sie gesendet\n2;Kessel;Er leckt;Dichtung prüfen\n"


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("javascript", [True, False])
def test_columns_are_said_before_anything_is_imported(open_page: OpenPage, width: int, javascript: bool) -> None:
    page = open_page("admin", width=width, java_script_enabled=javascript)
    page.goto("/admin/imports")
    page.get_by_label("Exported as").select_option("csv")
    file = {"name": "tickets.csv", "mimeType": "text/csv", "buffer": TABLE.encode("cp1252")}
    page.get_by_label("File", exact=True).set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="See how it is read").click()
    expect(page.get_by_role("alert")).to_contain_text("Say which columns hold")
    page.get_by_label("Was ist los").select_option("Subject")
    page.get_by_label("Gesagt").select_option("Problem")
    page.get_by_label("Lösung").select_option("Resolution")
    page.get_by_label("Nummer").select_option("Number of the ticket")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", name="tickets.csv", level=2)).to_be_visible()
    expect(page.get_by_text("Sie ist kaputt").first).to_be_visible()
    expect(page.locator("section").get_by_text("rows were not in UTF-8")).to_be_visible()
    if javascript:
        assert page_problems(page) == []
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("The file is here. A worker imports it now.")).to_be_visible()
