"""An article in the admin: written, walked along its road by buttons, and never lost."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from articles import workflow
from articles.models import Article, Status, Tag
from articles.models.tag import tags_for
from relays import baton
from relays.models import Contributor
from tests.factories import (
    begin_leg,
    fresh,
    leg_states,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_leg_article,
    make_news,
    make_relay,
    make_superuser,
    make_theme,
    publish,
    put,
    steps,
    write,
)
from tests.forms import buttons_of, fields_of
from tests.test_admin import PEOPLE, add_url, change_url, list_url, log_in

pytestmark = pytest.mark.django_db

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NEXT_YEAR = timezone.now().year + 1


def open_form(client, article):
    return fields_of(client.get(change_url(article)), "article_form")


def save(client, article, typed, *, step="_continue"):
    return client.post(change_url(article), typed | {step: "x"})


def errors_of(response):
    return {
        name: [str(error) for error in errors]
        for name, errors in response.context["adminform"].form.errors.items()
    }


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


def theirs(article):
    """Somebody else saves other words meanwhile."""
    return write(fresh(article), title="Deres", body="<p>Deres ord.</p>")


# Writing ---------------------------------------------------------------------------------------


def test_an_article_is_edited_in_its_draft():
    editor = make_editor()
    client = log_in(editor)
    article = make_leg_article(title="Før")

    typed = open_form(client, article)
    response = save(client, article, typed | {"title": "Efter", "standfirst": "Kort sagt."})

    draft = fresh(article).draft
    assert response.status_code == 302
    assert (draft.title, draft.standfirst, draft.saved_by) == ("Efter", "Kort sagt.", editor)
    assert draft.version == article.draft.version + 1
    assert not article.revisions.exists()


def test_what_was_saved_is_told_under_its_new_title():
    client = log_in(make_editor())
    article = make_leg_article(title="Før")

    save(client, article, open_form(client, article) | {"title": "Efter"})

    [told] = messages_of(client.get(change_url(article)))
    assert "Efter" in told


def test_a_save_that_changes_nothing_is_none():
    client = log_in(make_editor())
    article = make_leg_article(standfirst="En.\n\nTo.", interests="Ejer en gård.")
    draft = article.draft

    save(client, article, open_form(client, article))

    after = fresh(article).draft
    assert (after.content, after.version) == (draft.content, draft.version)


def test_a_bar_in_the_title_is_a_soft_hyphen():
    client = log_in(make_editor())
    article = make_leg_article()

    save(client, article, open_form(client, article) | {"title": "Vel|færds|samfund"})

    assert fresh(article).draft.title == "Vel\u00adfærds\u00adsamfund"
    assert open_form(client, article)["title"] == "Vel|færds|samfund"
    assert str(fresh(article)) == "Velfærdssamfund"


def test_tags_are_words_between_commas():
    client = log_in(make_editor())
    article = make_leg_article()
    tags_for(["Ældre"])

    save(client, article, open_form(client, article) | {"tags": "ÆLDRE, fælles mad, mad"})

    names = ["Ældre", "fælles mad", "mad"]
    assert sorted(tag.name for tag in article.tags.all()) == sorted(names)
    assert Tag.objects.count() == 3


def test_a_theme_is_moved_with_its_count():
    client = log_in(make_editor())
    old, new = make_theme("Ledelse"), make_theme("Velfærd")
    article = publish(make_news(theme=old))

    save(client, article, open_form(client, article) | {"theme": str(new.pk)})

    counts = [type(theme).objects.get(pk=theme.pk).post_count for theme in (old, new)]
    assert (fresh(article).theme, counts) == (new, [0, 1])


def test_news_is_written_and_published_by_an_editor():
    editor = make_editor()
    client = log_in(editor)
    writer = make_contributor("Åse Holm", sector="")

    typed = fields_of(client.get(add_url(Article)), "article_form")
    assert typed["responsible_editor"] == str(editor.pk)
    news = {
        "title": "Ny stafet på vej",
        "body": "Der kommer en ny.",
        "bylines-TOTAL_FORMS": "1",
        "bylines-0-contributor": str(writer.pk),
        "bylines-0-order": "1",
    }
    response = client.post(add_url(Article), typed | news | {"_continue": "x"})
    article = Article.objects.get()
    assert response.url == change_url(article)

    for step in ("submit", "publish"):
        save(client, article, open_form(client, article), step=f"_step_{step}")

    article = fresh(article)
    assert (article.status, article.slug) == ("live", "ny-stafet-paa-vej")
    assert article.live.body == "<p>Der kommer en ny.</p>"
    assert [str(byline) for byline in article.bylines.all()] == ["Åse Holm"]
    assert article.relay is None


def test_an_article_without_a_word_can_be_begun():
    client = log_in(make_editor())

    typed = fields_of(client.get(add_url(Article)), "article_form")
    client.post(add_url(Article), typed | {"_save": "x"})

    article = Article.objects.get()
    assert (article.status, str(article), article.slug) == ("draft", "(no title yet)", None)
    assert client.get(change_url(article)).status_code == 200
    assert client.get(list_url(Article)).status_code == 200


def test_the_holder_of_the_leg_stays_among_the_writers():
    client = log_in(make_editor())
    article = make_leg_article()

    typed = open_form(client, article) | {"bylines-0-DELETE": "on"}
    response = save(client, article, typed)

    name = article.leg.contributor.name
    sentence = f"{name} has the leg and stays among the writers."
    assert sentence in response.content.decode()
    assert article.bylines.count() == 1


def test_bylines_are_history_once_readers_have_seen_them():
    client = log_in(make_editor())
    article = publish(make_leg_article())
    other = make_contributor()

    typed = open_form(client, article)
    forged = {
        "bylines-TOTAL_FORMS": "2",
        "bylines-INITIAL_FORMS": "1",
        "bylines-0-id": str(article.bylines.get().pk),
        "bylines-0-contributor": str(other.pk),
        "bylines-1-contributor": str(other.pk),
    }
    save(client, article, typed | forged | {"standfirst": "Nyt"})

    assert [byline.contributor for byline in article.bylines.all()] == [article.leg.contributor]


def test_a_published_address_stays_when_the_title_changes():
    client = log_in(make_editor())
    article = publish(make_leg_article(title="Første"))

    typed = open_form(client, article) | {"title": "Anden"}
    save(client, article, typed)
    for step in ("submit", "publish"):
        save(client, article, open_form(client, article), step=f"_step_{step}")

    article = fresh(article)
    assert (article.live.title, article.slug) == ("Anden", "foerste")


# Without a script --------------------------------------------------------------------------------


def test_plain_writing_is_saved_and_opened_again():
    client = log_in(make_editor())
    article = make_leg_article()

    plain = "Første afsnit.\r\n\r\n## Så til sagen\r\n\r\n- en\r\n- to\r\n\r\n**Fed** og *skrå*."
    save(client, article, open_form(client, article) | {"body": plain})

    assert fresh(article).draft.body == (
        "<p>Første afsnit.</p><h2>Så til sagen</h2><ul><li><p>en</p></li><li><p>to</p></li></ul>"
        "<p><strong>Fed</strong> og <em>skrå</em>.</p>"
    )
    assert open_form(client, article)["body"] == plain


def test_text_that_plain_writing_cannot_say_stays_when_it_is_untouched():
    client = log_in(make_editor())
    body = "<p>En<br>to  tre.</p><ol><li><p>a</p><ul><li><p>b</p></li></ul></li></ol>"
    article = make_leg_article(body=body)

    save(client, article, open_form(client, article) | {"title": "Nyt"})

    draft = fresh(article).draft
    assert (draft.title, draft.body) == ("Nyt", body)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<p>Hej<script>alert(1)</script></p>", "<p>Hej</p>"),
        ('<p><a href="javascript:alert(1)">Klik</a></p>', "<p>Klik</p>"),
        ('<p style="color:red" onclick="x()">Hej</p>', "<p>Hej</p>"),
    ],
)
def test_what_the_editor_sends_is_sanitised(sent, stored):
    client = log_in(make_editor())
    article = make_leg_article()

    typed = open_form(client, article) | {"body": sent, "body_format": "html"}
    save(client, article, typed)

    assert fresh(article).draft.body == stored


def test_a_refused_form_keeps_plain_writing():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    plain = "Nye ord.\r\n\r\n## En overskrift"
    typed = open_form(client, article) | {"body": plain, "note": "Se her."}
    response = save(client, article, typed, step="_step_schedule")

    kept = fields_of(response, "article_form")
    assert (kept["body"], kept["note"]) == (plain, "Se her.")


# The steps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_buttons_of_an_article_are_the_steps_that_are_open(status, person):
    user = PEOPLE[person]()
    article = put(make_leg_article(), status)
    open_steps = workflow.steps_open_to(user, article)

    response = log_in(user).get(change_url(article))

    pressable = [name for name in buttons_of(response, "article_form") if "_step_" in name]
    assert pressable == [f"_step_{name}" for name, hindrance in open_steps.items() if not hindrance]


def test_a_step_that_is_hindered_says_why():
    client = log_in(make_editor())
    article = make_leg_article(title="", body="")
    article = write(article, title=" ", body="")

    response = client.get(change_url(article))

    assert "_step_submit" not in buttons_of(response, "article_form")
    assert "The text needs a title." in response.content.decode()


ROAD = [
    ("submit", "draft", "submitted"),
    ("send_back", "submitted", "sent_back"),
    ("approve", "submitted", "approved"),
    ("schedule", "submitted", "scheduled"),
    ("schedule", "approved", "scheduled"),
    ("unschedule", "scheduled", "approved"),
    ("publish", "submitted", "live"),
    ("publish", "scheduled", "live"),
]


@pytest.mark.parametrize(("step", "before", "after"), ROAD)
def test_a_step_is_taken_by_its_button(step, before, after):
    editor = make_editor()
    client = log_in(editor)
    article = put(make_leg_article(), before)
    when = timezone.localtime() + timedelta(days=2)

    typed = {"note": "Se her.", "when": when.strftime("%Y-%m-%dT%H:%M")}
    response = save(client, article, open_form(client, article) | typed, step=f"_step_{step}")

    article = fresh(article)
    move = article.moves.first()
    assert (response.status_code, response.url) == (302, change_url(article))
    assert article.status == after
    assert (move.step, move.by, move.note) == (step, editor, "Se her.")


@pytest.mark.parametrize("step", ["withdraw", "remove", "restore", "discard"])
def test_a_step_of_a_published_article_is_taken_by_its_button(step):
    client = log_in(make_chief_editor())
    article = publish(make_leg_article(title="Læst"))
    if step == "restore":
        save(client, article, open_form(client, article), step="_step_withdraw")
    if step == "discard":
        article = write(article, title="Nyere")

    save(client, article, open_form(client, article), step=f"_step_{step}")

    article = fresh(article)
    withdrawal = {"withdraw": "notice", "remove": "gone"}.get(step, "")
    assert (article.withdrawal, article.status) == (withdrawal, "live")
    assert article.draft.title == "Læst"


def test_a_step_wants_a_token_of_the_page():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    article = put(make_leg_article(), "submitted")
    typed = open_form(client, article)

    refused = save(client, article, typed | {"csrfmiddlewaretoken": "x" * 64}, step="_step_approve")
    taken = save(client, article, typed, step="_step_approve")

    assert [refused.status_code, taken.status_code] == [403, 302]
    assert steps(article) == ["submit", "approve"]


def test_a_step_that_is_not_in_the_table_is_only_a_save():
    client = log_in(make_editor())
    article = make_leg_article()

    save(client, article, open_form(client, article) | {"title": "Nyt"}, step="_step_dance")

    assert fresh(article).draft.title == "Nyt"
    assert steps(article) == []


def test_text_and_step_go_in_one_press():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    typed = open_form(client, article) | {"title": "Rettet"}
    save(client, article, typed, step="_step_approve")

    article = fresh(article)
    assert (article.status, article.approved.title) == ("approved", "Rettet")


def test_an_editor_who_is_not_chief_withdraws_nothing():
    client = log_in(make_editor())
    article = publish(make_leg_article())

    response = save(client, article, open_form(client, article), step="_step_withdraw")

    assert response.status_code == 409
    assert fresh(article).withdrawal == ""


def test_a_second_publication_is_refused_in_words():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Mad"), "submitted")
    typed = open_form(client, article)
    put_live = save(client, article, typed, step="_step_publish")

    response = save(client, article, typed, step="_step_publish")

    assert (put_live.status_code, response.status_code) == (302, 409)
    assert errors_of(response)["__all__"] == ["“Mad” is live by now."]
    assert steps(article) == ["submit", "publish"]


# Steps that are refused ----------------------------------------------------------------------------

NO_SUCH_HOUR = "2027-03-28T02:30"


@pytest.mark.parametrize(
    ("when", "field", "sentence"),
    [
        ("", "__all__", "Say when it is to be published."),
        (
            "2020-01-01T10:00",
            "__all__",
            "That time has passed. Publish now, or choose a later time.",
        ),
        (NO_SUCH_HOUR, "when", "There is no such hour on that day: the clock skips it."),
        ("i morgen", "when", "Enter a valid date/time."),
    ],
)
def test_a_refused_time_changes_nothing_and_keeps_everything_typed(when, field, sentence):
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    before = fresh(article)
    other = make_contributor("Anden Skribent")
    typed = open_form(client, article) | {
        "title": "Mit",
        "standfirst": "Mine ord.",
        "body": "Nyt afsnit.",
        "tags": "mad, kål",
        "note": "Husk billedet.",
        "when": when,
        "bylines-TOTAL_FORMS": "2",
        "bylines-1-contributor": str(other.pk),
        "bylines-1-order": "2",
    }

    response = save(client, article, typed, step="_step_schedule")

    assert any(sentence in error for error in errors_of(response)[field])
    after = fresh(article)
    assert (after.status, after.publish_at) == ("submitted", None)
    assert (after.draft.content, after.draft.version) == (
        before.draft.content,
        before.draft.version,
    )
    assert (after.bylines.count(), after.tags.count(), article.revisions.count()) == (1, 0, 1)
    kept = fields_of(response, "article_form")
    for name in ("title", "standfirst", "body", "tags", "note", "when", "bylines-1-contributor"):
        assert kept[name] == typed[name], name


def test_a_step_that_was_refused_is_taken_once_it_can_be():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")
    typed = open_form(client, article) | {"title": "Mit", "when": ""}
    refused = save(client, article, typed, step="_step_schedule")

    kept = fields_of(refused, "article_form")
    save(client, article, kept | {"when": f"{NEXT_YEAR}-05-01T10:00"}, step="_step_schedule")

    article = fresh(article)
    assert (article.status, article.approved.title) == ("scheduled", "Mit")
    assert article.publish_at == datetime(NEXT_YEAR, 5, 1, 10, tzinfo=COPENHAGEN)


@time_machine.travel("2027-01-15 10:00+01:00")
def test_of_an_hour_that_comes_twice_the_first_is_taken():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    typed = open_form(client, article) | {"when": "2027-10-31T02:30"}
    save(client, article, typed, step="_step_schedule")

    assert fresh(article).publish_at.isoformat() == "2027-10-31T00:30:00+00:00"


def test_a_scheduled_time_stands_in_the_form():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")
    typed = open_form(client, article) | {"when": f"{NEXT_YEAR}-05-01T10:00"}
    save(client, article, typed, step="_step_schedule")

    assert open_form(client, article)["when"] == f"{NEXT_YEAR}-05-01T10:00"


# Four eyes -----------------------------------------------------------------------------------------


def own_text(editor):
    """News whose first author is the editor."""
    writer = Contributor.objects.create(name=editor.name, slug=f"c{editor.pk}", user=editor)
    return put(make_news("Egen", writer=writer), "submitted", by=editor)


def test_an_editor_does_not_approve_a_text_of_her_own():
    editor = make_editor()
    client = log_in(editor)
    article = own_text(editor)

    typed = open_form(client, article) | {"note": "Jeg er alene."}
    response = save(client, article, typed, step="_step_publish")

    assert response.status_code == 409
    assert fresh(article).status == "submitted"


def test_a_chief_editor_alone_gives_a_reason():
    chief = make_chief_editor()
    client = log_in(chief)
    article = own_text(chief)

    response = save(client, article, open_form(client, article), step="_step_publish")
    assert response.status_code == 409
    assert errors_of(response)["__all__"] == [
        "It is your own text. Write in the note why nobody else approves it."
    ]
    assert fresh(article).status == "submitted"

    kept = fields_of(response, "article_form") | {"note": "Alene på vagt."}
    save(client, article, kept, step="_step_publish")
    assert fresh(article).status == "live"
    assert fresh(article).moves.first().note == "Alene på vagt."


# Two who write --------------------------------------------------------------------------------------


def test_two_who_saved_one_text_see_both():
    client = log_in(make_editor())
    article = make_leg_article(title="Før")
    typed = open_form(client, article) | {"title": "Mit", "body": "Mine ord."}
    theirs(article)

    response = save(client, article, typed)

    assert response.status_code == 409
    page = response.content.decode()
    assert response.context["theirs"].title == "Deres"
    assert "<p>Deres ord.</p>" in page
    kept = fields_of(response, "article_form")
    assert (kept["title"], kept["body"]) == ("Mit", "Mine ord.")
    assert fresh(article).draft.title == "Deres"


def test_the_next_save_is_meant():
    client = log_in(make_editor())
    article = make_leg_article(title="Før", standfirst="Før")
    typed = open_form(client, article) | {"title": "Mit", "body": "Mine ord."}
    theirs(article)
    refused = save(client, article, typed)

    response = save(client, article, fields_of(refused, "article_form"))

    draft = fresh(article).draft
    assert response.status_code == 302
    assert (draft.title, draft.body, draft.standfirst) == ("Mit", "<p>Mine ord.</p>", "Før")


def test_the_next_save_does_not_win_over_a_third_person():
    client = log_in(make_editor())
    article = make_leg_article(title="Før")
    typed = open_form(client, article) | {"title": "Mit"}
    theirs(article)
    refused = save(client, article, typed)
    write(fresh(article), title="En tredjes")

    response = save(client, article, fields_of(refused, "article_form"))

    assert response.status_code == 409
    assert fresh(article).draft.title == "En tredjes"


def test_the_untouched_words_of_a_stale_form_are_not_saved():
    client = log_in(make_editor())
    article = make_leg_article(title="Før")
    typed = open_form(client, article) | {"tags": "mad"}
    theirs(article)

    response = save(client, article, typed)

    assert response.status_code == 302
    assert fresh(article).draft.title == "Deres"
    assert [tag.name for tag in article.tags.all()] == ["mad"]


def test_untouched_tags_are_not_taken_off_again():
    client = log_in(make_editor())
    article = make_leg_article()
    article.tags.set(tags_for(["mad"]))
    typed = open_form(client, article) | {"title": "Mit"}
    article.tags.add(*tags_for(["kål", "fælles mad"]))

    save(client, article, typed)

    assert sorted(tag.name for tag in article.tags.all()) == ["fælles mad", "kål", "mad"]
    assert fresh(article).draft.title == "Mit"


def test_tags_touched_by_two_show_both():
    client = log_in(make_editor())
    article = make_leg_article()
    typed = open_form(client, article) | {"tags": "mad"}
    article.tags.set(tags_for(["kål", "fælles mad"]))

    response = save(client, article, typed)
    assert response.status_code == 409
    assert errors_of(response) == {
        "tags": ["Changed by somebody else since you opened this: fælles mad, kål"]
    }
    assert sorted(tag.name for tag in article.tags.all()) == ["fælles mad", "kål"]

    save(client, article, fields_of(response, "article_form"))
    assert [tag.name for tag in article.tags.all()] == ["mad"]


def test_a_theme_touched_by_two_shows_both():
    client = log_in(make_editor())
    article, mine, other = make_leg_article(), make_theme("Ledelse"), make_theme("Velfærd")
    typed = open_form(client, article) | {"theme": str(mine.pk)}
    workflow.change_theme(article, other)

    response = save(client, article, typed)

    assert response.status_code == 409
    assert fresh(article).theme == other


def test_the_order_of_writers_is_not_undone_by_an_old_tab():
    client = log_in(make_editor())
    article = make_news()
    second = article.bylines.create(contributor=make_contributor(), order=2)
    typed = open_form(client, article) | {"title": "Mit"}
    article.bylines.filter(pk=second.pk).update(order=7)

    save(client, article, typed)

    second.refresh_from_db()
    assert (fresh(article).draft.title, second.order) == ("Mit", 7)


def test_a_writer_taken_off_by_somebody_else_loses_no_text():
    client = log_in(make_editor())
    article = make_news()
    second = article.bylines.create(contributor=make_contributor(), order=2)
    typed = open_form(client, article) | {"title": "Mit"}
    second.delete()

    response = save(client, article, typed)

    assert response.status_code in (200, 409)
    assert fields_of(response, "article_form")["title"] == "Mit"
    assert article.bylines.count() == 1


def test_a_publication_between_loading_and_saving_is_not_undone():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    typed = open_form(client, article) | {"tags": "mad"}
    publish_meanwhile = put_on(article, "publish")

    response = save(client, article, typed)

    after = fresh(article)
    assert response.status_code == 302
    assert (after.status, after.live, after.published_at, after.slug) == (
        "live",
        publish_meanwhile.live,
        publish_meanwhile.published_at,
        publish_meanwhile.slug,
    )
    assert leg_states(article.relay) == ["finished"]


def put_on(article, step):
    """Somebody else takes a step meanwhile."""
    article = fresh(article)
    version = article.draft.version
    workflow.take_step(article, step, by=make_chief_editor(), version=version, note="n")
    return fresh(article)


def test_a_stale_text_is_not_approved():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    typed = open_form(client, article)
    theirs(article)

    response = save(client, article, typed, step="_step_approve")

    assert response.status_code == 409
    assert errors_of(response)["__all__"] == [
        "There is a newer text than the one on your screen. Read it first."
    ]
    assert fresh(article).status == "submitted"


def test_a_stale_text_is_not_approved_by_pressing_twice():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    typed = open_form(client, article)
    theirs(article)
    refused = save(client, article, typed, step="_step_approve")

    response = save(client, article, fields_of(refused, "article_form"), step="_step_approve")

    assert response.status_code == 409
    assert fresh(article).status == "submitted"


def test_own_words_over_a_stale_text_are_not_approved_unseen():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    typed = open_form(client, article) | {"standfirst": "Mit"}
    theirs(article)

    response = save(client, article, typed, step="_step_approve")

    assert response.status_code == 409
    assert response.context["theirs"].title == "Deres"
    assert fresh(article).status == "submitted"


# Approved texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["approved", "scheduled"])
def test_an_approved_text_is_changed_by_saying_so(status):
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), status)
    typed = open_form(client, article) | {"title": "Efter", "body": "Nyt."}

    refused = save(client, article, typed)
    assert set(errors_of(refused)) == {"change_approved"}
    assert fields_of(refused, "article_form")["title"] == "Efter"
    assert fresh(article).status == status
    assert fresh(article).draft.title == "Før"

    save(client, article, fields_of(refused, "article_form") | {"change_approved": "on"})
    article = fresh(article)
    assert (article.status, article.approved, article.publish_at) == ("submitted", None, None)
    assert (article.draft.title, article.draft.body) == ("Efter", "<p>Nyt.</p>")


def test_what_is_not_text_is_changed_without_a_tick():
    client = log_in(make_editor())
    article = put(make_leg_article(), "approved")
    theme = make_theme()

    save(client, article, open_form(client, article) | {"theme": str(theme.pk), "tags": "mad"})

    article = fresh(article)
    assert (article.status, article.theme) == ("approved", theme)
    assert article.approved


def test_an_approval_meanwhile_asks_for_the_tick():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Før"), "submitted")
    typed = open_form(client, article) | {"title": "Efter"}
    put_on(article, "approve")

    refused = save(client, article, typed)

    assert set(errors_of(refused)) == {"change_approved"}
    kept = fields_of(refused, "article_form")
    assert kept["title"] == "Efter"
    save(client, article, kept | {"change_approved": "on"})
    assert (fresh(article).status, fresh(article).draft.title) == ("submitted", "Efter")


def test_a_new_draft_changes_nothing_for_readers_until_it_is_published():
    client = log_in(make_editor())
    article = publish(make_leg_article(title="Læst", body="<p>Læste ord.</p>"))
    reader = Client()
    before = reader.get(article.get_absolute_url()).content

    save(client, article, open_form(client, article) | {"title": "Nyt", "body": "Nye ord."})
    assert fresh(article).status == "draft"
    assert reader.get(article.get_absolute_url()).content == before

    save(client, article, open_form(client, article), step="_step_submit")
    assert reader.get(article.get_absolute_url()).content == before

    save(client, article, open_form(client, article), step="_step_publish")
    page = reader.get(article.get_absolute_url()).content.decode()
    assert "Nye ord." in page
    assert "Læste ord." not in page


# Revisions -------------------------------------------------------------------------------------------


def revision_url(article, number):
    return reverse("admin:articles_article_revision", args=[article.pk, number])


def test_going_back_to_a_revision_keeps_the_present_text():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Første"), "sent_back")
    article = write(article, title="Anden")

    opened = client.get(revision_url(article, 1))
    assert "Første" in opened.content.decode()
    assert fresh(article).draft.title == "Anden"
    response = client.post(revision_url(article, 1), fields_of(opened), follow=True)

    assert messages_of(response) == ["The draft is revision 1 again. What it said before is kept."]
    assert fresh(article).draft.title == "Første"
    assert [revision.title for revision in article.revisions.order_by("number")] == [
        "Første",
        "Anden",
        "Første",
    ]


def test_going_back_from_an_approved_text_takes_the_approval_back():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Første"), "sent_back")
    article = put_through(write(article, title="Anden"), "submit", "approve")

    opened = client.get(revision_url(article, 1))
    assert "takes the approval back" in opened.content.decode()
    client.post(revision_url(article, 1), fields_of(opened))

    article = fresh(article)
    assert (article.status, article.approved, article.draft.title) == ("submitted", None, "Første")


def test_going_back_takes_no_approval_back_that_the_page_did_not_know_of():
    client = log_in(make_editor())
    article = put(make_leg_article(title="Første"), "sent_back")
    article = put_on(write(article, title="Anden"), "submit")
    opened = client.get(revision_url(article, 1))
    put_on(article, "approve")

    response = client.post(revision_url(article, 1), fields_of(opened), follow=True)

    article = fresh(article)
    assert (article.status, article.draft.title) == ("approved", "Anden")
    assert "This text is approved." in response.content.decode()
    assert "takes the approval back" in response.content.decode()


def put_through(article, *names):
    for name in names:
        article = put_on(article, name)
    return article


def test_going_back_to_the_text_one_has_is_refused_in_words():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    response = client.post(revision_url(article, 1), follow=True)

    assert messages_of(response) == ["That is the text you have."]
    assert article.revisions.count() == 1


def test_a_revision_that_is_not_there_does_not_exist():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    assert client.get(revision_url(article, 2)).status_code == 404
    assert client.post(revision_url(article, 2)).status_code == 404


def test_going_back_wants_a_token_of_the_page():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    article = write(put(make_leg_article(title="Første"), "sent_back"), title="Anden")

    refused = client.post(revision_url(article, 1))
    client.post(revision_url(article, 1), fields_of(client.get(revision_url(article, 1))))

    assert refused.status_code == 403
    assert fresh(article).draft.title == "Første"


# Articles whose leg was given up -----------------------------------------------------------------------


def homeless(**content):
    article = make_leg_article(**content)
    baton.abandon(article.leg, by=None)
    return fresh(article)


def move_url(article):
    return reverse("admin:articles_article_move", args=[article.pk])


def move_form(client, article):
    return fields_of(client.get(change_url(article)), "move_form")


def test_an_article_without_a_leg_of_its_own_becomes_news():
    client = log_in(make_editor())
    article = homeless(title="Forladt")

    client.post(move_url(article), move_form(client, article) | {"leg": ""})

    article = fresh(article)
    assert (article.leg, article.relay, article.draft.title) == (None, None, "Forladt")
    assert steps(article) == ["make_news"]


def test_an_article_without_a_leg_of_its_own_goes_to_another():
    client = log_in(make_editor())
    article = homeless()
    leg = begin_leg(make_relay())

    client.post(move_url(article), move_form(client, article) | {"leg": str(leg.pk)})

    article = fresh(article)
    assert (article.leg, article.relay) == (leg, leg.relay)
    assert leg.contributor in [byline.contributor for byline in article.bylines.all()]


def test_a_leg_with_a_text_takes_no_second_one():
    client = log_in(make_editor())
    article = homeless()
    taken = make_leg_article()

    response = client.post(move_url(article), {"leg": str(taken.leg_id)}, follow=True)

    assert messages_of(response) == ["That leg has a text of its own by now."]
    assert fresh(article).leg == article.leg


def test_an_article_at_home_is_not_moved():
    client = log_in(make_editor())
    article = make_leg_article()

    response = client.post(move_url(article), {"leg": ""}, follow=True)

    assert messages_of(response) == ["Only an article whose leg was given up can be moved."]
    assert fresh(article).leg == article.leg


def test_moving_an_article_wants_a_post_with_a_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_editor())
    article = homeless()

    statuses = [
        client.get(move_url(article)).status_code,
        client.post(move_url(article)).status_code,
    ]
    typed = move_form(client, article)
    client.post(move_url(article), typed)

    assert statuses == [405, 403]
    assert fresh(article).leg is None


@pytest.mark.parametrize("url", [move_url, lambda article: revision_url(article, 1)])
def test_texts_are_for_editors(url):
    article = put(make_leg_article(), "submitted")
    insider = make_superuser()
    insider.is_superuser = False
    insider.save()

    assert log_in(insider).post(url(article)).status_code == 403
    assert log_in(article.leg.contributor.user).post(url(article)).status_code == 302


# What stands where ---------------------------------------------------------------------------------


def test_what_a_step_wants_stands_beside_its_button():
    client = log_in(make_editor())
    article = put(make_leg_article(), "submitted")

    page = client.get(change_url(article)).content.decode()

    places = [
        page.index(f'{mark}"') for mark in ('id="id_title', 'id="bylines-group', 'id="id_note')
    ]
    assert places == sorted(places)
    assert page.count('id="id_note"') == page.count('id="id_when"') == 1


@pytest.mark.parametrize(("status", "offered"), [("draft", True), ("submitted", False)])
def test_deleting_is_offered_only_where_it_can_be(status, offered):
    article = put(make_leg_article(), status)

    page = log_in(make_editor()).get(change_url(article)).content.decode()

    assert ("deletelink" in page) == offered


def test_the_text_is_spell_checked_in_its_own_language():
    article = make_leg_article()
    Article.objects.filter(pk=article.pk).update(language="en")

    page = log_in(make_editor()).get(change_url(article)).content.decode()

    fields = re.findall(r'lang="en"[^>]* id="id_(\w+)"', page)
    assert fields == ["title", "standfirst", "body", "interests", "alt", "caption"]
