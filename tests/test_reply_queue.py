"""The editors' queue of comments: the oldest first, and one decision after the other."""

import re

import pytest
from django.test import Client
from django.utils import timezone, translation

from articles import mornings, replies, workflow
from articles.models import Replies, Reply
from articles.newsroom.replies import ROWS_ON_A_PAGE
from relays.models import Letter
from tests.factories import (
    approve_reply,
    make_chief_editor,
    make_editor,
    make_news,
    make_reader,
    make_relay,
    make_reply,
    publish,
    publish_leg,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

QUEUE = "/admin/articles/reply/"


@pytest.fixture
def editor():
    return make_editor()


@pytest.fixture
def client(editor):
    client = Client(headers={"accept-language": "en"})
    client.force_login(editor)
    return client


@pytest.fixture
def article():
    return publish_leg(make_relay("Hvad skal der på tallerkenen?"), title="Bakkerne")


def rows_of(response):
    return re.findall(r'id="reply-(\d+)" tabindex', response.text)


def decide(client, reply, verb, *, query="", **said):
    form = {"verb": verb, "seen": reply.state} | said
    return client.post(f"{QUEUE}{reply.pk}/decision/{query}", form, follow=True)


def told(response):
    return [str(message) for message in response.context["messages"]]


def test_what_waits_is_read_oldest_first(client, article):
    first, second, third = (make_reply(article, words=words) for words in ("Et", "To", "Tre"))
    approve_reply(second)

    response = client.get(QUEUE)

    assert rows_of(response) == [str(first.pk), str(third.pk)]
    assert "on “Bakkerne”" in response.text
    assert first.user.email in response.text


def test_a_comment_on_what_is_not_out_any_more_says_so(client, article):
    reply = make_reply(article)
    workflow.take_step(article, "undo", by=make_chief_editor())

    page = client.get(QUEUE)
    response = decide(client, reply, "decline", words="Nej.")

    assert "on “Bakkerne”" in page.text
    assert article.get_absolute_url() not in page.text
    assert told(response) == ["The post is not out any more. Its comments wait until it is."]


def test_a_comment_is_never_html(client, article):
    make_reply(article, name="<b>Ole</b>", words="<script>alert(1)</script>")

    text = client.get(QUEUE).text

    assert "<script>alert" not in text
    assert "<b>Ole" not in text


def test_after_each_decision_the_next_one_is_at_hand(client, article):
    first, second, third = (make_reply(article, words=words) for words in ("Et", "To", "Tre"))

    for reply, beside in ((second, third), (third, first)):
        response = decide(client, reply, "approve")
        assert response.redirect_chain == [(f"{QUEUE}#reply-{beside.pk}", 302)]
    response = decide(client, first, "spam")
    assert response.redirect_chain == [(QUEUE, 302)]
    assert "Nothing waits. Every comment has been read." in response.text


def test_a_ready_made_reason_speaks_the_language_of_the_letter(client, article):
    reply = make_reply(article)

    response = decide(client, reply, "decline", reason="person", words="Skriv gerne om maden.")

    reply.refresh_from_db()
    assert reply.reason == (
        "Vi viser ikke din kommentar, fordi den handler om en person og ikke om sagen."
        "\n\nSkriv gerne om maden."
    )
    assert told(response) == ["Declined. The sender is told why."]
    assert Letter.objects.get(kind="reply_declined").language == "da"


def test_to_decline_without_a_word_is_refused(client, article):
    reply = make_reply(article)

    response = decide(client, reply, "decline", reason="", words=" ")

    assert told(response) == ["Say why, in a kind sentence."]
    assert Reply.objects.get().state == "waiting"


def test_of_two_editors_the_second_is_told(client, article):
    reply = make_reply(article)
    replies.decide(reply, "approve", by=make_editor("Mads Lindelund"), seen="waiting")

    response = decide(client, reply, "spam", seen="waiting")

    assert told(response) == ["Mads Lindelund was faster: this comment is “approved” by now."]
    assert Reply.objects.get().state == "approved"


def test_what_is_approved_is_found_again_and_taken_down(client, article):
    reply = approve_reply(make_reply(article))
    approve_reply(make_reply(publish(make_news("En anden")), words="Et andet sted"))
    query = f"?state=approved&article={article.pk}"

    response = client.get(QUEUE + query)
    assert rows_of(response) == [str(reply.pk)]
    response = decide(client, reply, "decline", query=query, reason="topic")

    assert response.redirect_chain == [(QUEUE + query, 302)]
    assert Reply.objects.get(pk=reply.pk).state == "declined"


def test_a_long_queue_has_pages(client, article):
    reader = make_reader()
    rows = Reply.objects.bulk_create(
        Reply(article=article, user=reader, name="Inger", words=f"Nummer {number}")
        for number in range(ROWS_ON_A_PAGE + 1)
    )

    first = client.get(QUEUE)
    [more] = re.findall(r'href="(\?after=\d+)"', first.text)

    assert len(rows_of(first)) == ROWS_ON_A_PAGE
    assert rows_of(client.get(QUEUE + more)) == [str(rows[-1].pk)]


@pytest.mark.parametrize("query", ["?state=lost", "?article=999999", "?after=x"])
def test_an_address_that_nobody_made_is_none(client, query):
    assert client.get(QUEUE + query).status_code == 404


@pytest.mark.parametrize("number", [1, 20])
def test_the_queue_asks_as_often_for_one_as_for_twenty(
    client, article, number, django_assert_num_queries
):
    thread = approve_reply(make_reply(article, words="Først"))
    for n in range(number):
        make_reply(article, answers=thread, words=f"Nummer {n}")

    # The session and the user, two for their rights; the states counted, and the rows.
    with django_assert_num_queries(6):
        client.get(QUEUE)


def test_the_overview_says_how_many_wait(client, article):
    assert "comment" not in client.get("/admin/").text.split("relay-board")[0]
    for words in ("Et", "To"):
        make_reply(article, words=words)

    page = client.get("/admin/").text

    assert "2 comments wait" in page
    assert f'href="{QUEUE}"' in page


def test_an_editor_closes_an_article_for_comments(client, editor, article):
    address = f"/admin/articles/article/{article.pk}/change/"
    form = fields_of(client.get(address), "article_form")

    client.post(address, form | {"replies": "closed"})

    article.refresh_from_db()
    assert article.replies == Replies.CLOSED
    move = article.moves.order_by("-pk").first()
    assert (move.step, move.by) == ("replies_close", editor)


def test_the_queue_speaks_danish(client, article):
    make_reply(article, name="Inger")

    page = client.get(QUEUE, headers={"accept-language": "da"}).text

    with translation.override("da"):
        for words in ("Godkend", "Afvis …", "Afsenderen læser", "Tasterne virker", "om »Bakkerne«"):
            assert words in page


def test_the_morning_tells_who_is_in_charge(editor):
    article = publish(make_news("En anden", responsible_editor=editor))
    make_editor("Mads Lindelund")
    for words in ("Et", "To"):
        make_reply(article, words=words)
    monday = timezone.make_aware(timezone.datetime(2026, 11, 23, 7, 30))

    mornings.mornings(monday)

    letter = Letter.objects.get(kind="morning")
    assert (letter.user, letter.subject) == (editor, "Én ting venter på dig")
    assert "- 2 kommentarer venter" in letter.body
