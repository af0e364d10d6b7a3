"""Following by mail: who asks, who says yes, who is told of a post, and how it ends."""

import logging
import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.core import mail
from django.core.mail import get_connection
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import announcements, following, workflow
from articles.models import Access, Announcement, Article, Follow, Follower, FollowRequest, Status
from articles.readers import belongings, erasing
from relay_cms.logs import MaskTokens
from relays import letters, outbox, signed
from relays.models import HeldKind, Letter
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_follower,
    make_handoff,
    make_leg_article,
    make_news,
    make_reader,
    make_relay,
    make_theme,
    make_user,
    publish,
    publish_leg,
    put,
    write,
)
from tests.test_races import at_once, succeeded

pytestmark = pytest.mark.django_db

ADDRESS = "lone@home.example"
A_DAY = timedelta(days=1)


@pytest.fixture
def relay():
    return make_relay("Hvad skal der på tallerkenen?", theme=make_theme(), finished_legs=1)


def later(**much):
    return time_machine.travel(timezone.now() + timedelta(**much))


def ask(client, email=ADDRESS, *, network="192.0.2.7", **followed):
    return client.post("/follow/", {"email": email, **followed}, REMOTE_ADDR=network)


def tell():
    """Everything that the clock has to say of posts, a while after they came out."""
    with later(minutes=16):
        while announcements.write_due():
            pass


def send():
    with later(minutes=17):
        return outbox.send_due()


def told(article=None):
    """Who has a letter of a post that may still go out, or is out."""
    rows = Letter.objects.filter(kind="new_post").exclude(state="cancelled")
    if article:
        rows = rows.filter(circular__announcement__article=article)
    return sorted(rows.values_list("address", flat=True))


def link_in(letter):
    return re.search(r"https?://testserver(/follow/\S+)", letter.body)[1]


# The whole way -------------------------------------------------------------------------------


def test_from_the_form_to_the_letter_and_out_again(client, postbox, relay):
    response = ask(client, relay=relay.slug)
    assert (response.status_code, response["Location"]) == (302, "/follow/sent/")
    outbox.send_due()
    [request] = [message for message in postbox.messages if message["To"] == ADDRESS]
    confirm = link_of(request, "confirm")

    client.get(confirm)
    assert not Follow.objects.exists()
    client.post(confirm)
    post = publish_leg(relay, title="Maden først", standfirst="To linjer.")
    tell()
    send()

    letter = [message for message in postbox.messages if message["To"] == ADDRESS][-1]
    words = letter.get_body(["plain"]).get_content()
    assert (letter["To"], letter["Subject"]) == (ADDRESS, "Maden først")
    assert f"http://testserver{post.get_absolute_url()}#text" in words
    assert "To linjer." in words
    assert "Hver dag klokken 11.40" in words
    assert "Klokken 13.15" not in words  # the second paragraph
    assert post.bylines.get().contributor.name in words
    stop = link_of(letter, "stop")
    assert letter["List-Unsubscribe"].strip() == (
        f"<http://testserver{stop}>, <mailto:redaktionen@depechen.example?subject=unsubscribe>"
    )
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Id"] == f"<{relay.slug}.testserver>"
    assert (letter["Precedence"], letter["Auto-Submitted"]) == ("bulk", "auto-generated")

    one_click = Client(enforce_csrf_checks=True, headers={"origin": "https://mail.example"})
    answer = one_click.post(stop, {"List-Unsubscribe": "One-Click"})
    before = len(postbox.messages)
    publish_leg(relay)
    tell()
    send()

    assert (answer.status_code, answer.cookies) == (200, {})
    assert [m["To"] for m in postbox.messages[before:] if m["List-Id"]] == []
    assert not Follower.objects.exists()


def link_of(message, page):
    words = message.get_body(["plain"]).get_content()
    return re.search(rf"http://testserver(/follow/{page}/\S+)", words)[1]


# Asking --------------------------------------------------------------------------------------


