"""Personal links: what they open, what they never do, and when they end."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from relay_cms.logs import MaskTokens
from relays import baton, outbox
from relays.errors import RuleBroken
from relays.models import BatonMove, Letter, Link
from relays.models.link import token_hash
from tests.factories import (
    begin_leg,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    moves,
    publish,
)
from tests.test_permissions import all_rows

pytestmark = pytest.mark.django_db


def link_to(handoff):
    return reverse("relays:link", args=[Link.make(handoff)])


def asked():
    return make_handoff(make_relay(), offered=True)


def opened(handoff, client=None):
    """A browser that came by the link."""
    client = client or Client()
    assert client.get(link_to(handoff)).status_code == 302
    return client


def turn(handoff):
    return reverse("portal:turn", args=[handoff.pk])


def without_tokens(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


# What a link is --------------------------------------------------------------------------------


def test_a_link_has_256_random_bits_of_which_only_the_hash_is_kept():
    handoff = asked()

    tokens = {Link.make(handoff) for _each in range(20)}

    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {43}  # 32 bytes in base64
    hashes = set(Link.objects.values_list("token_hash", flat=True))
    assert hashes == {token_hash(token) for token in tokens}
    rows = repr(list(Link.objects.values())) + repr(list(Letter.objects.values()))
    assert not any(token in rows for token in tokens)


def test_the_link_stands_in_the_letter_that_is_sent_and_in_no_row():
    handoff = asked()

    outbox.send_due()

    [address] = re.findall(r"http://testserver(/baton/link/\S+/)", mail.outbox[0].body)
    assert Client().get(address).url == turn(handoff)
    assert address not in repr(list(Letter.objects.values()))


# Opening ---------------------------------------------------------------------------------------


def test_opening_changes_no_row_however_often():
    handoff = asked()
    address, client = link_to(handoff), Client()
    before = all_rows()

    for _each in range(3):
        for browser in (client, Client()):
            browser.get(address)
            browser.head(address)
            assert browser.get(turn(handoff)).status_code == 200

    assert all_rows() == before


def test_no_page_of_a_turn_changes_a_row_by_being_looked_at():
    handoff = begin_leg(make_relay()).handoff
    client = opened(handoff)
    before = all_rows()

    for page in ("turn", "text", "calendar"):
        assert client.get(reverse(f"portal:{page}", args=[handoff.pk])).status_code == 200, page
    assert client.get(reverse("portal:preview", args=[handoff.pk])).status_code == 404

    assert all_rows() == before


def test_the_link_leaves_the_address_bar():
    handoff = asked()

    response = Client().get(link_to(handoff))

    assert (response.status_code, response.url) == (302, f"/baton/{handoff.pk}/")


def answers_about(handoff, client):
    yield client.get(link_to(handoff))
    yield client.get(turn(handoff))
    yield client.get(reverse("relays:link", args=["unknown"]))
    yield client.get(reverse("portal:not-me"))
    yield client.post(reverse("portal:create-link"), {"email": "nobody@office.example"})
    yield client.post(reverse("portal:create-link"), {"email": "half an address"})
    yield client.post(reverse("portal:create-answer", args=[handoff.pk]), {"answer": "yes"})


def test_no_answer_is_kept_or_indexed_or_told_to_another_site():
    for response in answers_about(asked(), Client()):
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_a_session_opens_its_own_turn_only():
    mine, other = asked(), asked()
    client = opened(mine)

    assert client.get(turn(mine)).status_code == 200
    assert client.get(turn(other)).status_code == 404
    answer = reverse("portal:create-answer", args=[other.pk])
    assert client.post(answer, {"answer": "yes"}).status_code == 404
    other.refresh_from_db()
    assert other.state == "offered"


def test_a_browser_can_hold_two_turns():
    one, two = asked(), asked()

    client = opened(two, opened(one))

    assert [client.get(turn(each)).status_code for each in (one, two)] == [200, 200]


def test_a_turn_without_its_link_does_not_exist():
    assert Client().get(turn(asked())).status_code == 404


def test_no_account_comes_of_a_link():
    client = opened(asked())

    response = client.get(reverse("admin:index"))

    assert response.url.startswith("/admin/login/")
    assert "_auth_user_id" not in client.session


def test_a_link_in_the_hands_of_an_editor_takes_no_log_in_away():
    client = Client()
    client.force_login(make_editor())

    opened(asked(), client)

    assert client.get(reverse("admin:index")).status_code == 200


def test_a_planted_session_does_not_learn_of_the_turn():
    client = opened(asked())
    planted = client.session.session_key

    opened(asked(), client)

    assert client.session.session_key != planted


def test_every_post_asks_for_the_token_of_the_form():
    handoff = asked()
    client = opened(handoff, Client(enforce_csrf_checks=True))
    before = all_rows()

    for name in ("create-answer", "presentation", "date", "hand-back", "create-nomination"):
        response = client.post(reverse(f"portal:{name}", args=[handoff.pk]), {"answer": "yes"})
        assert response.status_code == 403, name

    assert all_rows() == before


def test_the_forms_of_the_invitation_carry_their_token():
    handoff = asked()
    client = opened(handoff, Client(enforce_csrf_checks=True))

    html = client.get(turn(handoff)).content.decode()
    tokens = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', html)
    answer = {"answer": "yes", "csrfmiddlewaretoken": tokens[0]}
    client.post(reverse("portal:create-answer", args=[handoff.pk]), answer)

    assert len(tokens) == html.count("<form")
    handoff.refresh_from_db()
    assert handoff.state == "taken"


# The end of a link -----------------------------------------------------------------------------


def revoked():
    handoff = asked()
    address = link_to(handoff)
    handoff.links.revoke()
    return address


def withdrawn():
    handoff = asked()
    address = link_to(handoff)
    baton.withdraw(handoff, by=None)
    return address


def replaced():
    handoff = asked()
    address = link_to(handoff)
    baton.readdress(handoff, by=None, email="rigtig@office.example")
    return address


def unknown():
    return reverse("relays:link", args=["A" * 43])


def renewed():
    handoff = asked()
    address = link_to(handoff)
    baton.renew_link(handoff, by=None)
    return address


@pytest.mark.parametrize("dead", [revoked, withdrawn, replaced, renewed, unknown])
def test_a_dead_link_offers_a_fresh_one_and_is_the_same_page_for_all(dead):
    response = Client().get(dead())

    assert response.status_code == 410
    assert f'action="{reverse("portal:create-link")}"' in response.content.decode()
    assert without_tokens(response) == without_tokens(Client().get(unknown()))


def test_a_session_ends_with_its_link():
    handoff = asked()
    client = opened(handoff)

    baton.readdress(handoff, by=None, email="rigtig@office.example")

    assert client.get(turn(handoff)).status_code == 404


def test_an_editor_sends_a_new_link_to_whoever_has_the_baton():
    handoff = begin_leg(make_relay()).handoff
    old = link_to(handoff)
    Letter.objects.all().delete()

    baton.renew_link(handoff, by=make_editor())
    outbox.send_due()

    assert [letter.kind for letter in Letter.objects.all()] == ["new_link"]
    [address] = re.findall(r"http://testserver(/baton/link/\S+/)", mail.outbox[-1].body)
    assert Client().get(address).url == turn(handoff)
    assert Client().get(old).status_code == 410


def test_no_link_is_sent_to_a_turn_that_is_over():
    with time_machine.travel(timezone.now() - timedelta(days=91)):
        leg = baton.finish(begin_leg(make_relay()), by=None)

    with pytest.raises(RuleBroken, match="Den tur er slut"):
        baton.renew_link(leg.handoff, by=make_editor())

    assert not Letter.objects.filter(kind="new_link").exists()
    assert moves(leg.relay)[-1] == "finish"


def ask_for_a_link(email):
    return Client().post(reverse("portal:create-link"), {"email": email})


def test_asking_for_a_link_says_nothing_about_who_is_known():
    handoff = asked()

    known = ask_for_a_link(handoff.receiver.email)
    stranger = ask_for_a_link("nobody@office.example")

    assert known.content == stranger.content
    assert known.headers == stranger.headers
    [letter] = Letter.objects.filter(kind="new_link")
    assert letter.address == handoff.receiver.email


def test_a_fresh_link_is_written_once_an_hour_however_it_is_spelled():
    handoff = asked()

    for spelling in (handoff.receiver.email, handoff.receiver.email.upper()):
        ask_for_a_link(spelling)

    assert Letter.objects.filter(kind="new_link").count() == 1


def test_an_address_that_two_people_share_gives_each_their_own_turn():
    one, two = asked(), asked()
    for handoff in (one, two):
        handoff.receiver.email = "kontor@office.example"
        handoff.receiver.save()

    ask_for_a_link("kontor@office.example")

    assert {letter.handoff for letter in Letter.objects.filter(kind="new_link")} == {one, two}


def test_half_an_address_is_refused_in_words_and_kept():
    response = ask_for_a_link("navn@kommune")

    assert response.status_code == 422
    assert 'value="navn@kommune"' in response.content.decode()


def finished(*, days_ago):
    article = publish(make_leg_article())
    moment = timezone.now() - timedelta(days=days_ago)
    BatonMove.objects.filter(leg=article.leg, verb="finish").update(at=moment)
    return article.leg.handoff


def test_a_turn_can_be_read_for_ninety_days_after_publication():
    assert opened(finished(days_ago=89)).session["turns"]
    assert Client().get(link_to(finished(days_ago=91))).status_code == 410


def test_an_open_browser_ends_with_the_ninety_days_too():
    handoff = finished(days_ago=1)
    client = opened(handoff)
    assert client.get(turn(handoff)).status_code == 200

    long_ago = timezone.now() - timedelta(days=91)
    BatonMove.objects.filter(leg=handoff.leg, verb="finish").update(at=long_ago)

    assert client.get(turn(handoff)).status_code == 404


def test_from_publication_on_nothing_can_be_changed():
    handoff = finished(days_ago=1)
    client = opened(handoff)
    before = all_rows()

    person = {"you-name": "En Anden", "next-name": "Ny", "next-message": "Fordi."}
    day = {"due": (timezone.localdate() + timedelta(days=3)).isoformat()}
    text = {"title": "Nyt", "body": "<p>Nyt</p>", "version": "2"}
    for name in ("create-answer", "presentation", "date", "hand-back", "create-nomination", "text"):
        form = {"answer": "no"} | person | day | text
        client.post(reverse(f"portal:{name}", args=[handoff.pk]), form)
    client.post(reverse("portal:create-step", args=[handoff.pk]), {"step": "take_back"})

    assert all_rows() == before


# The log ---------------------------------------------------------------------------------------


def test_no_log_line_holds_a_token():
    words = "GET /baton/link/%s/ failed"
    record = logging.LogRecord("x", logging.INFO, "", 1, words, ("Geheim_-1234",), None)

    MaskTokens().filter(record)

    assert record.getMessage() == "GET /baton/link/…/ failed"


def test_every_handler_masks_its_lines(settings):
    handlers = settings.LOGGING["handlers"].values()

    assert all("mask_tokens" in handler["filters"] for handler in handlers)
