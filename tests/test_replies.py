"""Readers' comments: what may be sent, who decides, what is shown, and what is forgotten."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from articles import letters as article_letters
from articles import replies, search, workflow
from articles.models import Article, Network, Replies, Reply, ReplyMove
from articles.models.reply import THREADS_ON_A_PAGE
from articles.network import network_of
from articles.templatetags.reply_words import reply_html
from relays import letters
from relays.errors import RuleBroken
from relays.models import Letter, User
from tests.factories import (
    approve_reply,
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_news,
    make_reader,
    make_relay,
    make_reply,
    publish,
    publish_leg,
)
from tests.sites import make_site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def article():
    return publish_leg(make_relay("Hvad skal der på tallerkenen?", short_name="Madstafetten"))


def states():
    return list(Reply.objects.order_by("pk").values_list("state", flat=True))


def verbs(reply):
    return list(reply.moves.order_by("pk").values_list("verb", flat=True))


def kinds():
    found = Letter.objects.filter(kind__startswith="reply").order_by("pk")
    return [(letter.kind, letter.state) for letter in found]


# What is sent ----------------------------------------------------------------------------------


def test_a_comment_waits_for_an_editor(article):
    reader = make_reader("Inger Kløvborg")

    reply = replies.send(
        article, by=reader, name="Inger K.", words="Godt sagt.\n\nMere af det.", network="192.0.2.7"
    )

    assert (reply.state, reply.name, reply.user, reply.voice) == ("waiting", "Inger K.", reader, "")
    assert reply.words == "Godt sagt.\n\nMere af det."
    assert reply.network.address == "192.0.2.7"
    assert verbs(reply) == ["send"]
    assert kinds() == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "Write your comment"),
        (" \n\u200b\u202e\x07 ", "Write your comment"),
        ("…!?", "Write your comment"),
        ("a" * 3001, "at most 3000 characters. Yours has 3001"),
        ("http://a.example https://b.example www.c.example", "two links at most"),
        ("xhttp://a.example 1http://b.example _https://c.example", "two links at most"),
    ],
)
def test_what_is_no_comment_is_refused_in_a_sentence(article, words, sentence):
    with pytest.raises(RuleBroken, match=sentence):
        make_reply(article, words=words)

    assert states() == []


@pytest.mark.parametrize(
    "name",
    ["", "  ", "…", "inger@hjem.example", "https://kob.example", "xhttps://kob.example", "a" * 81],
)
def test_a_name_is_a_name_and_no_address(article, name):
    with pytest.raises(RuleBroken, match="name"):
        make_reply(article, name=name)

    assert states() == []


def test_words_are_kept_as_plain_paragraphs():
    typed = (
        "  Første\u202e linje\r\nanden\x00 linje  \r\n\r\n\r\n\r\n\r\nTredje\u200b \ud800👩\u200d🍳"
    )

    assert replies.plain(typed) == "Første linje\nanden linje\n\nTredje 👩\u200d🍳"


def test_signs_are_not_piled_up():
    assert replies.plain("H" + "\u0334" * 40 + "ej") == "H" + "\u0334" * 3 + "ej"


def test_the_same_words_sent_twice_are_one_comment(article):
    reader = make_reader()

    first = make_reply(article, by=reader, words="Tak.")
    again = make_reply(article, by=reader, words="Tak. ")

    assert first == again
    assert states() == ["waiting"]


@pytest.mark.parametrize("state", [Replies.CLOSED, Replies.HIDDEN])
def test_an_article_that_takes_none_gets_none(article, state):
    replies.set_replies(article, state, by=make_editor())

    with pytest.raises(RuleBroken, match="closed for new comments"):
        make_reply(article)

    assert states() == []


def test_comments_close_by_themselves_after_some_days(article, settings):
    settings.REPLY_DAYS = 30
    out = article.published_at
    with time_machine.travel(out + timedelta(days=30) - timedelta(seconds=1), tick=False):
        make_reply(article)
    with time_machine.travel(out + timedelta(days=30), tick=False):
        with pytest.raises(RuleBroken, match="closed for new comments"):
            make_reply(article, words="For sent")
        settings.REPLY_DAYS = 0
        make_reply(article, words="Aldrig for sent")

    assert list(Reply.objects.values_list("words", flat=True)) == ["Godt sagt.", "Aldrig for sent"]


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_nobody_comments_on_what_is_withdrawn(article, step):
    workflow.take_step(article, step, by=make_chief_editor())

    with pytest.raises(RuleBroken, match="not there any more"):
        make_reply(article)


def test_nobody_comments_on_what_is_not_out():
    with pytest.raises(RuleBroken, match="not there any more"):
        make_reply(make_news("Kladde"))


def test_somebody_whose_account_is_closed_comments_no_more(article):
    reader = make_reader()
    User.objects.filter(pk=reader.pk).update(is_active=False)

    with pytest.raises(RuleBroken, match="Log in first"):
        make_reply(article, by=reader)


# In which part ---------------------------------------------------------------------------------


def test_nobody_with_a_part_passes_for_a_reader():
    relay = make_relay()
    writer, runner = make_contributor("Åse"), make_contributor("Bo", sector="private")
    article = publish_leg(relay, receiver=writer)
    begin_leg(relay, receiver=runner)
    editor = make_editor()

    spoken = [replies.voice_of(user, article) for user in (writer.user, runner.user, editor)]

    assert spoken == ["writer", "runner", "editor"]
    assert replies.voice_of(make_reader(), article) == ""
    assert replies.voice_of(make_contributor().user, article) == ""


def test_of_news_nobody_runs_in_a_relay():
    news = publish(make_news("Ny redaktør"))
    runner = begin_leg(make_relay()).contributor

    assert replies.voice_of(runner.user, news) == ""


# One level -------------------------------------------------------------------------------------


def test_an_answer_to_an_answer_stands_beside_it(article):
    thread = approve_reply(make_reply(article))
    answer = approve_reply(make_reply(article, answers=thread, words="Enig."))

    beside = make_reply(article, answers=answer, words="Også jeg.")

    assert beside.answers == thread


@pytest.mark.parametrize("verb", ["wait", "decline", "spam"])
def test_what_is_not_shown_is_not_answered(article, verb):
    thread = make_reply(article)
    if verb != "wait":
        replies.decide(thread, verb, by=make_editor(), seen="waiting", reason="Nej tak.")

    with pytest.raises(RuleBroken, match="not there any more"):
        make_reply(article, answers=thread, words="Svar")


def test_an_answer_stays_below_its_article(article):
    thread = approve_reply(make_reply(article))

    with pytest.raises(RuleBroken, match="not there any more"):
        make_reply(publish(make_news("En anden")), answers=thread, words="Svar")


def test_a_conversation_has_an_end(article, monkeypatch):
    monkeypatch.setattr(replies, "MOST_ANSWERS", 1)
    thread = approve_reply(make_reply(article))
    make_reply(article, answers=thread, words="Et")

    with pytest.raises(RuleBroken, match="very many answers"):
        make_reply(article, answers=thread, words="To")


# Limits ----------------------------------------------------------------------------------------


def test_one_person_writes_five_in_ten_minutes(article):
    reader = make_reader()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(5):
            make_reply(article, by=reader, words=f"Nummer {number}", network=f"192.0.2.{number}")
        with pytest.raises(RuleBroken, match="Your text is here still"):
            make_reply(article, by=reader, words="Nummer 5", network="192.0.2.9")
        clock.shift(601)
        make_reply(article, by=reader, words="Nummer 5", network="192.0.2.9")

    assert len(states()) == 6


def test_one_network_stores_five_in_a_minute(article):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(5):
            make_reply(article, words=f"Nummer {number}", network="2001:db8:1:2:3:4:5:6")
        with pytest.raises(RuleBroken, match="many comments"):
            make_reply(article, words="Nummer 5", network="2001:db8:1:2::77")
        make_reply(article, words="Nummer 5", network="2001:db8:1:3::77")
        clock.shift(61)
        make_reply(article, words="Nummer 6", network="2001:db8:1:2::77")

    assert len(states()) == 7


def test_a_refusal_keeps_no_address(article):
    replies.set_replies(article, Replies.CLOSED, by=None)

    with pytest.raises(RuleBroken):
        make_reply(article, network="192.0.2.7")

    assert not Network.objects.exists()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_of_whom_an_address_is(address, network):
    assert network_of(address) == network


def test_addresses_are_dropped_after_thirty_days(article):
    old = make_reply(article, network="192.0.2.7")
    young = make_reply(article, words="Ung", network="192.0.2.7")
    other = make_reply(article, words="Anden", network="192.0.2.8")
    long_ago = timezone.now() - timedelta(days=30, seconds=1)
    Reply.objects.filter(pk__in=[old.pk, other.pk]).update(sent=long_ago)
    Network.objects.filter(address="192.0.2.8").update(seen=long_ago)

    call_command("tick")

    kept = Reply.objects.order_by("pk").values_list("network__address", flat=True)
    assert list(kept) == [None, "192.0.2.7", None]
    assert list(Network.objects.values_list("address", flat=True)) == [young.network.address]


# Decisions -------------------------------------------------------------------------------------


def test_an_approved_comment_is_told_of(article):
    reader, editor = make_reader("Inger Kløvborg"), make_editor()

    reply = replies.decide(make_reply(article, by=reader), "approve", by=editor, seen="waiting")

    assert (reply.state, reply.decided_by) == ("approved", editor)
    assert verbs(reply) == ["send", "approve"]
    letter = reply.letter
    assert (letter.kind, letter.address, letter.user) == ("reply_approved", reader.email, reader)
    assert f"{article.get_absolute_url()}#reply-{reply.pk}" in letter.body
    assert "Godt sagt" not in letter.body


def test_a_declined_comment_is_told_why(article):
    reply = make_reply(article, name="Inger")
    reason = "Vi viser ikke din kommentar, fordi den handler om en person og ikke om sagen."

    reply = replies.decide(reply, "decline", by=make_editor(), seen="waiting", reason=reason)

    assert (reply.state, reply.reason) == ("declined", reason)
    assert reply.letter.kind == "reply_declined"
    assert f"»{reason}«" in reply.letter.body.replace("\u200b", "")
    assert "Du må gerne skrive en ny" in reply.letter.body


def test_whoever_is_declined_is_led_to_where_one_writes_another(article, settings):
    still_open = make_reply(article)
    replies.decide(still_open, "decline", by=make_editor(), seen="waiting", reason="Nej.")
    settings.REPLY_DAYS = 1
    closed = make_reply(article, words="Godt spurgt.")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        replies.decide(closed, "decline", by=make_editor(), seen="waiting", reason="Nej.")

    told, late = Letter.objects.filter(kind="reply_declined").order_by("pk")
    assert f"testserver{article.get_absolute_url()}#replies\n" in told.body
    assert article.get_absolute_url() not in late.body
    assert "skrive en ny" not in late.body


def test_to_decline_takes_a_reason(article):
    reply = make_reply(article)

    with pytest.raises(RuleBroken, match="Say why"):
        replies.decide(reply, "decline", by=make_editor(), seen="waiting", reason=" ")

    assert states() == ["waiting"]


def test_of_spam_nobody_hears(article):
    reply = replies.decide(make_reply(article), "spam", by=make_editor(), seen="waiting")

    assert (reply.state, reply.letter, kinds()) == ("spam", None, [])


def test_what_was_approved_can_be_taken_down(article):
    reply = approve_reply(make_reply(article))
    Letter.objects.update(state="sent", sent=timezone.now())
    editor = make_editor("Mads Lindelund")

    reply = replies.decide(reply, "decline", by=editor, seen="approved", reason="En person.")

    assert (reply.state, reply.decided_by) == ("declined", editor)
    assert verbs(reply) == ["send", "approve", "decline"]
    assert "taget din kommentar af siden igen" in reply.letter.body


def test_a_letter_that_has_become_untrue_stays_unsent(article):
    reply = approve_reply(make_reply(article))

    replies.decide(reply, "spam", by=make_editor(), seen="approved")

    assert set(kinds()) == {("reply_approved", "cancelled"), ("reply_to_writer", "cancelled")}


def test_spam_can_be_approved_after_all(article):
    reply = replies.decide(make_reply(article), "spam", by=make_editor(), seen="waiting")

    reply = replies.decide(reply, "approve", by=make_editor(), seen="spam")

    assert reply.state == "approved"


@pytest.mark.parametrize("verb", ["approve", "decline", "spam"])
def test_of_two_editors_the_first_is_heard(article, verb):
    reply = make_reply(article)
    replies.decide(reply, verb, by=make_editor("Vibeke"), seen="waiting", reason="Nej.")
    before = kinds()

    with pytest.raises(RuleBroken, match=r"Vibeke was faster: this comment is “.+” by now"):
        replies.decide(reply, "decline", by=make_editor("Mads"), seen="waiting", reason="Nej.")

    assert len(verbs(reply)) == 2
    assert kinds() == before


def test_a_second_press_of_ones_own_is_no_news(article):
    reply, editor = make_reply(article), make_editor()
    said = {"by": editor, "seen": "waiting", "reason": "Nej."}
    first = replies.decide(reply, "decline", **said)

    assert replies.decide(reply, "decline", **said).letter == first.letter
    assert verbs(reply) == ["send", "decline"]
    with pytest.raises(replies.Faster):
        replies.decide(reply, "decline", **(said | {"reason": "Nej, for …"}))


def test_only_editors_decide(article):
    reply = make_reply(article)

    with pytest.raises(RuleBroken, match="Only an editor"):
        replies.decide(reply, "approve", by=make_reader(), seen="waiting")

    assert states() == ["waiting"]


# What nobody would see -------------------------------------------------------------------------


def test_an_answer_is_not_approved_below_what_is_not_shown(article):
    thread = approve_reply(make_reply(article))
    answer = make_reply(article, answers=thread, words="Svar")
    replies.decide(thread, "decline", by=make_editor(), seen="approved", reason="Nej.")
    before = kinds()

    with pytest.raises(RuleBroken, match="Approve that one first"):
        approve_reply(answer)

    assert (states(), kinds()) == (["declined", "waiting"], before)


def test_an_answer_is_approved_below_what_its_sender_has_erased(article):
    thread = approve_reply(make_reply(article))
    answer = make_reply(article, answers=thread, words="Svar")
    replies.erase(thread, by=thread.user)

    assert approve_reply(answer).is_shown


@pytest.mark.parametrize("verb", ["decline", "spam"])
def test_whose_answer_goes_with_a_comment_is_not_told_that_it_is_on_the_page(article, verb):
    thread = approve_reply(make_reply(article))
    answer = approve_reply(make_reply(article, answers=thread, words="Svar"))

    replies.decide(thread, verb, by=make_editor(), seen="approved", reason="Nej.")

    answer.letter.refresh_from_db()
    assert answer.letter.state == "cancelled"
    assert [reply.is_shown for reply in replies.of(answer.user)] == [False]


def put_away(article, how):
    if how == "hide":
        return replies.set_replies(article, Replies.HIDDEN, by=None)
    return workflow.take_step(article, how, by=make_chief_editor())


@pytest.mark.parametrize("how", ["undo", "withdraw", "remove", "hide"])
def test_what_no_reader_sees_is_neither_told_of_nor_approved(article, how):
    waiting = make_reply(article, words="Et")
    shown = approve_reply(make_reply(article, words="To"))
    put_away(article, how)

    with pytest.raises(RuleBroken, match=r"not out any more|would not see this one"):
        approve_reply(waiting)

    told = Letter.objects.filter(kind__startswith="reply_")
    assert set(told.values_list("kind", "state")) == {
        ("reply_approved", "cancelled"),
        ("reply_to_writer", "cancelled"),
    }
    assert states() == ["waiting", "approved"]
    assert not replies.of(shown.user).get().is_shown


def test_comments_on_what_was_not_to_come_out_wait_until_it_does(article):
    declined, waiting, spam = (make_reply(article, words=words) for words in ("Et", "To", "Tre"))
    replies.decide(declined, "decline", by=make_editor(), seen="waiting", reason="Nej.")
    put_away(article, "undo")

    with pytest.raises(RuleBroken, match="wait until it is"):
        replies.decide(waiting, "decline", by=make_editor(), seen="waiting", reason="Nej.")
    replies.decide(spam, "spam", by=make_editor(), seen="waiting")

    assert states() == ["declined", "waiting", "spam"]


def test_nobody_is_asked_for_another_comment_on_what_is_withdrawn(article):
    reply = make_reply(article)
    put_away(article, "withdraw")

    replies.decide(reply, "decline", by=make_editor(), seen="waiting", reason="Nej.")

    [letter] = Letter.objects.filter(kind="reply_declined")
    assert article.get_absolute_url() not in letter.body


def test_nobody_is_invited_to_answer_where_no_comment_is_taken(article):
    reply = make_reply(article)
    replies.set_replies(article, Replies.CLOSED, by=None)

    approve_reply(reply)

    assert [kind for kind, _state in kinds()] == ["reply_approved"]


def test_an_invitation_to_answer_is_taken_back_where_comments_close(article):
    approve_reply(make_reply(article))

    replies.set_replies(article, Replies.CLOSED, by=None)

    assert set(kinds()) == {("reply_approved", "queued"), ("reply_to_writer", "cancelled")}


# Who is invited to answer ----------------------------------------------------------------------


def test_the_writer_is_invited_once_a_day_and_the_next_runner_once():
    relay = make_relay()
    article = publish_leg(relay, receiver=make_contributor("Åse", email="aase@by.example"))
    runner = make_contributor("Bo", sector="private", email="bo@firma.example")
    begin_leg(relay, receiver=runner)
    Letter.objects.all().delete()

    for number in range(3):
        approve_reply(make_reply(article, words=f"Nummer {number}"))

    invited = Letter.objects.filter(kind__in=article_letters.ANSWER_HERE).order_by("pk")
    assert [(each.kind, each.address) for each in invited] == [
        ("reply_to_writer", "aase@by.example"),
        ("reply_to_next", "bo@firma.example"),
    ]
    assert all(letters.LINK in each.body for each in invited)

    with time_machine.travel(timezone.now() + timedelta(days=1)):
        approve_reply(make_reply(article, words="Næste dag"))
    assert [each.kind for each in invited.all()] == [
        "reply_to_writer",
        "reply_to_next",
        "reply_to_writer",
    ]


def test_who_answers_is_not_invited_to_answer():
    relay = make_relay()
    article = publish_leg(relay)
    writer = article.leg.contributor

    approve_reply(make_reply(article, by=writer.user, name=writer.name))

    assert [kind for kind, _state in kinds()] == ["reply_approved"]
    assert Letter.objects.get(kind="reply_approved").contributor == writer


def test_somebody_who_is_only_asked_is_not_invited():
    relay = make_relay()
    article = publish_leg(relay)
    make_handoff(relay, offered=True)

    approve_reply(make_reply(article))

    assert not Letter.objects.filter(kind="reply_to_next").exists()


def test_the_invitation_is_taken_back_with_the_last_comment(article):
    first, second = (approve_reply(make_reply(article, words=words)) for words in ("Et", "To"))
    invitation = Letter.objects.get(kind="reply_to_writer")

    replies.decide(first, "spam", by=make_editor(), seen="approved")
    invitation.refresh_from_db()
    assert invitation.state == "queued"

    replies.erase(second, by=second.user)
    invitation.refresh_from_db()
    assert invitation.state == "cancelled"


# Below the article -----------------------------------------------------------------------------


def section(client, article, query=""):
    html = client.get(article.get_absolute_url() + query).text
    found = re.search(r'<section class="sec" id="replies".*?</section>', html, re.S)
    return found[0] if found else ""


def said(html):
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def test_readers_see_what_is_approved_in_order_with_its_answers(client, article):
    writer = article.leg.contributor
    first = approve_reply(make_reply(article, name="Inger", words="Godt sagt."))
    second = approve_reply(make_reply(article, name="Ole", words="Hvad koster det?"))
    approve_reply(
        make_reply(article, by=writer.user, name=writer.name, answers=first, words="Tak.")
    )
    make_reply(article, name="Hemmelig", words="Hemmeligt ventende")

    html = section(client, article)

    assert "Kommentarer (3)" in html
    order = [html.index(words) for words in ("Godt sagt.", "Tak.", "Hvad koster det?")]
    assert order == sorted(order)
    assert html.count("Skribenten</span>") == 1
    assert "Hemmelig" not in html
    assert f'id="reply-{second.pk}"' in html


def test_without_comments_readers_are_asked_for_the_first(client, article):
    assert "Ingen kommentarer endnu. Skriv den første." in said(section(client, article))


def test_a_closed_article_keeps_its_comments_and_has_no_form(client, article):
    approve_reply(make_reply(article, words="Blivende"))
    replies.set_replies(article, Replies.CLOSED, by=None)

    html = section(client, article)

    assert "Blivende" in html
    assert "<form" not in html
    assert "Svar<span" not in html
    assert "lukket for nye kommentarer" in html


def test_a_hidden_article_says_nothing_of_comments(client, article):
    approve_reply(make_reply(article, words="Skjult"))
    replies.set_replies(article, Replies.HIDDEN, by=None)

    assert section(client, article) == ""
    assert "Skjult" not in client.get(article.get_absolute_url()).text


def test_what_answers_a_comment_goes_with_it(client, article):
    thread = approve_reply(make_reply(article, words="Først"))
    approve_reply(make_reply(article, answers=thread, words="Svaret på det"))

    replies.decide(thread, "decline", by=make_editor(), seen="approved", reason="Nej.")

    html = section(client, article)
    assert "Svaret på det" not in html
    assert "Kommentarer</h2>" in html


def test_many_comments_are_shown_a_page_at_a_time(client, article):
    reader, now = make_reader(), timezone.now()
    Reply.objects.bulk_create(
        Reply(
            article=article,
            user=reader,
            name="Inger",
            words=f"Nummer {number}.",
            state="approved",
            decided=now,
        )
        for number in range(THREADS_ON_A_PAGE + 2)
    )

    first = section(client, article)
    [more] = re.findall(r'href="(\?after=\d+)#replies"', first)
    second = section(client, article, more)

    assert [f"Nummer {n}." in first for n in (0, THREADS_ON_A_PAGE - 1)] == [True, True]
    assert f"Nummer {THREADS_ON_A_PAGE}." not in first
    assert [f"Nummer {n}." in second for n in (THREADS_ON_A_PAGE, THREADS_ON_A_PAGE + 1)] == [
        True,
        True,
    ]
    assert "Nummer 0." not in second
    assert "?after=" not in second
    address = article.get_absolute_url()
    canonical = re.search(r'rel="canonical" href="([^"]+)"', client.get(address + more).text)
    assert canonical[1].endswith(address)
    assert client.get(address, {"after": "x"}).status_code == 404


@pytest.mark.parametrize("number", [0, 1, THREADS_ON_A_PAGE - 1, THREADS_ON_A_PAGE])
def test_the_address_of_a_comment_is_that_of_the_page_on_which_it_stands(client, article, number):
    reader, now = make_reader(), timezone.now()
    said = {"article": article, "user": reader, "name": "Inger", "decided": now}
    Reply.objects.bulk_create(Reply(**said, words="x", state="approved") for _n in range(number))
    thread = approve_reply(make_reply(article, words="Den sidste"))
    answer = approve_reply(make_reply(article, answers=thread, words="Og svaret"))

    for reply in (thread, answer):
        page, anchor = reply.get_absolute_url().split("#")
        assert f'id="{anchor}"' in client.get(page).text
    assert ("after=" in page) is (number == THREADS_ON_A_PAGE)


@pytest.mark.parametrize("number", [1, 40])
def test_comments_are_one_query_however_many(client, number):
    article = publish_leg(make_relay())
    for n in range(number):
        thread = approve_reply(make_reply(article, words=f"Nummer {n}"))
        approve_reply(make_reply(article, answers=thread, words=f"Svar {n}"))

    with CaptureQueriesContext(connection) as queries:
        client.get(article.get_absolute_url())

    assert len(queries) == 6


# As HTML ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Et\nto\n\ntre", "<p>Et<br>to</p><p>tre</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ('" onmouseover="x', "<p>&quot; onmouseover=&quot;x</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        (
            "Se https://a.example/x?y=1&z=2.",
            '<p>Se <a href="https://a.example/x?y=1&amp;z=2" rel="nofollow ugc noopener">https://a.example/x?y=1&amp;z=2</a>.</p>',
        ),
        (
            "(http://a.example/<b>)",
            '<p>(<a href="http://a.example/" rel="nofollow ugc noopener">http://a.example/</a>&lt;b&gt;)</p>',
        ),
        ("https://'x", "<p>https://&#x27;x</p>"),
        ("inger@hjem.example", "<p>inger@hjem.example</p>"),
    ],
)
def test_a_comment_is_text_and_links_that_promise_nothing(words, html):
    assert reply_html(words) == html


def test_a_long_address_is_shown_short():
    address = "https://a.example/" + "x" * 200

    html = reply_html(address)

    assert f'href="{address}"' in html
    assert html.count("x") < 200 + 60


# Taken back ------------------------------------------------------------------------------------


def test_who_erases_a_comment_leaves_nothing_of_it(client, article):
    reader = make_reader("Inger Kløvborg")
    editor = make_editor()
    reply = make_reply(article, by=reader, words="Fortrudt", network="192.0.2.7")
    approve_reply(reply, by=editor)

    replies.erase(reply, by=reader)

    reply.refresh_from_db()
    assert (reply.state, reply.name, reply.words, reply.user) == ("erased", "", "", None)
    assert (reply.network, reply.letter, reply.voice) == (None, None, "")
    assert set(reply.moves.values_list("by", flat=True)) == {reply.decided_by_id, editor.pk}
    assert "Fortrudt" not in section(client, article)
    assert "Ingen kommentarer endnu" in section(client, article)


def test_answers_stay_below_what_was_erased(client, article):
    thread = approve_reply(make_reply(article, words="Fortrudt"))
    approve_reply(make_reply(article, answers=thread, words="Svaret bliver"))

    replies.erase(thread, by=thread.user)

    html = section(client, article)
    assert "Afsenderen har slettet kommentaren." in html
    assert "Svaret bliver" in html
    assert "Fortrudt" not in html
    assert "Kommentarer (1)" in html


def test_only_the_sender_erases(article):
    reply = make_reply(article)

    with pytest.raises(RuleBroken, match="Only its sender"):
        replies.erase(reply, by=make_editor())

    assert states() == ["waiting"]


def test_what_is_erased_is_decided_no_more(article):
    reply = make_reply(article)
    replies.erase(reply, by=reply.user)

    for verb in replies.VERBS:
        with pytest.raises(RuleBroken, match="erased by its sender"):
            replies.decide(reply, verb, by=make_editor(), seen="waiting", reason="Nej.")


def test_somebody_who_leaves_takes_all_their_comments_along(article):
    reader, other = make_reader(), make_reader()
    for words in ("Et", "To"):
        make_reply(article, by=reader, words=words)
    make_reply(article, by=other, words="Andet")

    assert replies.erase_all_of(reader) == 2

    assert states() == ["erased", "erased", "waiting"]
    assert replies.told_of(reader) == []
    assert [told["words"] for told in replies.told_of(other)] == ["Andet"]


# Open, closed, hidden --------------------------------------------------------------------------


def test_who_closed_an_article_for_comments_is_recorded(article):
    editor = make_editor()

    for state in (Replies.CLOSED, Replies.CLOSED, Replies.HIDDEN, Replies.OPEN):
        replies.set_replies(article, state, by=editor)

    moves = article.moves.filter(step__startswith="replies").order_by("pk")
    assert [(move.step, move.by) for move in moves] == [
        ("replies_close", editor),
        ("replies_hide", editor),
        ("replies_open", editor),
    ]
    assert Article.objects.get(pk=article.pk).replies == "open"


def test_moves_are_never_changed_by_a_decision(article):
    reply = approve_reply(make_reply(article))
    before = list(ReplyMove.objects.values_list())

    replies.decide(reply, "spam", by=make_editor(), seen="approved")

    assert list(ReplyMove.objects.order_by("pk").values_list())[: len(before)] == sorted(before)


# What nobody has approved ----------------------------------------------------------------------


def canaries(article):
    """A comment in each state that readers do not see, with a canary in each of its parts."""
    for state in ("waiting", "decline", "spam"):
        reply = make_reply(article, name=f"Kanarie {state}", words=f"Kanariefugl {state}")
        if state != "waiting":
            reason = "Kanariegrund"
            replies.decide(reply, state, by=make_editor(), seen="waiting", reason=reason)
        yield reply


def test_what_no_editor_has_approved_is_on_no_page(client):
    site = make_site()
    hidden = [*canaries(site.article), *canaries(site.news)]
    for article in (site.article, site.news):
        approve_reply(make_reply(article, name="Synlig", words="Zebrastribe"))
    search.index(Article.objects.public())
    call_command("tick")
    addresses = {
        **site.addresses,
        "feed": "/feed.xml",
        "relay's feed": f"{site.running.get_absolute_url()}feed.xml",
        "theme's feed": f"{site.theme.get_absolute_url()}feed.xml",
        "contributor's feed": f"{site.writer.get_absolute_url()}feed.xml",
        "box": f"/embed{site.running.get_absolute_url()}",
        "search for it": "/search/?q=kanariefugl",
        "page to write on": f"{site.article.get_absolute_url()}replies/",
        **{
            f"answer to {reply.pk}": f"{reply.article.get_absolute_url()}replies/?to={reply.pk}"
            for reply in hidden
        },
        "comments after": f"{site.article.get_absolute_url()}?after=1",
    }

    said = {name: client.get(address).content.decode() for name, address in addresses.items()}

    assert [name for name, page in said.items() if re.search("kanarie(?!fugl&)", page, re.I)] == [
        "search for it"
    ]
    assert "Kanariefugl waiting" not in said["search for it"]
    assert sorted(name for name, page in said.items() if "Zebrastribe" in page) == [
        "a news article",
        "an article",
        "comments after",
    ]
