"""The outbox: which letters are written, to whom, in which words, and which are taken back."""

import re
from datetime import timedelta
from email import message_from_bytes, policy
from functools import reduce
from types import SimpleNamespace

import pytest
import time_machine
from django.core import mail
from django.core.serializers import serialize
from django.urls import reverse
from django.utils import timezone

from relays import baton, ladder, letters, outbox
from relays.models import Code, Contributor, HeldKind, Letter, Link
from tests.factories import (
    begin_leg,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_relay,
    make_user,
    publish,
    reload,
)

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


def stage(*, language="da", taken=False, **receiver):
    """A relay with one published leg, whose runner has passed the baton on; nothing unsent."""
    relay = make_relay(finished_legs=1, language=language)
    editor = make_editor()
    relay.editors.add(editor)
    receiver = make_contributor("Bent Bager", sector="private", **receiver)
    handoff = make_handoff(relay, offered=True, receiver=receiver)
    if taken:
        baton.accept(handoff, by=receiver.user)
        handoff.refresh_from_db()
    outbox.send_due()
    mail.outbox.clear()
    return SimpleNamespace(
        relay=relay,
        editor=editor,
        giver=relay.legs.get(number=1).contributor,
        receiver=receiver,
        handoff=handoff,
        leg=relay.legs.filter(number=2).first(),
        seen=Letter.objects.order_by("pk").last().pk,
    )


def written(scene):
    """The letters since the scene was set, with the part that each receiver plays."""
    parts = {getattr(scene, part).email: part for part in ("editor", "giver", "receiver")}
    rows = Letter.objects.filter(pk__gt=scene.seen).order_by("pk")
    return [(letter.kind, parts.get(letter.address, letter.address)) for letter in rows]


def states(*kinds):
    return list(
        Letter.objects.filter(kind__in=kinds).order_by("pk").values_list("state", flat=True)
    )


def soon():
    return timezone.localdate() + 5 * A_DAY


# When, and to whom ---------------------------------------------------------------------------


def test_who_is_asked_gets_an_invitation():
    scene = stage()
    other = make_handoff(make_relay(), offered=True)

    assert written(scene) == [("invitation", other.receiver.email)]


def test_a_yes_is_thanked_for_and_told_to_the_editor_and_the_giver():
    scene = stage()

    baton.accept(scene.handoff, by=scene.receiver.user)

    assert written(scene) == [
        ("thanks_for_the_yes", "receiver"),
        ("editor_yes", "editor"),
        ("giver_yes", "giver"),
    ]


def test_who_records_a_yes_by_phone_is_not_told_of_it():
    scene = stage()

    baton.accept(scene.handoff, by=scene.editor, channel="phone")

    assert written(scene) == [("thanks_for_the_yes", "receiver"), ("giver_yes", "giver")]


def test_a_no_is_told_to_the_editor_and_the_giver():
    scene = stage()

    baton.decline(scene.handoff, by=scene.receiver.user, reason="Vi har høst")

    assert written(scene) == [("editor_no", "editor"), ("giver_no", "giver")]
    assert "»Vi har høst«" in Letter.objects.get(kind="editor_no").body


def test_who_waited_hears_when_the_turn_has_come():
    relay = make_relay()
    leg = begin_leg(relay)
    waiting = make_handoff(relay, accepted=True)

    publish(make_leg_article(leg))

    letter = Letter.objects.get(kind="your_turn")
    assert letter.address == waiting.receiver.email


def test_a_kind_word_goes_to_whoever_was_asked_in_vain():
    scene = stage()

    baton.withdraw(scene.handoff, by=scene.editor)

    assert written(scene) == [("withdrawn", "receiver")]


def test_a_waiting_yes_by_phone_gets_the_kind_word_too():
    relay = make_relay(running=True)
    HeldKind.objects.create(kind="thanks_for_the_yes")
    handoff = make_handoff(relay, accepted=True)

    baton.withdraw(handoff, by=make_editor())

    assert states("withdrawn") == ["queued"]


def test_who_never_heard_of_the_offer_hears_nothing_of_its_end():
    handoff = make_handoff(make_relay(), offered=True)

    baton.withdraw(handoff, by=make_editor())

    assert list(Letter.objects.values_list("kind", "state")) == [("invitation", "cancelled")]


