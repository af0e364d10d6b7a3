"""From the form below an article to the receipt: nothing typed is lost, nothing unread is shown."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from articles import replies, workflow
from articles.models import Replies, Reply
from articles.newsroom.forms import ArticleForm
from articles.readers import belongings, erasing
from articles.readers.reply_forms import LATEST, SOONEST
from relays import addresses
from relays.models import Code, User
from relays.templatetags.relay_words import full_day
from tests.factories import (
    approve_reply,
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_members_article,
    make_news,
    make_reader,
    make_relay,
    make_reply,
    publish,
    publish_leg,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

WORDS = "Godt sagt.\r\n\r\nMere »af« det & <b>mindre</b>."
FROM_US = {"Sec-Fetch-Site": "same-origin"}
FROM_ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def article():
    return publish_leg(make_relay("Hvad skal der på tallerkenen?"), title="Bakkerne")


@pytest.fixture
def reader():
    return make_reader("Inger Kløvborg")


@pytest.fixture
def client():
    """A browser: it asks for tokens, and says where its forms stand."""
    return Client(enforce_csrf_checks=True, headers=FROM_US)


def page_of(article):
    return f"{article.get_absolute_url()}replies/"


def form_of(response):
    return fields_of(response)


def open_form(client, article, words=WORDS):
    return client.post(page_of(article), {"words": words, "website": ""})


def send(client, article, form, **said):
    return client.post(f"{page_of(article)}send/", form | said)


def write(client, article, *, after=60, **said):
    """The form below the article, then the page of one's own, then the button."""
    now = timezone.now()
    with time_machine.travel(now - timedelta(seconds=after), tick=False):
        form = form_of(open_form(client, article))
    return send(client, article, form, **said)


# Without a log-in ------------------------------------------------------------------------------


def test_the_page_below_which_one_writes_needs_no_cookie(client, article):
    response = client.get(article.get_absolute_url())

    assert f'action="{page_of(article)}"' in response.text
    assert "csrfmiddlewaretoken" not in response.text
    assert not response.cookies
    assert "Vary" not in response.headers or "Cookie" not in response.headers["Vary"]


def test_what_a_stranger_types_is_on_the_next_page_and_in_no_row(client, article):
    response = open_form(client, article)

    assert response.status_code == 200
    assert form_of(response)["words"].replace("\r\n", "\n") == WORDS.replace("\r\n", "\n")
    assert "Din e-mail" in response.text
    assert not Reply.objects.exists()
    assert "sessionid" not in response.cookies
    assert response.headers["Cache-Control"] == "private, no-store"


def test_the_text_survives_the_log_in(client, article):
    form = form_of(open_form(client, article))

    response = client.post(f"{page_of(article)}code/", form | {"email": "inger@home.example"})
    assert response.url == "/account/login/code/confirm/"
    assert not Reply.objects.exists()
    call_command("tick")
    [letter] = [each for each in mail.outbox if each.to == ["inger@home.example"]]
    [code] = re.findall(r"\b[A-Z]{4}-[A-Z]{4}\b", letter.body)
    confirm = form_of(client.get(response.url))
    response = client.post(response.url, confirm | {"code": code})

    assert response.url == page_of(article)
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        form = form_of(client.get(response.url))
    assert form["words"].replace("\r\n", "\n") == WORDS.replace("\r\n", "\n")
    response = send(client, article, form, name="Inger")
    reply = Reply.objects.get()
    assert response.url == f"{page_of(article)}{reply.pk}/"
    assert (reply.user.email, reply.user.name) == ("inger@home.example", "Inger")
    assert reply.words == WORDS.replace("\r\n", "\n")
    assert "Godt sagt" not in client.get(page_of(article)).text


def test_an_address_that_has_moved_loses_no_text(client, article):
    addresses.remember(article, "gammel-titel")

    response = client.post("/articles/gammel-titel/replies/", {"words": "Godt sagt."})

    assert response.status_code == 200
    assert response.context["form"]["words"].value() == "Godt sagt."


