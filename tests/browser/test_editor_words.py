"""The rich-text editor speaks the language of the person who writes in it."""

import pytest

from tests.factories import make_editor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_editor(open_page, live_server, client):
    def open_editor(locale):
        client.force_login(make_editor())
        page = open_page(locale=locale)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page.goto("/admin/articles/article/add/")
        page.locator(".prose-menubar button[data-name=bold]").wait_for()
        return page

    return open_editor


def buttons(page):
    return page.locator(".prose-menubar [title]").evaluate_all(
        "buttons => buttons.map(button => button.getAttribute('aria-label'))"
    )


def test_the_editor_speaks_danish(open_editor):
    page = open_editor("da-DK")

    assert buttons(page) == [
        "almindelig tekst",
        "punktliste",
        "nummereret liste",
        "citat",
        "vandret streg",
        "fed",
        "kursiv",
        "indsæt link",
        "fjern link",
        "fortryd",
        "gentag",
    ]
    assert page.locator(".prose-menubar__option").all_text_contents() == [
        "Mellemrubrik",
        "Lille mellemrubrik",
        "Almindelig tekst",
    ]

    page.locator(".ProseMirror[contenteditable]").press_sequentially("Hej med dig")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="indsæt link").click()
    dialog = page.locator("dialog")
    assert dialog.locator("label:visible").all_inner_texts() == ["Adresse"]
    assert dialog.locator("button").all_inner_texts() == ["Opdatér", "Annullér"]

    dialog.get_by_role("button", name="Annullér").click()
    page.locator(".prose-menubar__selected").click()
    page.locator(".prose-menubar__option", has_text="Lille mellemrubrik").click()
    assert buttons(page)[0] == "lille mellemrubrik"


def test_the_editor_speaks_english(open_editor):
    page = open_editor("en-GB")

    assert buttons(page)[:3] == ["paragraph", "unordered list", "ordered list"]