def test_a_lapse_is_told_to_both_sides():
    scene = stage()

    with time_machine.travel(timezone.now() + 30 * A_DAY):
        baton.lapse(scene.handoff)

    assert written(scene) == [("lapsed", "receiver"), ("editor_lapsed", "editor")]


def test_nobody_is_told_that_they_did_not_answer_a_letter_that_never_went_out():
    handoff = make_handoff(make_relay(), offered=True)

    with time_machine.travel(timezone.now() + 30 * A_DAY):
        baton.lapse(handoff)

    assert list(Letter.objects.values_list("kind", "state")) == [("invitation", "cancelled")]


def test_a_date_moved_by_the_editor_is_told_to_the_writer():
    scene = stage(taken=True)

    baton.extend(scene.leg, soon(), by=scene.editor)

    assert written(scene) == [("extended", "receiver")]


def test_a_date_moved_by_the_writer_is_told_to_the_editor():
    scene = stage(taken=True)

    baton.extend(scene.leg, soon(), by=scene.receiver.user)

    assert written(scene) == [("editor_extended", "editor")]


def test_asking_for_time_reaches_the_editor_in_the_writers_words():
    scene = stage(taken=True)

    baton.ask_for_time(scene.leg, soon(), by=scene.receiver.user, note="Vi flytter")

    assert written(scene) == [("editor_asked_for_time", "editor")]
    assert "»Vi flytter«" in Letter.objects.get(kind="editor_asked_for_time").body


def test_a_wrong_address_hears_nothing_more():
    scene = stage()

    baton.readdress(scene.handoff, by=scene.editor, email="bent@bageri.example")

    assert written(scene) == [("invitation", "bent@bageri.example")]


def test_a_fresh_link_comes_once_an_hour_for_each_open_turn():
    scene = stage()

    letters.new_links(scene.receiver)
    letters.new_links(scene.receiver)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        letters.new_links(scene.receiver)

    assert written(scene) == [("new_link", "receiver")] * 2


def test_no_fresh_link_to_a_turn_that_is_over():
    scene = stage(taken=True)
    publish(make_leg_article(scene.leg))
    before = Letter.objects.count()

    with time_machine.travel(timezone.now() + 91 * A_DAY):
        letters.new_links(scene.receiver)

    assert Letter.objects.count() == before


def test_the_editors_deputy_hears_while_she_is_away():
    scene = stage()
    scene.editor.deputy = make_editor("Dorte Deputat")
    scene.editor.away_until = timezone.localdate() + A_DAY
    scene.editor.save()

    baton.decline(scene.handoff, by=scene.receiver.user)

    assert written(scene)[0] == ("editor_no", scene.editor.deputy.email)


def test_an_editor_who_has_left_hears_nothing():
    scene = stage()
    scene.editor.is_active = False
    scene.editor.save()

    baton.decline(scene.handoff, by=scene.receiver.user)

    assert written(scene) == [("giver_no", "giver")]


def test_nobody_without_an_address_gets_a_letter():
    scene = stage()
    Contributor.objects.update(email=None)
    scene.editor.email = None
    scene.editor.save()

    baton.decline(scene.handoff, by=None)

    assert Letter.objects.filter(pk__gt=scene.seen).count() == 0
    assert letters.write("test", to=make_contributor(email=None, assistant_email="a@b.dk")) is None


# In the relay's language ---------------------------------------------------------------------


def write_every_kind(scene):
    scene.leg.wanted_due = soon()
    article = make_leg_article(scene.leg)
    article.slug, article.publish_at = "maden-foerst", timezone.now()
    words = {
        "leg": scene.leg,
        "article": article,
        "before": scene.giver,
        "by": scene.editor,
        "due": scene.leg.due,
        "note": "",
        "planned": timezone.now(),
        "rows": [],
        "things": 1,
        "comments": 1,
        "overview": "http://testserver/admin/",
        "remark": SimpleNamespace(name=scene.receiver.name, words=scene.receiver.phone),
        "showing": SimpleNamespace(name=scene.receiver.name),
        "title": scene.receiver.name,
        "name": scene.receiver.name,
        "reply": SimpleNamespace(name=scene.receiver.name, reason=scene.receiver.phone),
        "page": "http://testserver/articles/maden-foerst/",
        "writers": [scene.receiver.name],
        "desk": "http://testserver/admin/",
        "ends": scene.leg.due,
        "last": scene.leg.due,
        "asked": SimpleNamespace(workplace=scene.receiver.name, words=scene.receiver.phone),
        "reader": SimpleNamespace(name=scene.receiver.name, email="laeser@office.example"),
    }
    for kind in letters.KINDS:
        is_for_editors = kind.startswith("editor") or kind in ("baton_free", "morning", "test")
        to = scene.editor if is_for_editors else scene.receiver
        letter = letters.write(kind, to=to, relay=scene.relay, handoff=scene.handoff, **words)
        if kind == "code":
            Code.objects.create(address=letter.address, letter=letter)
    rows = Letter.objects.filter(pk__gt=scene.seen).order_by("pk")
    return {letter.kind: letter for letter in rows}


