"""A review in a real browser: two rounds, the writer's yes, a colleague's remark, the clock; two
editors in one text."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import desk as desk_room
from articles.models import Article
from tests.browser.test_newsroom import violations
from tests.browser.test_pages import violations_of
from tests.browser.test_turn import PHONE, link_in_the_letter
from tests.factories import (
    begin_leg,
    fresh,
    handoff_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    put,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODY = "<p>Hver dag ruller bakkerne ud.</p><p>Klokken 13.15 ruller de tilbage.</p>"


@pytest.fixture
def editor():
    return make_editor()


@pytest.fixture
def open_as(open_page, live_server):
    """The browser of each editor, logged in by itself."""

    def open_as(user, **options):
        client, page = Client(), open_page(**options)
        client.force_login(user)
        cookie = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        return page

    return open_as


@pytest.fixture
def article(editor):
    relay = make_relay("Hvad skal der på tallerkenen?")
    relay.editors.add(editor)
    leg = begin_leg(relay, receiver=make_contributor("Birgitte Ravnsø"))
    make_handoff(relay, receiver=make_contributor("Lone Tranekær", sector="private"))
    return put(make_leg_article(leg, title="Maden først", body=BODY), "submitted")


def review(article):
    return reverse("admin:articles_article_review", args=[article.pk])


def take(page, step):
    page.locator(f"button[name=step][value={step}]").click()
    page.locator(".messagelist .success").wait_for()


def assert_accessible(page):
    in_the_admin = "/admin/" in page.url  # whose own colours are AA, not AAA
    assert (violations(page) if in_the_admin else violations_of(page)) == []


def write_a_note(page, number, words):
    page.locator(f"details:has(#id_note_{number - 1}) summary").click()
    page.fill(f"#id_note_{number - 1}", words)


def test_two_rounds_of_changes_the_writers_yes_a_colleagues_remark_and_the_clock(
    open_page,
    open_as,
    article,
    editor,
):
    desk, phone = open_as(editor), open_page(**PHONE)

    # The first round: notes at paragraphs, and a message.
    desk.goto(review(article))
    write_a_note(desk, 2, "Hvor mange bakker?")
    desk.fill("#id_message", "Fin tekst, Birgitte.")
    take(desk, "send_back")

    phone.goto(link_in_the_letter())
    assert "Hvor mange bakker?" in phone.inner_text("main")
    assert_accessible(phone)
    phone.goto(reverse("portal:text", args=[article.leg.handoff_id]))
    phone.locator(".ProseMirror[contenteditable]").click()
    phone.keyboard.press("Control+End")
    phone.keyboard.type(" Alle 140.")
    phone.fill("[name^=answer_]", "Der er 140 bakker.")
    assert_accessible(phone)
    phone.locator("[name=_submit]").click()
    phone.locator(".way").wait_for()
    assert fresh(article).status == "submitted"

    # The second: the editor changes words, and asks.
    desk.goto(review(article))
    assert "Der er 140 bakker." in desk.inner_text("main")
    assert desk.locator(".relay-paragraph").nth(1).locator("sup").count() == 1
    version = fresh(article).draft.version
    desk_room.save_draft(article, {"title": "140 bakker"}, by=editor, version=version)
    desk.goto(review(article))
    assert desk.locator(".submit-row .default").get_attribute("value") == "ask_writer"
    take(desk, "ask_writer")

    phone.goto(link_in_the_letter())
    phone.locator("main a.btn").click()
    assert phone.locator("ins").count() > 0
    assert_accessible(phone)
    phone.locator("main button.btn").click()
    phone.locator(".way").wait_for()

    # A colleague reads it, and says one thing; the desk sees it and can go on.
    desk.goto(reverse("admin:articles_article_showings", args=[article.pk]))
    desk.fill("[name=show-name]", "Juristen")
    desk.locator('form[action$="/showings/"] [type=submit]').click()
    colleague = open_page(**PHONE)
    colleague.goto(desk.locator("#shown-link").input_value().removeprefix("http://testserver"))
    assert "Alle 140." in colleague.inner_text("main")
    colleague.fill("[name=name]", "Jura Jensen")
    colleague.fill("[name=words]", "Tallet er rigtigt.")
    colleague.locator("[name=answer][value=remarks]").click()
    colleague.get_by_role("heading", name="Tak").wait_for()

    # Approved, scheduled and the next one asked with one press; the clock does the rest.
    desk.goto(review(article))
    assert "Tallet er rigtigt." in desk.inner_text("main")
    desk.locator("[name^=ask_]").check()
    take(desk, "schedule")
    assert fresh(article).status == "scheduled"
    assert handoff_states(article.relay) == ["taken", "nominated"]
    with time_machine.travel(fresh(article).publish_at + timedelta(minutes=1), tick=False):
        call_command("tick")

    out = Article.objects.public().get()
    assert out.live.title == "140 bakker"
    assert out.live.body.endswith("Alle 140.</p>")
    assert handoff_states(article.relay) == ["taken", "offered"]
    phone.goto(out.get_absolute_url())
    assert "140 bakker" in phone.inner_text("h1")
    told = [message.to[0] for message in mail.outbox]
    assert article.leg.contributor.email in told


def test_two_editors_on_one_text_get_one_result_and_one_kind_sentence(
    open_as,
    article,
    editor,
):
    first, second = open_as(editor), open_as(make_editor("Mads Morgenvagt"))
    first.goto(review(article))
    second.goto(review(article))

    take(first, "approve")
    second.fill("#id_message", "Kan vi vente?")
    second.locator("button[name=step][value=send_back]").click()
    second.locator(".messagelist .success").wait_for()  # an approved text can go back

    assert fresh(article).status == "sent_back"
    first.fill("#id_message", "Den er god.")
    first.goto(review(article))
    assert "Kan vi vente?" in first.inner_text("main")


def test_what_was_typed_is_still_there_when_a_colleague_was_faster(
    open_as,
    article,
    editor,
):
    first, second = open_as(editor), open_as(make_editor("Mads Morgenvagt"))
    first.goto(review(article))
    second.goto(review(article))

    take(first, "publish")
    write_a_note(second, 1, "Stærk.")
    second.fill("#id_message", "Kan vi vente?")
    second.locator("button[name=step][value=send_back]").click()

    second.locator("[role=alert]").wait_for()
    assert second.input_value("#id_message") == "Kan vi vente?"
    assert second.input_value("#id_note_0") == "Stærk."
    assert fresh(article).status == "live"
    assert timezone.now() >= fresh(article).published_at


@pytest.mark.parametrize("name", ["review", "change"])
def test_the_day_is_said_as_it_was_typed_wherever_the_editor_sits(open_as, article, editor, name):
    page = open_as(editor, timezone_id="America/New_York")  # where that hour is skipped
    page.goto(reverse(f"admin:articles_article_{name}", args=[article.pk]))

    page.fill("#id_when", "2027-03-14T02:30")

    assert page.locator("spelled-date:has(#id_when) output").inner_text() == (
        "søndag den 14. marts 2027 kl. 2.30"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 500, 320])
def test_the_review_is_for_every_screen(open_as, article, editor, width, scheme):
    # axe sets styles of its own, which our policy would refuse; the tests above run under it.
    page = open_as(
        editor,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )

    for address in (review(article), reverse("admin:plan")):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert_accessible(page)
