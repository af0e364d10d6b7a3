"""The house's checklist: written by chief editors, ticked by editors, and what it closes."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from articles import checklist, showings, workflow
from articles.models import Article, ChecklistItem, Tick
from relays.errors import RuleBroken
from tests.factories import (
    fresh,
    make_chief_editor,
    make_editor,
    make_leg_article,
    make_news,
    make_user,
    put,
    steps,
    write,
)
from tests.forms import fields_of

pytestmark = pytest.mark.django_db

APPROVING = ["approve", "schedule", "publish"]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def make_item(label="Facts are checked", *, is_hard=True, **fields):
    return ChecklistItem.objects.create(label=label, is_hard=is_hard, **fields)


def take(article, step, *, by=None):
    return workflow.take_step(
        article,
        step,
        by=by or make_editor(),
        version=fresh(article).draft.version,
        publish_at=timezone.now() + timedelta(days=1),
    )


def ticks(article):
    return [(tick.item.label, tick.who) for tick in article.ticks.order_by("pk")]


# What it closes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", APPROVING)
def test_no_text_is_passed_on_before_every_hard_item_is_ticked(step):
    article = put(make_leg_article(), "submitted")
    facts, alt = make_item(), make_item("The law is kept")
    checklist.tick(article, facts, by=make_editor())

    with pytest.raises(RuleBroken, match=r"^Not ticked yet: The law is kept\.$"):
        take(article, step)
    assert fresh(article).status == "submitted"

    checklist.tick(article, alt, by=make_editor())
    take(article, step)
    assert fresh(article).status in ("approved", "scheduled", "live")


def test_the_sentence_names_what_is_missing_in_the_order_of_the_list():
    article = put(make_leg_article(), "submitted")
    make_item("Second", position=2)
    make_item("First", position=1)
    make_item("Soft", is_hard=False)
    make_item("Old", is_active=False)

    hindrances = workflow.steps_open_to(make_editor(), article)

    assert {step: hindrances[step] for step in APPROVING} == dict.fromkeys(
        APPROVING, "Not ticked yet: First, Second."
    )
    assert hindrances["send_back"] == ""


def test_soft_items_and_items_out_of_use_close_nothing():
    article = put(make_leg_article(), "submitted")
    make_item(is_hard=False)
    make_item("Old", is_active=False)

    assert take(article, "publish").status == "live"


def test_a_tick_on_one_article_opens_no_other():
    item, ticked, other = make_item(), make_news(), make_news()
    checklist.tick(ticked, item, by=make_editor())
    put(ticked, "live")

    with pytest.raises(RuleBroken, match="Not ticked yet"):
        put(other, "live")


@pytest.mark.parametrize(
    ("status", "step"),
    [("approved", "schedule"), ("approved", "publish"), ("scheduled", "publish")],
)
def test_what_is_approved_stays_so_when_the_list_grows(status, step):
    article = put(make_news(), status)
    make_item()

    assert take(article, step).status in ("scheduled", "live")


def test_the_clock_publishes_what_was_approved_before_the_list_grew():
    article = put(make_news(), "scheduled")
    make_item()

    Article.objects.update(publish_at=timezone.now())

    assert workflow.publish_due() == ([article], [])


def test_submitting_asks_for_no_tick():
    make_item()

    assert put(make_leg_article(), "submitted").status == "submitted"


# Ticking -----------------------------------------------------------------------------------------


def test_a_tick_says_who_and_when():
    article, item, editor = make_news(), make_item(), make_editor()

    checklist.tick(article, item, by=editor)

    tick = Tick.objects.get()
    assert (tick.article, tick.item, tick.by, tick.remark) == (article, item, editor, None)
    assert article.moves.values_list("step", "by", "note").get() == (
        "tick",
        editor.pk,
        "Facts are checked",
    )


def test_who_ticked_first_stands_there():
    article, item = make_news(), make_item()

    checklist.tick(article, item, by=make_editor("Vibeke"))
    checklist.tick(article, item, by=make_editor("Mads"))

    assert ticks(article) == [("Facts are checked", "Vibeke")]
    assert steps(article) == ["tick"]


def test_a_tick_that_is_taken_off_stays_in_the_history():
    article, item = make_news(), make_item()
    first, second = make_editor("Vibeke"), make_editor("Mads")
    checklist.tick(article, item, by=first)

    for _each in range(2):
        checklist.untick(article, item, by=second)

    assert ticks(article) == []
    assert list(article.moves.order_by("pk").values_list("step", "by")) == [
        ("tick", first.pk),
        ("untick", second.pk),
    ]


def test_a_writer_ticks_nothing():
    article, item = make_leg_article(), make_item()
    writer = article.leg.contributor.user

    for act in (checklist.tick, checklist.untick):
        with pytest.raises(RuleBroken, match="the editors’"):
            act(article, item, by=writer)

    assert ticks(article) == []


# What an editor sees -----------------------------------------------------------------------------


def lines(article):
    return [
        (line.item.label, line.tick and line.tick.who, line.is_stale)
        for line in checklist.lines(fresh(article))
    ]


def test_the_list_stands_in_its_order_with_who_ticked():
    article = make_news()
    facts, law = make_item(position=2), make_item("The law is kept", position=1)
    make_item("Old", is_active=False)
    checklist.tick(article, facts, by=make_editor("Vibeke"))

    assert lines(article) == [
        ("The law is kept", None, False),
        ("Facts are checked", "Vibeke", False),
    ]
    assert law.ticks.count() == 0


def test_a_tick_is_stale_when_the_text_has_changed_since():
    article, item = make_news(), make_item()
    checklist.tick(article, item, by=make_editor("Vibeke"))

    write(fresh(article), title="Rewritten")

    assert lines(article) == [("Facts are checked", "Vibeke", True)]


def test_the_tick_of_a_colleague_is_about_the_text_that_they_were_shown():
    article, item, editor = make_news(), make_item(), make_editor()
    showing, _address = showings.show(article, name="Jura", by=editor, item=item)
    write(fresh(article), title="Rewritten")

    showings.remark(showing, name="Jura Jensen")

    assert lines(article) == [("Facts are checked", "Jura Jensen", True)]


def log_in(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def page_of(article, user=None):
    client = log_in(user or make_editor())
    return client.get(f"/admin/articles/article/{article.pk}/review/").content.decode()


def press(client, article, item, button="tick", **said):
    said = {button: item.pk, **said}
    return client.post(f"/admin/articles/article/{article.pk}/checklist/", said)


def test_an_editor_ticks_and_unticks_beside_the_article():
    article, item = make_news(), make_item()
    client = log_in(make_editor("Vibeke"))

    response = press(client, article, item)
    assert response.url == f"/admin/articles/article/{article.pk}/showings/"
    assert ticks(article) == [("Facts are checked", "Vibeke")]

    press(client, article, item, "untick")
    assert ticks(article) == []


def test_a_tick_in_the_review_keeps_what_was_typed_beside_it():
    article, item = put(make_leg_article(), "submitted"), make_item()
    client = log_in(make_editor("Vibeke"))
    address = f"/admin/articles/article/{article.pk}/review/"
    sent = fields_of(client.get(address)) | {"note_0": "Hvem siger det?", "tick": item.pk}

    response = client.post(address, sent)

    assert response.url == address
    assert ticks(article) == [("Facts are checked", "Vibeke")]
    assert [note.words for note in article.notes.all()] == ["Hvem siger det?"]


def test_what_is_not_on_the_list_any_more_is_ticked_nowhere():
    article, item = put(make_leg_article(), "submitted"), make_item()
    client = log_in(make_editor())
    sent = fields_of(client.get(f"/admin/articles/article/{article.pk}/review/"))
    ChecklistItem.objects.update(is_active=False)

    review = client.post(f"/admin/articles/article/{article.pk}/review/", sent | {"tick": item.pk})
    tab = press(client, article, item)

    assert review.status_code == 409
    assert "not on the list any more" in review.content.decode()
    assert "not on the list any more" in client.get(tab.url).content.decode()
    assert ticks(article) == []


def test_two_editors_who_press_tick_at_the_same_list_mean_the_same():
    article, item = make_news(), make_item()

    for name in ("Vibeke", "Mads"):
        press(log_in(make_editor(name)), article, item)

    assert ticks(article) == [("Facts are checked", "Vibeke")]


def test_ticking_saves_nothing_of_the_text():
    article, item = make_news(title="As it was"), make_item()

    press(log_in(make_editor()), article, item, title="Something else")

    assert fresh(article).draft.content == article.draft.content


def test_the_page_says_what_is_missing_and_who_did_the_rest():
    article = put(make_leg_article(), "submitted")
    done, _missing = make_item(), make_item("The law is kept")
    checklist.tick(article, done, by=make_editor("Vibeke"))

    page = page_of(article)

    assert "Ticked by Vibeke" in page
    assert "must be done before approval" in page
    assert "Approve: Not ticked yet: The law is kept." in page
    assert re.search(r'value="approve"[^>]* disabled', page)


def test_without_a_list_the_page_speaks_of_none():
    assert "h-checklist" not in page_of(put(make_leg_article(), "submitted"))


@pytest.mark.parametrize("number", [1, 12])
def test_a_long_list_costs_no_more_questions(number, django_assert_num_queries):
    article, editor = make_news(), make_editor()
    client = log_in(editor)
    for each in range(number):
        item = make_item(f"Item {each}")
        showing, _address = showings.show(article, name=f"Reader {each}", by=editor, item=item)
        showings.remark(showing, name="Jura Jensen")
    address = f"/admin/articles/article/{article.pk}/showings/"

    with django_assert_num_queries(10):
        client.get(address)


# The list itself ---------------------------------------------------------------------------------


def test_a_chief_editor_writes_the_list():
    client = log_in(make_chief_editor())

    client.post(
        "/admin/articles/checklistitem/add/",
        {"label": "Alt text", "is_hard": "on", "position": "3", "is_active": "on"},
    )

    item = ChecklistItem.objects.get()
    assert (item.label, item.is_hard, item.position, item.is_active) == ("Alt text", True, 3, True)


def test_an_editor_does_not_write_the_list():
    client, item = log_in(make_editor()), make_item()

    for page in ("", "add/", f"{item.pk}/change/", f"{item.pk}/delete/"):
        assert client.get(f"/admin/articles/checklistitem/{page}").status_code == 403
    assert "checklistitem" not in client.get("/admin/").content.decode()


def test_an_item_that_was_ticked_is_put_out_of_use_instead_of_deleted():
    ticked, unticked = make_item(), make_item("Never ticked")
    checklist.tick(make_news(), ticked, by=make_editor())
    client = log_in(make_chief_editor())

    for item in (ticked, unticked):
        client.post(f"/admin/articles/checklistitem/{item.pk}/delete/", {"post": "yes"})

    assert list(ChecklistItem.objects.all()) == [ticked]


def test_somebody_of_no_newsroom_ticks_nothing():
    article, item = make_news(), make_item()

    response = press(log_in(make_user()), article, item)

    assert response.url.startswith("/admin/login/")
    assert ticks(article) == []