def test_every_kind_speaks_the_language_of_the_relay():
    danish = write_every_kind(stage(taken=True, language="da"))
    english = write_every_kind(stage(taken=True, language="en"))

    for kind in letters.KINDS:
        assert danish[kind].subject, kind
        assert danish[kind].body.split("\n")[2] != english[kind].body.split("\n")[2], kind
        assert "Med venlig hilsen" in danish[kind].body, kind
        assert "Kind regards" in english[kind].body, kind
        assert (danish[kind].language, english[kind].language) == ("da", "en")


def test_every_letter_to_an_editor_leads_to_a_page_of_the_newsroom():
    scene = stage(taken=True)

    for kind, letter in write_every_kind(scene).items():
        to_an_editor = kind.startswith("editor_") or kind in ("baton_free", "morning")
        assert ("http://testserver/admin/" in letter.body) == (
            to_an_editor or kind in ("access_given", "trial_ending")  # a page of their own
        ), kind


def test_a_letter_has_a_place_for_a_link_exactly_where_its_kind_has():
    every = write_every_kind(stage(taken=True))

    assert {kind for kind in every if letters.LINK in every[kind].body} == {
        kind for kind, rule in letters.KINDS.items() if rule.carries_link
    }


def test_the_letter_is_signed_by_who_reads_the_answer():
    scene = stage()
    Contributor.objects.filter(pk=scene.receiver.pk).update(name="Aage")
    first = make_editor("Aase Alfabet")
    first.is_active = False
    first.save()
    scene.relay.editors.add(first)

    letters.new_links(scene.receiver)

    assert "Vibeke Sandholt, Depechen" in Letter.objects.get(kind="new_link").body


# Taken back when untrue ----------------------------------------------------------------------


def wait(scene, *kinds, about_day=None, **words):
    """Letters of these kinds wait, as they do while the mail server is away."""
    for kind in kinds:
        to = scene.editor if kind.startswith("editor") else scene.receiver
        letters.write(
            kind, to=to, relay=scene.relay, handoff=scene.handoff, about_day=about_day, **words
        )


UNANSWERED = ("invitation", "answer_soon", "answer_today")


@pytest.mark.parametrize(
    "answer",
    [
        lambda scene: baton.accept(scene.handoff, by=scene.editor),
        lambda scene: baton.decline(scene.handoff, by=scene.editor),
        lambda scene: baton.withdraw(scene.handoff, by=scene.editor),
        lambda scene: baton.readdress(scene.handoff, by=scene.editor, email="ny@bageri.example"),
        lambda scene: lapse(scene.handoff),
        lambda scene: baton.close(reload(scene.relay), by=scene.editor),
    ],
    ids=["accept", "decline", "withdraw", "readdress", "lapse", "close"],
)
def test_after_the_answer_nobody_is_asked_or_reminded(answer):
    scene = stage()
    Letter.objects.all().delete()
    wait(scene, *UNANSWERED, due=soon())
    waiting = Letter.objects.values_list("pk", flat=True)
    before = list(waiting)

    answer(scene)

    assert set(Letter.objects.filter(pk__in=before).values_list("state", flat=True)) == {
        "cancelled"
    }


def lapse(handoff):
    with time_machine.travel(timezone.now() + 30 * A_DAY):
        baton.lapse(handoff)


def test_a_late_yes_takes_back_what_was_said_of_the_lapse():
    scene = stage()
    lapse(scene.handoff)

    baton.accept(scene.handoff, by=scene.receiver.user)

    assert states("lapsed", "editor_lapsed") == ["cancelled", "cancelled"]