def test_a_wrong_address_loses_no_text(client, article):
    form = form_of(open_form(client, article))

    response = client.post(f"{page_of(article)}code/", form | {"email": "inger"})

    assert response.status_code == 422
    assert "Godt sagt." in form_of(response)["words"]
    assert not Code.objects.exists()


def test_whoever_has_logged_in_meanwhile_gets_the_form_of_those_who_have(client, article, reader):
    form = form_of(open_form(client, article))
    client.force_login(reader)

    links = {"words": "http://a.example http://b.example http://c.example"}
    response = client.post(f"{page_of(article)}code/", form | links)

    assert response.status_code == 422
    assert form_of(response)["words"] == links["words"]
    assert form_of(response)["name"] == reader.name
    assert "email" not in form_of(response)


def test_too_many_codes_lose_no_text(client, article):
    form = form_of(open_form(client, article)) | {"email": "inger@home.example"}
    answers = [client.post(f"{page_of(article)}code/", form).status_code for _each in range(6)]

    assert answers[-1] == 429
    assert "Godt sagt." in form_of(client.get(page_of(article)))["words"]


def test_the_text_of_one_article_stays_with_it(client, article):
    form = form_of(open_form(client, article)) | {"email": "inger@home.example"}
    client.post(f"{page_of(article)}code/", form)

    other = publish(make_news("En anden"))

    assert form_of(client.get(page_of(other)))["words"] == ""


def test_who_was_logged_out_meanwhile_loses_no_text(client, article, reader):
    client.force_login(reader)
    form = form_of(open_form(client, article))
    client.logout()

    response = send(client, article, form)

    assert response.status_code == 403
    assert "Godt sagt." in form_of(response)["words"]
    assert "Din tekst er her stadig" in response.text
    assert not Reply.objects.exists()


# Where a form may stand ------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["", "code/", "send/"])
def test_another_site_sends_nothing(article, reader, page):
    client = Client(headers=FROM_ELSEWHERE)
    client.force_login(reader)

    response = client.post(f"{page_of(article)}{page}", {"words": WORDS, "name": "Inger"})

    assert response.status_code == 403
    assert not Reply.objects.exists()


@pytest.mark.parametrize("origin", ["https://ond.example", "null"])
def test_an_old_browser_says_its_origin(article, reader, origin):
    client = Client(headers={"Origin": origin})

    assert client.post(page_of(article), {"words": WORDS}).status_code == 403


def test_without_our_token_nothing_is_sent_and_nothing_lost(client, article, reader):
    client.force_login(reader)
    form = form_of(open_form(client, article))

    response = send(client, article, form | {"csrfmiddlewaretoken": "a" * 64})

    assert response.status_code == 403
    assert "Godt sagt." in form_of(response)["words"]
    assert not Reply.objects.exists()


# Sending ---------------------------------------------------------------------------------------


def test_somebody_who_is_logged_in_presses_twice(client, article, reader):
    client.force_login(reader)

    response = write(client, article)

    reply = Reply.objects.get()
    assert (reply.user, reply.name, reply.state) == (reader, "Inger Kløvborg", "waiting")
    assert reply.network.address == "127.0.0.1"
    receipt = client.get(response.url)
    assert "Venter på godkendelse" in receipt.text
    assert "Kun du kan se kommentaren lige nu." in receipt.text
    assert receipt.headers["Cache-Control"] == "private, no-store"


def test_a_name_is_shown_as_it_was_written(client, article, reader):
    client.force_login(reader)

    write(client, article, name="I. K.")

    assert Reply.objects.get().name == "I. K."
    assert User.objects.get(pk=reader.pk).name == "Inger Kløvborg"


@pytest.mark.parametrize("seconds", [0, SOONEST - 1])
def test_nobody_is_that_quick(client, article, reader, seconds):
    client.force_login(reader)

    response = write(client, article, after=seconds)

    assert response.status_code == 422
    assert "meget hurtigt" in response.text
    assert "Godt sagt." in form_of(response)["words"]
    assert not Reply.objects.exists()