def test_known_unknown_and_following_addresses_get_one_answer(client, relay):
    make_follower(relay, address="kendt@home.example")
    make_user(email="bruger@home.example")

    answers = [
        ask(client, f"{name}@home.example", relay=relay.slug)
        for name in ("kendt", "bruger", "ukendt")
    ]

    assert {(a.status_code, a["Location"], a.content) for a in answers} == {
        (302, "/follow/sent/", b"")
    }
    written = Letter.objects.filter(kind="follow_request").values_list("subject", flat=True)
    assert len(written) == 3
    assert len(set(written)) == 1


def test_one_address_gets_three_letters_a_day_whoever_asks(client, relay):
    for number in range(8):
        assert ask(client, network=f"192.0.2.{number}").status_code == 302

    assert Letter.objects.filter(address=ADDRESS).count() == 3

    with later(days=1):
        ask(client)
    assert Letter.objects.filter(address=ADDRESS).count() == 4


def test_one_network_asks_for_twenty_addresses_an_hour(client):
    statuses = [ask(client, f"a{number}@home.example").status_code for number in range(22)]

    assert statuses == [302] * 20 + [429] * 2
    assert Letter.objects.count() == 20
    assert ask(client, network="192.0.2.8").status_code == 302
    with later(minutes=61):
        assert ask(client, "a30@home.example").status_code == 302