def test_a_change_of_mind_takes_back_the_no():
    scene = stage()
    baton.decline(scene.handoff, by=scene.receiver.user)

    baton.accept(scene.handoff, by=scene.receiver.user)

    assert states("editor_no", "giver_no") == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    "event",
    [
        lambda scene: baton.extend(scene.leg, soon(), by=scene.editor),
        lambda scene: baton.hand_in(scene.leg),
        lambda scene: publish(make_leg_article(scene.leg)),
        lambda scene: baton.abandon(scene.leg, by=scene.editor),
        lambda scene: baton.pause(reload(scene.relay), soon(), by=scene.editor),
        lambda scene: baton.rest(scene.leg, soon(), by=scene.editor),
    ],
    ids=["extend", "hand in", "publish", "abandon", "pause", "rest"],
)
def test_reminders_of_a_date_are_taken_back(event):
    scene = stage(taken=True)
    wait(scene, *ladder.DUE_KINDS, about_day=scene.leg.due, leg=scene.leg)

    event(scene)

    assert set(states(*ladder.DUE_KINDS)) == {"cancelled"}


@pytest.mark.parametrize(
    "event",
    [
        lambda scene: make_handoff(scene.relay, offered=True),
        lambda scene: baton.accept(scene.handoff, by=scene.receiver.user),
        lambda scene: baton.close(reload(scene.relay), by=scene.editor),
        lambda scene: baton.pause(reload(scene.relay), soon(), by=scene.editor),
    ],
    ids=["offer", "late yes", "close", "pause"],
)
def test_that_nobody_has_the_baton_is_taken_back(event):
    scene = stage()
    baton.decline(scene.handoff, by=scene.receiver.user)
    letters.write("baton_free", to=scene.editor, relay=scene.relay, about_day=soon())

    event(scene)

    assert states("baton_free") == ["cancelled"]


def test_a_question_for_time_is_taken_back_by_its_answer():
    scene = stage(taken=True)
    baton.ask_for_time(scene.leg, soon(), by=scene.receiver.user)

    baton.extend(scene.leg, soon(), by=scene.editor)

    assert states("editor_asked_for_time") == ["cancelled"]


def test_what_has_gone_out_is_not_taken_back():
    scene = stage()

    baton.decline(scene.handoff, by=scene.receiver.user)

    assert scene.handoff.letters.get(kind="invitation").state == "sent"


def test_a_refused_letter_is_no_news_once_the_address_is_corrected():
    scene = stage()
    scene.handoff.letters.update(state="failed")

    baton.readdress(scene.handoff, by=scene.editor, email="ny@bageri.example")

    about_it = scene.handoff.letters.order_by("pk")
    assert [letter.state for letter in about_it] == ["cancelled", "queued"]


# Held, released, dropped, tried again --------------------------------------------------------


@pytest.fixture
def held():
    HeldKind.objects.create(kind="invitation")
    handoff = make_handoff(make_relay(), offered=True)
    return Letter.objects.get(handoff=handoff)


def test_a_held_kind_waits_for_the_editor(held):
    outbox.send_due()

    assert (states("invitation"), mail.outbox) == (["held"], [])


def test_a_released_letter_goes_out(held):
    assert letters.release(held) is True
    outbox.send_due()

    assert states("invitation") == ["sent"]
    assert letters.release(held) is False


def test_a_dropped_letter_stays(held):
    assert letters.drop(held) is True
    outbox.send_due()

    assert (states("invitation"), mail.outbox) == (["cancelled"], [])
    assert letters.drop(held) is False
    assert letters.release(held) is False


def test_a_sent_letter_cannot_be_dropped():
    scene = stage()
    invitation = scene.handoff.letters.get(kind="invitation")

    assert letters.drop(invitation) is False
    assert scene.handoff.letters.get().state == "sent"


def test_a_failed_letter_is_tried_again_at_the_present_address(held):
    Letter.objects.update(state="failed", attempts=6, error="550")
    Contributor.objects.filter(pk=held.contributor_id).update(email="ny@bageri.example")

    assert letters.try_again(held) is True
    outbox.send_due()

    assert [message.to for message in mail.outbox] == [["ny@bageri.example"]]
    assert letters.try_again(held) is False


def test_the_twenty_first_letter_of_a_day_to_one_address_waits_for_an_editor():
    for _ in range(21):
        letters.write("test", to="bent@bageri.example")
    letters.write("test", to="anden@bageri.example")

    assert states("test") == ["queued"] * 20 + ["held", "queued"]