def test_who_was_too_quick_presses_once_more(client, article, reader):
    client.force_login(reader)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        form = form_of(open_form(client, article))
        form = form_of(send(client, article, form))
        clock.shift(SOONEST + 1)

        send(client, article, form)

    assert Reply.objects.count() == 1


@pytest.mark.parametrize("shown", [None, "", "form:1:nonsense"])
def test_a_form_that_nobody_was_shown_is_asked_again(client, article, reader, shown):
    client.force_login(reader)
    said = {} if shown is None else {"shown": shown}
    after = LATEST + 5 if shown is None else 60

    response = write(client, article, after=after, **said)

    assert response.status_code == 422
    assert "åben længe" in response.text
    form = form_of(response)
    assert "Godt sagt." in form["words"]
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        send(client, article, form)
    assert Reply.objects.count() == 1


def test_who_fills_in_what_nobody_sees_is_a_machine(client, article, reader):
    client.force_login(reader)

    response = write(client, article, website="https://kob.example")

    assert response.status_code == 422
    assert "Godt sagt." in form_of(response)["words"]
    assert not Reply.objects.exists()


@pytest.mark.parametrize("words", ["", "…", "a" * 3001, "www.a.example " * 3])
def test_what_is_no_comment_comes_back_with_a_sentence(client, article, reader, words):
    client.force_login(reader)

    response = write(client, article, words=words)

    assert response.status_code == 422
    assert 'class="note errs"' in response.text
    assert form_of(response)["words"] == words
    assert not Reply.objects.exists()


def test_too_many_are_refused_and_kept(client, article, reader):
    for number in range(5):
        make_reply(article, by=reader, words=f"Nummer {number}")
    client.force_login(reader)

    response = write(client, article)

    assert response.status_code == 409
    assert "Godt sagt." in form_of(response)["words"]
    assert Reply.objects.count() == 5


def test_an_answer_says_what_it_answers(client, article, reader):
    thread = approve_reply(make_reply(article, name="Ole", words="Hvad koster det?"))
    client.force_login(reader)
    address = f"{page_of(article)}?to={thread.pk}"
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        response = client.get(address)

    assert "Svar til Ole" in response.text
    assert "Hvad koster det?" in response.text
    send(client, article, form_of(response), words="Ti kroner.")
    assert Reply.objects.last().answers == thread


@pytest.mark.parametrize("to", ["999999", "x", "-1", str(2**70)])
def test_an_answer_to_nothing_is_a_comment_or_nothing(client, article, reader, to):
    client.force_login(reader)

    assert client.get(f"{page_of(article)}?to={to}").status_code == 200


def test_a_closed_article_gives_the_text_back(client, article, reader):
    replies.set_replies(article, Replies.CLOSED, by=None)

    response = open_form(client, article)

    assert "lukket for nye kommentarer" in response.text
    assert "Godt sagt." in response.text
    assert "<button" not in response.text.split("<main")[1]


def test_the_address_that_a_stranger_writes_in_a_header_counts_for_nothing(article):
    for number in range(7):
        client = Client(headers=FROM_US | {"X-Forwarded-For": f"203.0.113.{number}"})
        client.force_login(make_reader())
        write(client, article, words=f"Nummer {number}")

    assert Reply.objects.count() == 5
    assert set(Reply.objects.values_list("network__address", flat=True)) == {"127.0.0.1"}


