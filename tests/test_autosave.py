"""Saving by itself: what is acknowledged is stored, what is not is told, and no word is lost."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time
from urllib.parse import urlencode

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Article, Draft
from relay_cms.management.commands import run
from relays import baton
from tests.factories import BODY, begin_leg, fresh, make_editor, make_leg_article, make_relay, put
from tests.forms import fields_of
from tests.test_outbox import ROOT, database_url
from tests.test_permissions import all_rows
from tests.test_portal import Visit

pytestmark = pytest.mark.django_db

TEXT = {"title": "On the plate", "standfirst": "Two.", "body": BODY, "body_format": "html"}


def holder():
    return begin_leg(make_relay(language="en")).handoff


def writing(**content):
    """Somebody who writes on a text, and the article."""
    article = make_leg_article(holder().leg, **content)
    return Visit(article.leg.handoff), article


def keep(visit, version, **words):
    return visit.post("keep-draft", **TEXT | {"interests": "", "version": version} | words)


def draft_of(article):
    return Draft.objects.get(article=article)


# Saving --------------------------------------------------------------------------------------


@time_machine.travel("2027-02-01T09:42:00Z", tick=False)
def test_a_text_is_saved_and_the_answer_says_when():
    handoff = holder()

    response = keep(Visit(handoff), 1)

    article = Article.objects.get(leg=handoff.leg)
    assert response.json() == {"version": 2, "saved": "Saved at 10:42"}
    assert (article.draft.title, article.draft.body, article.draft.version) == (
        "On the plate",
        BODY,
        2,
    )
    assert article.draft.saved_by == handoff.receiver.user


def test_saving_by_itself_makes_no_revision_and_no_move():
    visit, article = writing()

    keep(visit, 2, title="Another")

    assert draft_of(article).title == "Another"
    assert (article.revisions.count(), article.moves.count()) == (0, 0)
    assert fresh(article).status == "draft"


def test_what_was_not_sent_stays_as_it_is():
    visit, article = writing(title="Before", interests="None.")

    visit.post("keep-draft", title="After", version=2)

    before = article.draft.content
    assert draft_of(article).content == before | {"title": "After"}
    assert before["interests"] == "None."


def test_the_same_text_is_no_conflict_whatever_its_version():
    visit, _article = writing()
    keep(visit, 2)
    before = all_rows()

    answers = [keep(visit, version) for version in (3, 2, 1, 0)]

    assert [answer.json()["version"] for answer in answers] == [3, 3, 3, 3]
    assert all_rows() == before


@time_machine.travel("2027-02-01T09:42:00Z", tick=False)
def test_a_text_of_another_day_says_which():
    visit, _article = writing()
    keep(visit, 2)

    with time_machine.travel("2027-02-03T09:42:00Z"):
        assert keep(visit, 3).json()["saved"] == "Saved on 1 February at 10:42"


def test_an_answer_sets_no_cookie_and_is_kept_nowhere():
    visit, _article = writing()

    response = keep(visit, 2)

    assert response.cookies == {}
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_save_costs_as_many_queries_as_it_did():
    visit, _article = writing()

    with CaptureQueriesContext(connection) as queries:
        keep(visit, 2)

    words = [query["sql"].split()[0] for query in queries]
    assert len([word for word in words if word not in ("BEGIN", "SAVEPOINT", "RELEASE")]) == QUERIES


QUERIES = 19


# Refusing ------------------------------------------------------------------------------------


def test_whoever_saves_second_is_told_both_texts():
    visit, article = writing()
    other = Visit(article.leg.handoff)
    keep(other, 2, title="Saved first")
    before = all_rows()

    response = keep(visit, 2, title="Typed second")

    answer = response.json()
    assert response.status_code == 409
    assert answer["sentence"] == "This text has been saved elsewhere since you opened it."
    assert answer["version"] == 3
    assert (answer["yours"]["title"], answer["theirs"]["title"]) == ("Typed second", "Saved first")
    assert all_rows() == before


def test_a_field_that_is_too_long_is_named_and_the_others_are_saved():
    visit, article = writing()

    response = keep(visit, 2, title="T" * 201)

    assert response.status_code == 422
    assert response.json()["sentence"].startswith("Title: Ensure this value has at most 200")
    assert response.json()["version"] == 3
    draft = draft_of(article)
    assert (draft.title, draft.standfirst, draft.version) == (article.draft.title, "Two.", 3)


@pytest.mark.parametrize("version", ["", "x", "1.5"])
def test_a_save_without_a_version_is_refused(version):
    visit, _article = writing()
    before = all_rows()

    assert keep(visit, version).status_code == 422
    assert all_rows() == before


def test_a_text_that_the_editors_read_is_not_changed():
    visit, article = writing()
    put(article, "submitted")
    before = all_rows()

    response = keep(visit, 2)

    assert response.status_code == 409
    assert response.json() == {
        "sentence": "The text is with the editors. Take it back to go on writing."
    }
    assert all_rows() == before


def test_what_was_saved_before_it_was_sent_in_is_still_acknowledged():
    visit, article = writing()
    keep(visit, 2)
    put(article, "submitted")

    assert keep(visit, 2).status_code == 200


def test_a_leg_that_was_handed_back_takes_no_text():
    visit, article = writing()
    baton.abandon(article.leg, by=None)
    before = all_rows()

    response = keep(visit, 2)

    assert response.status_code == 409
    assert response.json() == {
        "sentence": "The baton is back with the editors, and your text with it."
    }
    assert all_rows() == before


def test_a_link_that_was_closed_takes_no_text():
    visit, article = writing()
    article.leg.handoff.links.revoke()
    before = all_rows()

    assert keep(visit, 2).status_code == 404
    assert all_rows() == before


def test_words_that_are_sent_after_the_link_has_closed_are_shown_to_be_copied():
    visit, article = writing()
    article.leg.handoff.links.revoke()
    before = all_rows()

    words = {"title": "T" * 201, "body": "<p>Long.</p><script>x</script>", "body_format": "html"}
    response = visit.post("text", **words, standfirst="Two.", interests="None.", version=2)

    html = response.content.decode()
    assert response.status_code == 404
    assert "Åbn din side med linket i brevet" in html
    assert all(typed in html for typed in ("T" * 201, "<p>Long.</p>", "Two.", "None."))
    assert "<script>x" not in html
    assert response.headers["Cache-Control"] == "private, no-store"
    assert all_rows() == before


LOST = {"title": "T", "body": "<p>Long.</p><script>x</script>", "body_format": "html"}
SAID = {"answer_7": "Yes, but.", "next-message": "Because she knows.", "standfirst": "Two."}


@pytest.mark.parametrize("name", ["text", "create-from-word"])
def test_words_that_are_sent_without_the_cookie_are_shown_to_be_copied(name):
    visit, _article = writing()
    visit.client.handler.enforce_csrf_checks = True
    before = all_rows()

    response = visit.post(name, **LOST, **SAID, version=2)

    html = response.content.decode()
    assert response.status_code == 403
    assert "The page has been open for too long" in html
    assert all(typed in html for typed in ("<p>Long.</p>", *SAID.values()))
    assert "<script>x" not in html
    assert f'href="{response.request["PATH_INFO"]}"' in html
    assert response.headers["Cache-Control"] == "private, no-store"
    assert all_rows() == before


def test_so_are_they_where_the_session_has_ended_as_well():
    visit, _article = writing()
    stranger = Client(enforce_csrf_checks=True)
    address = reverse("portal:text", args=[visit.handoff.pk])

    response = stranger.post(address, LOST | SAID | {"version": 2})

    html = response.content.decode()
    assert response.status_code == 403
    assert "Åbn din side med linket i brevet" in html
    assert all(typed in html for typed in ("<p>Long.</p>", *SAID.values()))
    form = fields_of(response)
    assert form["csrfmiddlewaretoken"]
    asked = stranger.post(reverse("portal:create-link"), form | {"email": "a@b.example"})
    assert asked.status_code == 200


def test_another_site_puts_no_words_onto_our_pages():
    visit, _article = writing()
    visit.client.handler.enforce_csrf_checks = True
    address = reverse("portal:text", args=[visit.handoff.pk])

    response = visit.client.post(address, LOST | SAID, headers={"sec-fetch-site": "cross-site"})

    assert response.status_code == 403
    assert "Siden har været åben for længe" in response.text
    assert "Long." not in response.text


def test_a_page_of_another_site_saves_nothing():
    visit, _article = writing()
    visit.client.handler.enforce_csrf_checks = True
    before = all_rows()

    assert keep(visit, 2).status_code == 403
    assert all_rows() == before


# In the newsroom -----------------------------------------------------------------------------


def keep_as_editor(article, version, editor=None, **words):
    client = Client()
    client.force_login(editor or make_editor())
    return keep_by(client, article, version, **words)


def keep_by(client, article, version, **words):
    form = TEXT | {"interests": "", "version": version} | words
    return client.post(reverse("admin:articles_article_draft", args=[article.pk]), form)


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back"])
def test_an_editors_text_is_saved_where_that_changes_nothing_else(status):
    article, editor = put(make_leg_article(), status), make_editor()
    moves = article.moves.count()

    response = keep_as_editor(article, article.draft.version, editor, title="Bin|de|ord")

    assert response.json()["version"] == article.draft.version + 1
    assert draft_of(article).title == "Bin\u00adde\u00adord"
    assert draft_of(article).saved_by == editor
    assert (fresh(article).status, article.moves.count()) == (status, moves)


@pytest.mark.parametrize("status", ["approved", "scheduled", "live"])
def test_no_approval_ends_and_no_live_text_opens_by_itself(client, status):
    article = put(make_leg_article(), status)
    client.force_login(make_editor())
    before = all_rows()

    response = keep_by(client, article, article.draft.version, title="Another")

    assert response.status_code == 409
    assert all_rows() == before


def test_an_editor_and_the_writer_in_one_text_lose_no_word():
    visit, article = writing()
    keep(visit, 2, title="The writer's")

    answer = keep_as_editor(article, 2, title="The editor's").json()

    assert (answer["yours"]["title"], answer["theirs"]["title"]) == ("The editor's", "The writer's")
    assert draft_of(article).title == "The writer's"


@pytest.mark.parametrize(
    ("status", "saves"), [("draft", True), ("submitted", True), ("approved", False)]
)
def test_the_newsrooms_form_says_where_it_saves_by_itself(client, status, saves):
    article = put(make_leg_article(), status)
    client.force_login(make_editor())

    html = client.get(reverse("admin:articles_article_change", args=[article.pk])).content.decode()

    url = reverse("admin:articles_article_draft", args=[article.pk])
    assert f'url="{url if saves else ""}"' in html


# By hand, after a conflict ---------------------------------------------------------------------


def by_hand(visit, **words):
    return visit.post("text", **TEXT | {"interests": ""} | words)


def test_the_text_that_somebody_saves_over_is_kept_as_a_revision():
    visit, article = writing(title="The first")
    keep(visit, 2, title="Theirs")

    shown = by_hand(visit, title="Mine", version=2)
    again = fields_of(shown, "text_form")
    visit.post("text", **again | {"body_format": "html"})

    assert shown.status_code == 409
    assert draft_of(article).title == "Mine"
    assert [(each.title, each.reason) for each in article.revisions.all()] == [("Theirs", "named")]


def test_an_editor_who_saves_over_another_text_keeps_that_one_too(client):
    article = make_leg_article(title="The first")
    client.force_login(make_editor())
    address = reverse("admin:articles_article_change", args=[article.pk])
    form = fields_of(client.get(address), "article_form") | {"body_format": "html"}
    keep(Visit(article.leg.handoff), 2, title="Theirs")

    response = client.post(address, form | {"title": "Mine", "_continue": "1"})

    assert response.context["theirs"].title == "Theirs"
    assert [each.title for each in article.revisions.all()] == ["Theirs"]
    assert draft_of(article).title == "Theirs"


def test_words_that_came_too_late_are_shown():
    visit, article = writing()
    put(article, "submitted")

    response = by_hand(visit, title="Too late", body="<p>My own words.</p>", version=2)

    html = response.content.decode()
    assert response.status_code == 409
    assert "Too late" in html
    assert "My own words." in html


# At once ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told():
    visits, article = [], make_leg_article(holder().leg)
    visits = [Visit(article.leg.handoff) for _ in range(2)]
    start, answers = threading.Barrier(2), []

    def save(visit, title):
        start.wait()
        try:
            answers.append((keep(visit, 2, title=title).status_code, title))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=save, args=[visit, title])
        for visit, title in zip(visits, ["One", "Two"], strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    saved = dict(answers)
    assert sorted(saved) == [200, 409]
    assert (draft_of(article).title, draft_of(article).version) == (saved[200], 3)


# Killed ----------------------------------------------------------------------------------------

SAVES, KILLS = 200, 7


class Server:
    """The server of `make run`, which can die."""

    def __init__(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]

    def start(self):
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "LOG_LEVEL": "ERROR",
        }
        self.process = subprocess.Popen(
            run.server_command(self.port), cwd=ROOT, env=environment, start_new_session=True
        )
        assert run.wait_until_open(self.port, self.process)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        while self.listens():  # its worker dies a moment later
            time.sleep(0.005)

    def listens(self):
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def post(self, visit, name, **form):
        """The status and the body, or None where no answer came."""
        cookies = visit.client.cookies
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={cookies[name].value}" for name in cookies),
        }
        form = form | {"csrfmiddlewaretoken": cookies["csrftoken"].value}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.request("POST", visit._address(name), urlencode(form), headers)
            response = line.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()


@pytest.mark.django_db(transaction=True)
def test_a_server_that_is_killed_again_and_again_has_every_save_that_it_acknowledged():
    rng = random.Random(4)  # noqa: S311
    article = make_leg_article(holder().leg, title="-1")
    visit, server = Visit(article.leg.handoff), Server()
    visit.get("text")  # for the token of its forms
    deadly = set(rng.sample(range(5, SAVES), KILLS))
    version, submitted = 2, []
    server.start()

    for number in range(SAVES):
        is_submit = number % 10 == 9
        name, more = ("text", {"_submit": "1"}) if is_submit else ("keep-draft", {})
        killer = threading.Timer(rng.uniform(0, 0.04), server.kill)
        if number in deadly:
            killer.start()
        words = TEXT | {"interests": "", "title": str(number), "version": version} | more
        answer = server.post(visit, name, **words)
        if number in deadly:
            killer.join()
            stored_version(article, number if answer else number - 1)
            server.start()
            answer = answer or server.post(visit, name, **words)
        # A step that was taken before the answer was lost is told as taken already.
        assert answer[0] in ((302, 409) if is_submit else (200,)), answer
        version = stored_version(article, number)
        if is_submit:
            submitted.append(str(number))
            assert server.post(visit, "create-step", step="take_back")[0] == 302
        else:
            assert json.loads(answer[1])["version"] == version
    server.kill()

    assert stored_version(article, SAVES - 1) == version
    assert list(article.revisions.order_by("number").values_list("title", flat=True)) == submitted
    assert fresh(article).status == "draft"


def stored_version(article, number):
    """The version of the draft, which has the save with this number or a newer one."""
    draft = draft_of(article)
    connection.close()
    assert int(draft.title) >= number
    return draft.version