def test_the_next_day_is_another_day():
    for _ in range(20):
        letters.write("test", to="bent@bageri.example")

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        letters.write("test", to="bent@bageri.example")

    assert set(states("test")) == {"queued"}


# What goes out -------------------------------------------------------------------------------


def sent(number=-1):
    """A letter as a mail program reads it."""
    return message_from_bytes(mail.outbox[number].message().as_bytes(), policy=policy.default)


def parts(message):
    """Its words as text and as HTML."""
    return [message.get_body([kind]).get_content() for kind in ("plain", "html")]


def test_a_letter_has_one_receiver_and_a_text_and_an_html_part():
    stage()
    make_handoff(make_relay(title="Hvem bager?", language="en"), offered=True)

    outbox.send_due()

    message, receiver = sent(), Letter.objects.order_by("pk").last().address
    text, html = parts(message)
    assert message["To"] == receiver
    assert (message["Cc"], message["Bcc"]) == (None, None)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"] == "Will you take the baton? Hvem bager?"
    assert "The question is: Hvem bager?" in text
    assert '<html lang="en">' in html
    assert "The question is: Hvem bager?" in html


def test_the_message_id_is_fixed_when_the_letter_is_written():
    make_handoff(make_relay(), offered=True)
    fixed = Letter.objects.get().message_id

    outbox.send_due()

    assert sent()["Message-ID"] == fixed
    assert re.fullmatch(r"<\S+@testserver>", fixed)
    assert Letter.objects.get().message_id == fixed


@pytest.mark.parametrize("who", ["editor", "deputy", "newsroom", "without address"])
def test_an_answer_by_mail_goes_to_whoever_looks_after_the_relay(who):
    relay, editor, deputy = make_relay(), make_editor(), make_editor("Dorte Deputat")
    if who != "newsroom":
        relay.editors.add(editor)
    if who == "deputy":
        editor.deputy, editor.away_until = deputy, timezone.localdate() + A_DAY
    if who == "without address":
        editor.email = None
    editor.save()
    make_handoff(relay, offered=True)

    outbox.send_due()

    newsroom = "redaktionen@depechen.example"
    expected = {"editor": editor.email, "deputy": deputy.email}.get(who, newsroom)
    assert sent()["Reply-To"] == expected


def test_the_editor_who_is_back_gets_the_answers_again():
    relay, editor = make_relay(), make_editor()
    relay.editors.add(editor)
    editor.deputy, editor.away_until = make_editor("Dorte Deputat"), timezone.localdate()
    editor.save()

    assert letters.reply_address(relay) == [editor.email]


def link_in(message):
    return re.search(r"http://testserver(/baton/link/\S+)", parts(message)[0])[1]


def test_a_letters_link_opens_that_turn(client):
    scene = stage()
    letters.new_links(scene.receiver)
    outbox.send_due()

    opened = client.get(link_in(sent()))

    assert opened.headers["Location"] == reverse("portal:turn", args=[scene.handoff.pk])
    assert client.get(opened.headers["Location"]).status_code == 200


def test_the_link_is_the_one_thing_to_press():
    scene = stage()
    letters.new_links(scene.receiver)
    outbox.send_due()

    html = parts(sent())[1]
    assert re.findall(r'<a href="([^"]*)"', html) == [f"http://testserver{link_in(sent())}"]
    assert "<img" not in html


def test_each_letter_has_a_link_of_its_own():
    scene = stage()
    before = Link.objects.count()
    letters.new_links(scene.receiver)
    wait(scene, "answer_soon")

    outbox.send_due()

    assert link_in(sent(0)) != link_in(sent(1))
    assert Link.objects.count() == before + 2


def test_the_token_stands_in_no_row_no_log_and_no_page(client, caplog):
    caplog.set_level("DEBUG")
    scene = stage()
    letters.new_links(scene.receiver)
    outbox.send_due()
    token = link_in(sent()).split("/")[3]
    letter = Letter.objects.order_by("pk").last()

    client.force_login(scene.editor)
    pages = [
        client.get(reverse("admin:relays_letter_changelist")),
        client.get(reverse("admin:relays_letter_change", args=[letter.pk])),
        client.get(reverse("admin:relays_relay_change", args=[scene.relay.pk])),
    ]
    client.get(f"/baton/link/{token}/")

    assert len(token) == 43  # 256 bits
    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not any(token in page.content.decode() for page in pages)
    for model in (Letter, Link):
        assert token not in serialize("json", model.objects.all())
    assert token not in "".join(caplog.messages)


