"""The editors' page of changes: which texts it compares, for whom, and what counts as seen."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles import workflow
from articles.models import Look
from articles.newsroom.comparing import remember_look
from tests.factories import (
    fresh,
    make_chief_editor,
    make_editor,
    make_leg_article,
    make_superuser,
    publish,
    put,
    write,
)
from tests.forms import fields_of
from tests.test_admin import change_url, log_in
from tests.test_diff import SAID
from tests.test_races import at_once

pytestmark = pytest.mark.django_db


def compare_url(article):
    return reverse("admin:articles_article_compare", args=[article.pk])


def review_url(article):
    return reverse("admin:articles_article_review", args=[article.pk])


def body(*sentences):
    return "".join(f"<p>{sentence}</p>" for sentence in sentences)


def sent_in(article, *sentences):
    """The writer goes on, and sends it in again."""
    return put(write(fresh(article), title="Mad", body=body(*sentences)), "submitted")


def sent_back(article):
    return put_on(article, "send_back")


def put_on(article, step):
    article = fresh(article)
    by, version = make_chief_editor(), article.draft.version
    return workflow.take_step(article, step, by=by, version=version)


def make_rounds(*rounds):
    """An article that was sent in so many times, with these sentences."""
    article = make_leg_article(title="Mad", body=body(*rounds[0]))
    article = put(article, "submitted")
    for sentences in rounds[1:]:
        sent_back(article)
        article = sent_in(article, *sentences)
    return article


def changes_in(response):
    """What the page marks in the text, and what it says is compared."""
    html = SAID.sub("", response.content.decode())
    chosen = fields_of(response)
    marks = re.findall(r"<(ins|del)>(.*?)</\1>", html)
    return (chosen["old"], chosen["new"]), marks


ONE, TWO, THREE = (
    ["Vi spiser klokken et."],
    ["Vi spiser klokken to."],
    ["Vi spiser klokken tre."],
)


# Which texts ---------------------------------------------------------------------------------


def test_what_is_new_since_one_looked_is_compared_by_itself():
    editor = make_editor()
    article = make_rounds(ONE)
    log_in(editor).get(review_url(article))
    sent_back(article)
    sent_in(article, *TWO)
    sent_back(article)
    article = sent_in(article, *THREE)

    response = log_in(editor).get(compare_url(article))

    assert changes_in(response) == (
        ("1", "draft"),
        [("del", "et"), ("ins", "tre")],
    )
    assert "since you last looked" in response.content.decode()


@pytest.mark.parametrize("page", [review_url, change_url])
def test_opening_the_new_text_does_not_hide_what_is_new_in_it(page):
    client = log_in(make_editor())
    article = make_rounds(ONE)
    client.get(page(article))
    sent_back(article)
    article = sent_in(article, *TWO)

    client.get(page(article))
    client.get(page(article))

    assert changes_in(client.get(compare_url(article)))[0] == ("1", "draft")


def test_what_another_editor_has_seen_is_still_new_to_this_one():
    article = make_rounds(ONE, TWO, THREE)
    log_in(make_editor()).get(review_url(article))

    response = log_in(make_editor("Mads Lindelund")).get(compare_url(article))

    assert changes_in(response)[0] == ("2", "draft")
    assert "since you last looked" not in response.content.decode()


def test_who_has_never_looked_sees_what_differs_from_what_readers_see():
    article = write(publish(make_leg_article(body=body(*ONE))), body=body(*TWO))

    response = log_in(make_editor()).get(compare_url(article))

    assert changes_in(response)[0] == ("live", "draft")


@pytest.mark.parametrize(
    ("query", "texts", "marks"),
    [
        ({"old": "1", "new": "2"}, ("1", "2"), ["et", "to"]),
        ({"old": "2", "new": "1"}, ("2", "1"), ["to", "et"]),
        ({"new": "3"}, ("2", "3"), ["to", "tre"]),
        ({"new": "1"}, ("1", "1"), []),
        ({"old": "draft", "new": "draft"}, ("draft", "draft"), []),
        ({"old": "1", "new": "live"}, ("1", "live"), ["et", "tre"]),
        ({"new": "live"}, ("2", "live"), ["to", "tre"]),
        ({"old": "live"}, ("live", "draft"), []),
    ],
)
def test_any_two_texts_are_compared(query, texts, marks):
    article = make_rounds(ONE, TWO, THREE)
    put_on(article, "publish")

    found, marked = changes_in(log_in(make_editor()).get(compare_url(article), query))

    assert found == texts
    assert [words for _tag, words in marked] == marks


def test_the_same_texts_are_said_to_be_the_same():
    article = make_rounds(ONE)

    page = log_in(make_editor()).get(compare_url(article)).content.decode()

    assert "The two texts are the same" in page
    assert "<ins>" not in page


def test_a_text_without_a_revision_has_nothing_to_be_compared_with():
    response = log_in(make_editor()).get(compare_url(make_leg_article()))

    assert response.status_code == 200
    assert "nothing to compare with yet" in response.content.decode()
    assert fields_of(response).keys() == {"csrfmiddlewaretoken"}  # of the log-out


def test_every_revision_but_the_first_has_a_link_to_what_changed_in_it():
    article = make_rounds(ONE, TWO, THREE)

    page = log_in(make_editor()).get(change_url(article)).content.decode()

    links = re.findall(r'href="([^"]*/compare/\?[^"]*)"', page)
    assert links == [f"{compare_url(article)}?new={number}" for number in (3, 2)]


def test_the_fields_around_the_text_are_compared_too():
    article = make_rounds(ONE)
    write(article, title="Mad for alle", standfirst="Kort sagt.", body=body(*ONE))

    _texts, marks = changes_in(log_in(make_editor()).get(compare_url(article)))

    assert marks == [("ins", " for alle"), ("ins", "Kort sagt.")]


def test_a_field_beside_the_text_is_shown_only_where_it_has_changed():
    article = sent_back(make_rounds(ONE))
    write(fresh(article), title="Mad", body=body(*ONE), interests="Sidder i bestyrelsen.")
    put(fresh(article), "submitted")
    client = log_in(make_editor())
    shown = "Sidder i bestyrelsen."
    assert shown in client.get(compare_url(article)).content.decode()

    write(fresh(article), title="Mad for alle", body=body(*ONE), interests=shown)
    page = client.get(compare_url(article) + "?old=2&new=draft").content.decode()

    assert "for alle" in page
    assert shown not in page


# Who, and what is not there ------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        {"new": "4"},
        {"old": "0"},
        {"old": "-1"},
        {"old": "live"},
        {"new": "1'--"},
        {"new": "draft\x00"},
        {"old": "9" * 400},
        {"old": "²"},
        {"old": "<script>"},
    ],
)
def test_a_text_that_is_not_there_does_not_exist(query):
    article = make_rounds(ONE)

    assert log_in(make_editor()).get(compare_url(article), query).status_code == 404


def test_an_article_that_is_not_there_does_not_exist():
    address = reverse("admin:articles_article_compare", args=[4711])

    assert log_in(make_editor()).get(address).status_code == 404


def test_other_parameters_change_nothing():
    article = make_rounds(ONE, TWO)

    response = log_in(make_editor()).get(compare_url(article) + "?new=2&new=1&body=x&old=")

    assert changes_in(response)[0] == ("1", "1")


def test_changes_are_for_editors():
    article = make_rounds(ONE)
    insider = make_superuser()
    insider.is_superuser = False
    insider.save()

    assert log_in(insider).get(compare_url(article)).status_code == 403
    assert log_in(article.leg.contributor.user).get(compare_url(article)).status_code == 302
    assert log_in(make_editor()).post(compare_url(article)).status_code == 405


def test_what_a_writer_sends_is_shown_and_not_run():
    article = make_rounds(ONE)
    write(article, title="<script>alert(1)</script>", body="<p>1 &lt;script&gt; 2</p>")

    page = log_in(make_editor()).get(compare_url(article)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


# What it costs -------------------------------------------------------------------------------


def asked_by(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("rounds", [2, 6])
def test_the_page_asks_as_often_for_two_revisions_as_for_six(rounds):
    article = make_rounds(*[[f"{n} gode retter."] for n in range(rounds)])
    client = log_in(make_editor())

    assert asked_by(client, compare_url(article)) == 8


def test_a_revision_that_is_not_compared_is_not_loaded():
    article = make_rounds(ONE, TWO, THREE)
    client = log_in(make_editor())

    with CaptureQueriesContext(connection) as queries:
        client.get(compare_url(article), {"old": "1", "new": "2"})

    loading = [query["sql"] for query in queries if '"articles_revision"."body"' in query["sql"]]
    assert len(loading) == 1
    assert "IN (1, 2)" in loading[0]


# Looks ---------------------------------------------------------------------------------------


def looks(article):
    return [
        (look.user.name, look.revision.number, look.before and look.before.number)
        for look in Look.objects.filter(article=article).select_related("revision", "before")
    ]


def test_a_look_is_written_once_for_each_new_revision():
    editor, article = make_editor(), make_rounds(ONE)
    found = []
    for _round in range(3):
        for _time in range(2):
            remember_look(article, editor)
        found += looks(article)
        sent_back(article)
        article = sent_in(article, f"Ret nummer {_round} her.")

    assert found == [(editor.name, 1, None), (editor.name, 2, 1), (editor.name, 3, 2)]


def test_an_unsent_text_leaves_no_look():
    article = make_leg_article()

    remember_look(article, make_editor())

    assert looks(article) == []


def test_a_second_look_at_the_same_text_writes_nothing():
    editor, article = make_editor(), make_rounds(ONE)
    remember_look(article, editor)

    with CaptureQueriesContext(connection) as queries:
        remember_look(article, editor)

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_reading_the_changes_is_no_look():
    article = make_rounds(ONE, TWO)

    log_in(make_editor()).get(compare_url(article))

    assert looks(article) == []


@pytest.mark.django_db(transaction=True)
def test_tabs_opened_at_once_are_one_look():
    editor, article = make_editor(), make_rounds(ONE)
    found = []
    for number in range(1, 9):
        assert at_once(*[lambda: remember_look(article, editor)] * 8) == [None] * 8
        found += looks(article)
        sent_back(article)
        sent_in(article, f"Ret nummer {number} her.")

    befores = [None, *range(1, 8)]
    assert found == [
        (editor.name, number, before) for number, before in enumerate(befores, start=1)
    ]


READ_ONLY = {
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
    "postgresql": (
        "SET default_transaction_read_only = on",
        "SET default_transaction_read_only = off",
    ),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", [review_url, change_url])
def test_a_database_that_takes_no_writes_shows_the_text_all_the_same(page):
    client, article = log_in(make_editor()), make_rounds(ONE)
    off, on = READ_ONLY[connection.vendor]

    with connection.cursor() as cursor:
        cursor.execute(off)
        try:
            response = client.get(page(article))
        finally:
            cursor.execute(on)

    assert response.status_code == 200
    assert looks(article) == []