def test_a_made_up_forwarding_header_is_no_other_network(client):
    statuses = [
        client.post(
            "/follow/",
            {"email": f"a{number}@home.example"},
            REMOTE_ADDR="192.0.2.50",
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        ).status_code
        for number in range(21)
    ]

    assert statuses == [302] * 20 + [429]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_no_other_site_asks_for_its_visitors(client, headers):
    response = client.post("/follow/", {"email": ADDRESS}, headers=headers)

    assert response.status_code == 403
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    "headers", [{}, {"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}]
)
def test_our_own_pages_ask_without_a_cookie(headers):
    client = Client(enforce_csrf_checks=True, headers=headers)

    response = client.post("/follow/", {"email": ADDRESS})

    assert (response.status_code, response.cookies) == (302, {})
    assert Letter.objects.exists()


def test_a_machine_that_fills_in_every_field_asks_for_nothing(client):
    response = ask(client, website="https://spam.example")

    assert response["Location"] == "/follow/sent/"
    assert not Letter.objects.exists()


@pytest.mark.parametrize("email", ["", "lone", "lone@", "a@b.dk, c@d.dk", "lone@home.example\nx"])
def test_half_an_address_is_asked_for_again(client, email):
    response = ask(client, email)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.content.decode()
    assert not Letter.objects.exists()


def test_what_readers_do_not_see_is_not_followed(client, relay):
    unopened = make_relay("Endnu ikke")

    assert ask(client, relay=unopened.slug).status_code == 404
    assert ask(client, relay=relay.slug, theme=relay.theme.slug).status_code == 404
    assert client.get("/follow/?theme=nowhere").status_code == 404
    assert client.get(f"/follow/?relay={relay.slug}").status_code == 200


def test_the_letter_speaks_the_language_of_the_relay(client):
    english = make_relay("What belongs on the plate?", finished_legs=1, language="en")

    ask(client, relay=english.slug)
    ask(client)

    assert [letter.subject for letter in Letter.objects.filter(address=ADDRESS).order_by("pk")] == [
        "Say yes to letters: What belongs on the plate?",
        "Sig ja til breve: Depechen",
    ]


# Saying yes ----------------------------------------------------------------------------------


def request_of(*, relay=None, theme=None, address=ADDRESS):
    following.ask(address, relay=relay, theme=theme)
    return FollowRequest.objects.latest("pk")


def confirm_page(request):
    return signed.path_of(following.CONFIRM_PAGE, request.pk)


def test_a_look_confirms_nothing_and_a_press_does(client, relay):
    page = confirm_page(request_of(relay=relay))

    for _look in range(3):
        assert "Ja, skriv til mig" in client.get(page).content.decode()
    assert not Follower.objects.exists()

    assert client.post(page, follow=True).status_code == 200
    assert client.post(page).status_code == 302
    [follow] = Follow.objects.all()
    assert (follow.follower.address, follow.relay) == (ADDRESS, relay)


def test_an_old_press_brings_back_nothing_that_was_stopped(client, relay):
    request = request_of(relay=relay)
    following.stop(following.confirm(request))

    client.post(confirm_page(request))

    assert not Follow.objects.exists()


def test_after_a_week_a_request_is_forgotten_with_its_letter(client, relay):
    page = confirm_page(request_of(relay=relay))

    with later(days=6):
        call_command("tick")
        assert client.get(page).status_code == 200
    with later(days=8):
        call_command("tick")
        assert client.get(page).status_code == 410
        assert client.post(page).status_code == 410

    assert not FollowRequest.objects.exists()
    assert not Letter.objects.filter(address=ADDRESS).exists()
    assert not Follower.objects.exists()


def test_no_link_opens_another_page_or_another_row(client, relay):
    request = request_of(relay=relay)
    follow = following.confirm(request)
    confirm, stop = confirm_page(request), follow.stop_path

    assert client.get(confirm.replace("/confirm/", "/stop/")).status_code == 410
    assert client.get(stop.replace("/stop/", "/confirm/")).status_code == 410
    number, _dot, sign = stop.strip("/").rpartition("/")[2].partition(".")
    for token in (f"{int(number) + 1}.{sign}", number, f"{number}.", f"{number}.{sign}x", "x"):
        assert client.post(f"/follow/stop/{token}/").status_code == 410
    assert Follow.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_follow_once(relay):
    for _round in range(5):
        request = request_of(relay=relay, address=f"a{_round}@home.example")
        again = request_of(relay=relay, address=f"a{_round}@home.example")

        outcomes = at_once(
            *[partial(following.confirm, request)] * 4, *[partial(following.confirm, again)] * 4
        )

        assert len(succeeded(outcomes)) == 8
        assert Follow.objects.filter(follower__address=request.address).count() == 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_who_ask_for_one_address_at_once_bring_three_letters():
    succeeded(at_once(*[partial(following.ask, ADDRESS)] * 16))
    for _more in range(4):
        following.ask(ADDRESS)

    assert Letter.objects.filter(address=ADDRESS).count() == 3


# Being told ----------------------------------------------------------------------------------


def test_everybody_who_follows_is_told_once_however_often_they_follow(relay):
    theme, other = relay.theme, make_theme("Ledelse")
    addresses = {
        "all": make_follower(),
        "relay": make_follower(relay),
        "theme": make_follower(theme),
        "both": make_follower(relay, theme, None),
    }
    make_follower(other, make_relay(finished_legs=1))
    leg_post = publish_leg(relay)
    Article.objects.filter(pk=leg_post.pk).update(theme=theme)
    news = publish(make_news("Nyt"))

    tell()

    assert told(leg_post) == sorted(follower.address for follower in addresses.values())
    assert told(news) == sorted([addresses["all"].address, addresses["both"].address])


def test_who_wrote_it_is_not_told_of_it():
    relay, writer = make_relay(), make_contributor()
    make_follower(address=writer.email)
    publish_leg(relay, receiver=writer)

    tell()

    assert told() == []


def test_readers_are_told_when_a_publication_can_be_undone_no_more(relay):
    make_follower()
    publish_leg(relay)

    with later(minutes=14):
        assert announcements.write_due() == 0
    with later(minutes=16):
        assert announcements.write_due() == 1
    assert workflow.UNDO_WITHIN <= announcements.WAITS


def test_corrections_second_publications_and_imports_are_not_told(relay):
    make_follower()
    chief = make_chief_editor()
    post = publish_leg(relay)
    tell()
    write(post, title="Rettet")
    workflow.take_step(fresh(post), "correct", by=chief, version=fresh(post).draft.version)
    publish(write(fresh(post), title="Skrevet om"), by=chief)
    imported = make_news("Fra arkivet")
    workflow.publish_import(imported, published_at=timezone.now(), slug="fra-arkivet")

    tell()

    assert len(told()) == 1
    assert Announcement.objects.filter(article__in=[post, imported]).count() == 1


@pytest.mark.parametrize("step", ["undo", "withdraw", "remove"])
def test_a_post_that_goes_away_before_its_letters_is_told_to_nobody(relay, step):
    make_follower()
    post = publish_leg(relay)
    workflow.take_step(fresh(post), step, by=make_chief_editor())

    tell()

    assert told() == []


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_letters_of_a_post_that_goes_away_stay_unsent(relay, step):
    for _follower in range(3):
        make_follower()
    post = publish_leg(relay)
    with later(minutes=16):
        announcements.write_due()
        first = Letter.objects.filter(kind="new_post").order_by("pk").first()
        Letter.objects.filter(pk=first.pk).update(state="sent", sent=timezone.now())
        workflow.take_step(fresh(post), step, by=make_chief_editor())
        workflow.take_step(fresh(post), "restore", by=make_chief_editor())
    tell()

    assert told() == [first.address]


def test_what_is_published_again_after_an_undo_is_told_to_everybody_once(relay):
    followers = [make_follower() for _ in range(2)]
    post = publish_leg(relay)
    # A clock that ran ahead: one letter is out when the publication is undone.
    Announcement.objects.update(due=timezone.now())
    announcements.write_due()
    Letter.objects.filter(address=followers[0].address).update(state="sent", sent=timezone.now())
    chief = make_chief_editor()
    workflow.take_step(fresh(post), "undo", by=chief)
    assert fresh(post).status == Status.APPROVED
    assert told() == [followers[0].address]
    workflow.take_step(fresh(post), "publish", by=chief, version=fresh(post).draft.version)

    tell()

    assert told() == sorted(follower.address for follower in followers)


def test_a_corrected_word_is_in_the_letters_that_wait(relay):
    make_follower()
    post = publish_leg(relay, title="Maden førts")
    tell()
    write(post, title="Maden først")
    article = fresh(post)
    chief = make_chief_editor()
    workflow.take_step(article, "correct", by=chief, version=article.draft.version)
    announcements.write_due()
    send()

    assert [m.subject for m in mail.outbox if m.extra_headers.get("List-Id")] == ["Maden først"]


def test_what_readers_type_into_a_text_makes_no_place_for_a_link(relay):
    make_follower()
    publish_leg(relay, title="Om [[link]]", standfirst="Se [[link]]", body="<p>Og [[link]]</p>")
    tell()
    send()

    [message] = [m for m in mail.outbox if m.extra_headers.get("List-Id")]
    assert len(re.findall(r"/follow/stop/", message.body)) == 1
    assert "/follow/stop/" not in message.subject


def test_the_letter_says_nothing_of_what_comes_after_its_first_paragraph(relay):
    make_follower()
    body = "<p>Åbningen.</p><p>Mere.</p><hr><p>Kanariefugl.</p>"
    publish_leg(relay, body=body)
    tell()
    send()

    [message] = [m for m in mail.outbox if m.extra_headers.get("List-Id")]
    assert "Åbningen." in message.body
    assert "Kanariefugl" not in message.message().as_string()
    assert "Kanariefugl" not in message.alternatives[0].content


def test_what_is_kept_for_members_is_in_no_letter():
    make_follower()
    for body in (
        "<p>Åbningen.</p><hr><p>Kanariefugl.</p>",
        "<p>Åbningen.</p><p>Mere.</p><p>Kanariefugl.</p>",
    ):
        publish(write(make_news(access=Access.MEMBERS), body=body))
    tell()
    send()

    messages = [m for m in mail.outbox if m.extra_headers.get("List-Id")]
    assert len(messages) == 2
    for message in messages:
        assert "Kanariefugl" not in message.body + message.alternatives[0].content


# Ten thousand --------------------------------------------------------------------------------

MANY = 10_000


def make_many_followers(count=MANY):
    followers = Follower.objects.bulk_create(
        Follower(address=f"laeser{number:05}@home.example") for number in range(count)
    )
    Follow.objects.bulk_create(Follow(follower=follower) for follower in followers)


def queries_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return [q["sql"] for q in queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


# SQLite takes fewer values at once, so a batch is some more inserts there.
BATCH = {"sqlite": 41, "postgresql": 18}


@pytest.mark.long
def test_ten_thousand_are_told_in_batches_behind_every_other_letter(relay):
    post = put(make_leg_article(begin_leg(relay)), "approved")
    chief, version = make_chief_editor(), post.draft.version
    make_many_followers()

    publishing = queries_of(lambda: workflow.take_step(post, "publish", by=chief, version=version))
    assert [sql for sql in publishing if "articles_follow" in sql] == []
    assert not Letter.objects.filter(kind="new_post").exists()

    with later(minutes=16):
        asked = [len(queries_of(announcements.write_due)) for _batch in range(11)]
        assert announcements.write_due() == 0
    assert asked[1:-1] == [BATCH[connection.vendor]] * 9
    assert Announcement.objects.filter(written=None).count() == 0
    many = Letter.objects.filter(kind="new_post")
    assert many.count() == many.values("address").distinct().count() == MANY

    make_handoff(make_relay(), offered=True)
    with later(minutes=17):
        now = timezone.now()
        urgent = []
        while (letter := outbox._claim(now)).kind != "new_post":
            urgent.append(letter.kind)
        assert "invitation" in urgent
        claim = queries_of(lambda: outbox._claim(now))
        sending = queries_of(lambda: outbox._send(letter, get_connection()))
    assert (len(claim), len(sending)) == (3, 2)


def test_letters_to_many_leave_the_clock_its_time(relay, monkeypatch):
    for _follower in range(3):
        make_follower()
    publish_leg(relay)
    tell()
    monkeypatch.setattr(outbox, "SECONDS_FOR_MANY", 0)

    send()

    assert not Letter.objects.filter(state="queued", circular=None, about_day=None).exists()
    assert set(Letter.objects.filter(kind="new_post").values_list("state", flat=True)) == {"queued"}


def test_letters_to_many_that_wait_for_long_are_no_alarm(relay, client):
    make_follower()
    publish_leg(relay)
    tell()
    Letter.objects.filter(circular=None).delete()

    with later(minutes=60):
        assert client.get("/health/").json()["letters"] is True
        letters.write("test", to=ADDRESS)
    with later(minutes=90):
        assert client.get("/health/").json()["letters"] is False


def test_a_clock_that_dies_in_a_batch_loses_nobody_and_tells_nobody_twice(relay, monkeypatch):
    followers = [make_follower() for _ in range(7)]
    publish_leg(relay)
    monkeypatch.setattr(announcements, "LETTERS_IN_A_BATCH", 3)
    post, deaths = letters.post, iter([True, False, True, True, False, True])

    def dies_at_times(*args, **kwargs):
        post(*args, **kwargs)
        if next(deaths, False):
            raise KeyboardInterrupt

    monkeypatch.setattr(letters, "post", dies_at_times)
    with later(minutes=16):
        for _tick in range(10):
            try:
                announcements.write_due()
            except KeyboardInterrupt:
                continue

    assert told() == sorted(follower.address for follower in followers)
    assert announcements.write_due() == 0


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_tell_everybody_once(relay, monkeypatch):
    monkeypatch.setattr(announcements, "LETTERS_IN_A_BATCH", 4)
    followers = [make_follower() for _ in range(20)]
    publish_leg(relay)
    Announcement.objects.update(due=timezone.now())

    for _round in range(4):
        succeeded(at_once(*[announcements.write_due] * 4))

    assert told() == sorted(follower.address for follower in followers)


@pytest.mark.django_db(transaction=True)
def test_who_stops_while_the_letters_are_written_gets_none(relay):
    for _round in range(5):
        stopping, staying = make_follower(), make_follower()
        publish_leg(relay)
        Announcement.objects.update(due=timezone.now())

        succeeded(at_once(announcements.write_due, partial(following.stop_all, stopping)))
        while announcements.write_due():
            pass

        waiting = Letter.objects.filter(kind="new_post", state="queued")
        assert not waiting.filter(address=stopping.address).exists()
        assert waiting.filter(address=staying.address).count() == 1
        following.stop_all(staying)


def test_a_kind_that_the_newsroom_holds_is_held(relay):
    HeldKind.objects.create(kind="new_post")
    make_follower()
    publish_leg(relay)

    tell()

    assert Letter.objects.get(kind="new_post").state == "held"


def test_posts_to_a_follower_hold_up_no_letter_of_their_own(relay):
    make_follower(address="bent@office.example")
    circular = letters.write_circular("test", to=None)
    letters.post(circular, [("bent@office.example", 1)], opens=Follow.PAGE)
    Letter.objects.bulk_create(
        Letter(
            kind="new_post",
            circular=letters.write_circular("test", to=None, relay=relay),
            address="bent@office.example",
            language="da",
            subject="Nyt",
            opens=Follow.PAGE,
            opens_row=1,
            message_id=f"<{number}@many.example>",
        )
        for number in range(25)
    )

    assert letters.write("test", to="bent@office.example").state == "queued"


# Stopping ------------------------------------------------------------------------------------


def test_a_look_at_the_page_stops_nothing_and_shows_everything(client, relay):
    follower = make_follower(relay, relay.theme)
    follow = follower.follows.get(relay=relay)

    page = client.get(follow.stop_path)

    said = page.content.decode()
    assert relay.name in said
    assert "Velfærd" in said
    assert follower.address not in said
    assert follower.follows.count() == 2
    assert page.headers["Cache-Control"] == "private, no-store"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.cookies == {}


def test_a_button_stops_the_one_it_stands_beside(client, relay):
    follower = make_follower(relay, relay.theme, None)
    first = follower.follows.get(relay=relay)
    theme = follower.follows.get(theme=relay.theme)

    page = client.post(first.stop_path, {"which": theme.pk})

    assert not follower.follows.filter(pk=theme.pk).exists()
    assert follower.follows.count() == 2
    assert "Det er stoppet." in page.content.decode()
    again = client.post(first.stop_path, {"which": theme.pk})
    assert (again.status_code, follower.follows.count()) == (200, 2)
    assert client.post(first.stop_path, {"which": "x"}).status_code == 404


def test_all_of_it_stops_and_the_address_is_gone(client, relay):
    follower = make_follower(relay, relay.theme, None)

    page = client.post(follower.follows.first().stop_path, {"which": "all"})

    assert "Du får ikke flere breve" in page.content.decode()
    assert not Follower.objects.exists()
    assert client.post(page.request["PATH_INFO"], {"which": "all"}).status_code == 200


def test_nobody_stops_what_another_follows(client, relay):
    mine, others = make_follower(relay), make_follower(relay)

    response = client.post(mine.follows.get().stop_path, {"which": others.follows.get().pk})

    assert response.status_code == 404
    assert Follow.objects.count() == 2


def test_one_press_in_a_mail_program_stops_what_brought_the_letter(client, relay):
    other = make_relay(finished_legs=1)
    follower = make_follower(relay, other)
    client.post(follower.follows.get(relay=relay).stop_path, {"List-Unsubscribe": "One-Click"})
    assert [follow.relay for follow in follower.follows.all()] == [other]

    both = make_follower(relay, None)
    publish_leg(relay)
    tell()
    letter = Letter.objects.get(address=both.address, state="queued")
    assert letter.opens_row == both.follows.get(relay=None).pk  # the widest
    client.post(both.follows.get(relay=None).stop_path, {"List-Unsubscribe": "One-Click"})
    assert not Follower.objects.filter(pk=both.pk).exists()
    letter.refresh_from_db()
    assert letter.state == "cancelled"


# Refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "stops"),
    [
        ("550 No such person", True),
        ("550 5.1.1 User unknown", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("550 5.7.1 Your network is on our block list", False),
        ("552 5.2.2 Mailbox full", False),
        ("554 Go away", False),
        ("450 4.2.0 Greylisted", False),
    ],
)
def test_an_address_that_nobody_has_gets_nothing_more(postbox, relay, answer, stops):
    follower = make_follower()
    publish_leg(relay)
    tell()
    postbox.answers = lambda address: answer if "home" in address else "250 OK"

    send()
    following.heed_refusals()

    follower.refresh_from_db()
    assert bool(follower.refused) == stops
    publish_leg(relay)
    tell()
    assert len(told()) == (0 if stops else 2)
    if stops:
        assert not Letter.objects.failed().exists()


def test_who_could_not_be_reached_and_asks_again_follows_again(postbox, relay):
    follower = make_follower(address=ADDRESS)
    Follower.objects.update(refused=timezone.now())

    following.confirm(request_of())
    publish_leg(relay)
    tell()

    follower.refresh_from_db()
    assert follower.refused is None
    assert told() == [ADDRESS]


def test_who_cannot_be_reached_is_forgotten_after_a_month():
    make_follower()
    Follower.objects.update(refused=timezone.now())

    with later(days=29):
        following.sweep()
        assert Follower.objects.exists()
    with later(days=31):
        following.sweep()
    assert not Follower.objects.exists()


# Kept and forgotten --------------------------------------------------------------------------


def test_letters_to_many_are_kept_for_a_month(relay):
    make_follower()
    publish_leg(relay)
    tell()

    with later(days=29):
        announcements.sweep()
        assert Letter.objects.filter(kind="new_post").exists()
    with later(days=31):
        announcements.sweep()
        assert announcements.write_due() == 0
    assert not Letter.objects.filter(kind="new_post").exists()


def test_a_reader_sees_downloads_and_erases_what_they_follow(relay):
    follower = make_follower(relay, address=ADDRESS)
    request_of(theme=relay.theme)
    publish_leg(relay)
    tell()

    assert [str(follow) for follow in following.follows_at(ADDRESS)] == [relay.name]
    assert [fact["follows"] for fact in following.facts_at(ADDRESS)] == [relay.name]
    reader = make_reader(email=ADDRESS)
    held = belongings.everything_about(reader)
    assert [fact["follows"] for fact in held["follows"]] == [relay.name]
    assert following.follows_at(None) == following.follows_at("other@home.example") == []

    erasing.erase(reader)

    for rows in (Follower, FollowRequest, Letter):
        assert not rows.objects.filter(address=follower.address).exists()


def test_no_token_and_no_address_of_a_follower_is_in_a_log_or_the_outbox(
    client, postbox, relay, caplog
):
    follower = make_follower(relay, address=ADDRESS)
    publish_leg(relay)
    tell()
    stop = follower.follows.get().stop_path
    postbox.verdicts = lambda mail, text: f"554 I dislike http://testserver{stop}"
    send()

    letter = Letter.objects.get(kind="new_post")
    token = stop.strip("/").rpartition("/")[2]
    assert "/follow/stop/…" in letter.error
    assert token not in f"{letter.error}{letter.words}{caplog.text}"
    assert ADDRESS not in caplog.text
    for page in (stop, "/follow/confirm/12.abc/"):
        record = _record(f'"GET {page} HTTP/1.1" 200')
        assert MaskTokens().filter(record)
        assert page.strip("/").rpartition("/")[2] not in record.getMessage()


def _record(message):
    return logging.LogRecord("access", logging.INFO, "", 0, message, None, None)