# Other people's words ------------------------------------------------------------------------

NASTY = {
    "address of a page": "Se http://ond.example/x og https://ond.example",
    "bare host": "Se www.ond.example, ond.example/a?b=c eller 10.1.2.3",
    "mail address": "Skriv til ond@ond.example eller mailto:ond@ond.example",
    "headers": "Hej\nBcc: ond@ond.example\r\nSubject: Vind\r\n\r\nKøb",
    "other line ends": "Hej\x0bBcc: ond@ond.example\u2028To: ond@ond.example\x85\x1cx",
    "markup": '<a href="http://ond.example">klik</a><script>alert(1)</script>',
    "our own address": "http://testserver/baton/link/xyz/ og http://testserver/admin/",
    "the place of the link": "Mit link: [[link]]",
}


def assert_harmless(message):
    text, html = parts(message)
    headers = {name.lower() for name in message}
    assert headers == {
        *("content-type", "mime-version", "subject", "from", "to", "date"),
        *("reply-to", "message-id", "auto-submitted"),
    }
    assert len(re.findall(r"(?i)^(bcc|to|subject):", text, re.MULTILINE)) == 0
    links = re.findall(r'<a href="([^"]*)"', html)
    assert all(re.match("http://testserver/(baton/link|admin|articles)/", link) for link in links)
    assert len(links) <= 1 + ("/articles/" in html)  # a published post has an address besides
    # What mail programs make clickable by themselves, in the text, the HTML and the subject.
    for words in (text, re.sub("<[^>]*>", "", html), message["Subject"]):
        # But for the address that a reader has proved, which editors answer to.
        elsewhere = reduce(lambda words, link: words.replace(link, ""), links, words)
        elsewhere = elsewhere.replace("laeser@office.example", "")
        assert re.findall(r"\w+://|\w@\w|\w\.example|www\.\w|mailto:\w|10\.1", elsewhere) == []
    assert "<script" not in html


@pytest.mark.parametrize("words", NASTY.values(), ids=NASTY)
def test_a_givers_words_carry_no_link_and_no_header(words):
    make_handoff(make_relay(), offered=True, message=words)

    outbox.send_due()

    assert_harmless(sent())


@pytest.mark.parametrize("words", NASTY.values(), ids=NASTY)
def test_a_reason_and_a_note_carry_no_link_and_no_header(words):
    scene = stage()
    baton.decline(scene.handoff, by=scene.receiver.user, reason=words)
    baton.accept(scene.handoff, by=scene.receiver.user)
    baton.ask_for_time(scene.relay.legs.running().get(), soon(), by=scene.receiver.user, note=words)
    Letter.objects.filter(state="cancelled").update(state="queued")

    outbox.send_due()

    assert {"editor_no", "editor_asked_for_time"} <= {kind for kind, _part in written(scene)}
    for number in range(len(mail.outbox)):
        assert_harmless(sent(number))


@pytest.mark.parametrize("words", NASTY.values(), ids=NASTY)
def test_a_name_carries_no_link_and_no_header_into_any_kind(words):
    scene = stage(taken=True)
    Contributor.objects.update(name=words[:120], phone=words[:40])
    for row in (scene.leg, scene.handoff, scene.receiver):
        row.refresh_from_db()
    write_every_kind(scene)
    Letter.objects.filter(state="held").update(state="queued")  # so many on one day

    outbox.send_due()

    assert len(mail.outbox) == len(letters.KINDS)
    for number in range(len(mail.outbox)):
        assert_harmless(sent(number))


def test_quoted_words_stay_readable():
    quoted = letters.quoted("Kl. 11.40:  ring\ntil mig (Åse).")

    assert quoted.replace("\u200b", "") == "»Kl. 11.40: ring til mig (Åse).«"


# The assistant's copy ------------------------------------------------------------------------


def test_an_assistant_gets_a_copy_without_the_link():
    scene = stage(assistant_email="sekretariat@bageri.example")
    invitation, copy = Letter.objects.filter(handoff=scene.handoff).order_by("pk")

    assert (copy.kind, copy.address) == ("invitation", "sekretariat@bageri.example")
    assert (invitation.carries_link, copy.carries_link) == (True, False)
    assert letters.LINK not in copy.body
    assert "Det personlige link" in copy.body
    assert copy.message_id != invitation.message_id
    assert (copy.contributor, copy.state) == (None, "sent")