def test_behind_our_own_proxy_its_word_counts(article, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(headers=FROM_US | {"X-Forwarded-For": "203.0.113.9, 198.51.100.4"})
    client.force_login(make_reader())

    write(client, article)

    assert Reply.objects.get().network.address == "198.51.100.4"


# The receipt, and the account ------------------------------------------------------------------


def test_a_receipt_is_for_its_sender_alone(client, article, reader):
    reply = make_reply(article, by=reader)
    address = f"{page_of(article)}{reply.pk}/"

    assert client.get(address).url.startswith("/account/login/")
    client.force_login(make_reader())
    assert client.get(address).status_code == 404
    client.force_login(make_editor())
    assert client.get(address).status_code == 404
    client.force_login(reader)
    assert client.get(address).status_code == 200
    other = publish(make_news("En anden"))
    assert client.get(f"{page_of(other)}{reply.pk}/").status_code == 404


def test_a_receipt_says_how_it_stands(client, article, reader):
    reply = make_reply(article, by=reader)
    client.force_login(reader)
    address = f"{page_of(article)}{reply.pk}/"

    reason = "Den handler om en person."
    replies.decide(reply, "decline", by=make_editor(), seen="waiting", reason=reason)
    assert reason in client.get(address).text
    assert "Vises ikke" in client.get(address).text

    replies.decide(reply, "approve", by=make_editor(), seen="declined")
    assert f"{article.get_absolute_url()}#reply-{reply.pk}" in client.get(address).text


def test_the_account_lists_what_one_has_written_and_erases_it(client, article, reader):
    reply = make_reply(article, by=reader, words="Mit ord")
    make_reply(article, words="Andres ord")
    client.force_login(reader)

    page = client.get("/account/", headers={"accept-language": "da"})

    assert "Dine kommentarer" in page.text
    assert "Mit ord" in page.text
    assert "Andres ord" not in page.text
    token = form_of(page)["csrfmiddlewaretoken"]
    for _press in range(2):
        response = client.post(
            f"/account/replies/{reply.pk}/erase/", {"csrfmiddlewaretoken": token}
        )
        assert (response.status_code, response.url) == (302, "/account/")
    assert "Mit ord" not in client.get("/account/").text
    assert Reply.objects.filter(state="erased").count() == 1


def test_the_account_says_what_is_not_shown_any_more(client, article, reader):
    approve_reply(make_reply(article, by=reader, words="Godkendt"))
    declined = make_reply(article, by=reader, words="Afvist")
    replies.decide(declined, "decline", by=make_editor(), seen="waiting", reason="Ikke om sagen.")
    workflow.take_step(article, "undo", by=make_chief_editor())
    client.force_login(reader)

    page = client.get("/account/", headers={"accept-language": "da"})

    assert "Det, den står under, er ikke på siden mere." in page.text
    assert "Ikke om sagen." in page.text
    assert "På siden" not in page.text
    assert article.get_absolute_url() not in page.text


# Members' articles -----------------------------------------------------------------------------


@pytest.fixture
def members_article():
    return make_members_article()


def test_below_the_cut_everybody_is_told_how_many_there_are(client, members_article):
    writer = members_article.bylines.get().contributor.user
    for words in ("Skjultord et", "Skjultord to"):
        approve_reply(make_reply(members_article, by=writer, words=words, name="Skjultnavn"))

    page = client.get(members_article.get_absolute_url()).text

    assert "Kommentarer (2)" in page
    assert "Skjult" not in page
    assert 'name="words"' not in page


def test_below_the_whole_post_members_read_and_write(client, members_article, reader):
    writer = members_article.bylines.get().contributor.user
    reply = approve_reply(make_reply(members_article, by=writer, words="Kun for medlemmer"))
    client.force_login(writer)

    page = client.get(members_article.get_full_url()).text

    assert "Kun for medlemmer" in page
    assert 'name="words"' in page
    assert reply.get_absolute_url() == f"{members_article.get_full_url()}#reply-{reply.pk}"

    client.force_login(reader)
    assert "Kun for medlemmer" not in client.get(members_article.get_full_url()).text


def test_who_may_not_read_the_rest_comments_on_none_of_it(client, members_article, reader):
    client.force_login(reader)

    response = open_form(client, members_article)

    assert "dem, der kan læse hele indlægget" in response.text
    assert "Godt sagt." in response.text
    response = send(client, members_article, {"words": WORDS})
    assert not Reply.objects.exists()


def test_what_answers_a_members_comment_does_not_leak_it(client, members_article, reader):
    writer = members_article.bylines.get().contributor.user
    reply = approve_reply(make_reply(members_article, by=writer, words="Skjultord"))
    address = f"{page_of(members_article)}?to={reply.pk}"

    assert "Skjultord" not in client.get(address).text
    client.force_login(reader)
    assert "Skjultord" not in client.get(address).text


# The writer's own page -------------------------------------------------------------------------


def test_the_writer_answers_from_their_own_page(article):
    client = in_the_turn_of(article.leg.handoff)
    address = f"/baton/{article.leg.handoff_id}/replies/"
    assert client.get(address).status_code == 404
    reply = approve_reply(make_reply(article, words="Hvad koster det?"))

    assert "Det siger læserne" in client.get(f"/baton/{article.leg.handoff_id}/").text
    assert "Hvad koster det?" in client.get(address).text
    client.post(address, {"answers": reply.pk, "words": "Ti kroner."})

    answer = Reply.objects.get(answers=reply)
    writer = article.leg.contributor
    assert (answer.user, answer.name, answer.voice, answer.state) == (
        writer.user,
        writer.name,
        "writer",
        "waiting",
    )
    assert "Ti kroner." in client.get(address).text
    assert "Ti kroner." not in Client().get(article.get_absolute_url()).text


def test_the_next_runner_reads_along_and_answers(article):
    runner = make_contributor("Bo", sector="private")
    leg = begin_leg(article.relay, receiver=runner)
    reply = approve_reply(make_reply(article, words="Hvad koster det?"))
    client = in_the_turn_of(leg.handoff)

    assert "indlægget før dit" in client.get(f"/baton/{leg.handoff_id}/").text
    client.post(f"/baton/{leg.handoff_id}/replies/", {"answers": reply.pk, "words": "Elleve."})

    assert Reply.objects.get(answers=reply).voice == "runner"


def test_a_turn_answers_below_its_own_articles_alone(article):
    approve_reply(make_reply(article))
    other = approve_reply(make_reply(publish(make_news("En anden")), words="Et andet sted"))
    client = in_the_turn_of(article.leg.handoff)

    response = client.post(
        f"/baton/{article.leg.handoff_id}/replies/", {"answers": other.pk, "words": "Ti kroner."}
    )

    assert response.status_code == 404
    assert not Reply.objects.filter(words="Ti kroner.").exists()


def test_an_answer_that_is_none_comes_back(article):
    reply = approve_reply(make_reply(article))
    client = in_the_turn_of(article.leg.handoff)

    response = client.post(
        f"/baton/{article.leg.handoff_id}/replies/", {"answers": reply.pk, "words": "www.a " * 3}
    )

    assert response.status_code == 422
    assert "www.a www.a" in response.text


def test_an_answer_without_words_is_told_in_ours(article):
    reply = approve_reply(make_reply(article))

    response = in_the_turn_of(article.leg.handoff).post(
        f"/baton/{article.leg.handoff_id}/replies/", {"answers": reply.pk, "words": ""}
    )

    assert response.status_code == 422
    assert "Skriv din kommentar." in response.text


def test_an_editor_reads_when_comments_close_by_themselves(article):
    def help_text():
        return str(ArticleForm(instance=article).fields["replies"].help_text)

    with time_machine.travel(article.replies_until - timedelta(hours=1)):
        before = help_text()
    with time_machine.travel(article.replies_until):
        after = help_text()

    day = full_day(article.replies_until)
    assert before == f"De lukker af sig selv den {day}."
    assert after == f"De lukkede af sig selv den {day}."


def in_the_turn_of(handoff):
    from relays.models import Link

    client = Client(headers=FROM_US)
    client.get(f"/baton/link/{Link.make(handoff)}/")
    return client


def test_who_leaves_takes_their_comments_along(article, reader):
    reply = approve_reply(make_reply(article, by=reader, words="Mit ord", network="192.0.2.7"))

    [held] = belongings.everything_about(reader)["comments"]
    assert (held["words"], held["network"]) == ("Mit ord", "192.0.2.7")
    erasing.erase(reader)

    reply.refresh_from_db()
    assert (reply.state, reply.words, reply.user) == ("erased", "", None)
    assert not User.objects.filter(pk=reader.pk).exists()
    assert "Mit ord" not in Client().get(article.get_absolute_url()).text