def test_every_letter_to_the_writer_is_copied_and_none_to_others():
    scene = stage(assistant_email="sekretariat@bageri.example")

    baton.accept(scene.handoff, by=scene.receiver.user)
    outbox.send_due()

    assert written(scene) == [
        ("thanks_for_the_yes", "receiver"),
        ("thanks_for_the_yes", "sekretariat@bageri.example"),
        ("editor_yes", "editor"),
        ("giver_yes", "giver"),
    ]
    copies = [message for message in mail.outbox if message.to == ["sekretariat@bageri.example"]]
    assert ["/baton/link/" in message.body for message in copies] == [False]


def test_no_copy_goes_to_the_writers_own_address():
    stage(email="bent@bageri.example", assistant_email="bent@bageri.example")

    assert Letter.objects.filter(address="bent@bageri.example").count() == 1


def test_the_copy_is_taken_back_with_the_letter():
    receiver = make_contributor(assistant_email="sekretariat@bageri.example")
    handoff = make_handoff(make_relay(), offered=True, receiver=receiver)

    baton.withdraw(handoff, by=None)

    assert states("invitation") == ["cancelled", "cancelled"]


# The admin -----------------------------------------------------------------------------------


@pytest.fixture
def editor(client):
    editor = make_editor()
    client.force_login(editor)
    return editor


LIST = "admin:relays_letter_changelist"


@pytest.mark.parametrize("who", ["nobody", "contributor", "staff without a part"])
def test_the_outbox_is_the_editors_alone(client, who):
    people = {"contributor": lambda: make_contributor().user, "staff without a part": staff}
    if who in people:
        client.force_login(people[who]())

    answers = [
        client.get(reverse(LIST)),
        client.get(reverse("admin:relays_heldkind_changelist")),
        client.post(reverse("admin:relays_letter_test")),
    ]

    assert all(answer.status_code in (302, 403) for answer in answers)
    assert Letter.objects.count() == 0


def staff():
    user = make_user("Sif Stab")
    user.is_staff = True
    user.save()
    return user


def test_the_list_shows_what_was_written_and_what_went_wrong(client, editor):
    make_handoff(make_relay(language="en", title="Hvem bager?"), offered=True)
    Letter.objects.update(state="failed", error="SMTPRecipientsRefused: 550 nobody here")

    page = client.get(reverse(LIST)).content.decode()

    assert "Will you take the baton? Hvem bager?" in page
    assert "550 nobody here" in page


def test_nothing_of_a_letter_can_be_edited(client, editor, held):
    address = reverse("admin:relays_letter_change", args=[held.pk])

    page = client.get(address).content.decode()
    answers = [
        client.post(address, {"subject": "Andet"}),
        client.post(reverse("admin:relays_letter_delete", args=[held.pk]), {"post": "yes"}),
        client.get(reverse("admin:relays_letter_add")),
        client.post(reverse(LIST), {"action": "delete_selected", "_selected_action": [held.pk]}),
    ]

    form = page[page.index('id="letter_form"') :]
    assert "<textarea" not in form
    assert 'name="subject"' not in form
    assert [answer.status_code for answer in answers[:3]] == [403, 403, 403]
    assert Letter.objects.get().subject == held.subject


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("release", "held", "queued"),
        ("drop", "queued", "cancelled"),
        ("try_again", "failed", "queued"),
    ],
)
def test_an_editor_sends_drops_and_tries_again(client, editor, held, action, before, after):
    Letter.objects.update(state=before)

    client.post(reverse(LIST), {"action": action, "_selected_action": [held.pk]})

    assert states("invitation") == [after]


def test_a_test_letter_goes_to_the_editor(client, editor):
    assert client.get(reverse("admin:relays_letter_test")).status_code == 405
    client.post(reverse("admin:relays_letter_test"))
    outbox.send_due()

    assert [message.to for message in mail.outbox] == [[editor.email]]
    assert sent()["Subject"] == "Et testbrev fra Depechen"


def test_the_kinds_to_hold_are_chosen_in_the_admin(client, editor):
    client.post(reverse("admin:relays_heldkind_add"), {"kind": "invitation"})

    make_handoff(make_relay(), offered=True)

    assert states("invitation") == ["held"]
