"""The contributor's pages: the invitation, each answer, my turn, the next one, the text."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from icalendar import Calendar

from articles.models import Article, Revision
from relays import baton, outbox
from relays.models import Contributor, HandoffState, Link, Shape
from tests.factories import (
    BODY,
    begin_leg,
    fresh,
    handoff_states,
    leg_states,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_picture,
    make_relay,
    moves,
    publish_leg,
    put,
    reload,
)
from tests.forms import fields_of
from tests.test_permissions import all_rows

pytestmark = pytest.mark.django_db

MONDAY = "2027-02-01T10:00:00Z"


class Visit:
    """Somebody who came by the link of their letter."""

    def __init__(self, handoff):
        self.handoff, self.client = handoff, Client()
        self.client.get(reverse("relays:link", args=[Link.make(handoff)]))

    def get(self, name="turn"):
        return self.client.get(self._address(name))

    def post(self, name, **form):
        return self.client.post(self._address(name), form)

    def answer(self, answer, **form):
        return self.post("create-answer", answer=answer, **form)

    def text(self, name="turn"):
        response = self.get(name)
        assert response.status_code == 200
        return response.content.decode()

    def _address(self, name):
        return reverse(f"portal:{name}", args=[self.handoff.pk])


def english_relay(**fields):
    return make_relay(language="en", **fields)


def asked(**fields):
    return make_handoff(english_relay(**fields), offered=True)


def holder(**fields):
    return begin_leg(english_relay(**fields)).handoff


def h1_of(html):
    assert html.count("<h1>") == 1
    return html.partition("<h1>")[2].partition("</h1>")[0]


def told_wrong(html):
    """The headings of what is wrong with a form."""
    boxes = html.split('class="note errs"')[1:]
    return [box.partition('<h2 class="h3">')[2].partition("</h2>")[0] for box in boxes]


def primary_buttons(html):
    return html.count('class="btn"')


def in_days(count):
    return (timezone.localdate() + timedelta(days=count)).isoformat()


# The invitation --------------------------------------------------------------------------------


@time_machine.travel(MONDAY, tick=False)
def test_who_is_asked_to_begin_reads_what_is_asked_and_by_when():
    html = Visit(asked(title="What belongs on the plate?", answer_days=5, write_days=14)).text()

    assert (
        h1_of(html) == "Skribent, we would like you to begin"
        or "we would like you to begin" in html
    )
    assert "What belongs on the plate?" in html
    assert "400–700 words" in html
    assert 'datetime="2027-02-08"' in html  # the answer
    assert 'datetime="2027-02-15"' in html  # the text
    assert primary_buttons(html) == 1


def test_who_is_asked_by_a_writer_reads_their_words():
    relay = english_relay(running=True)
    handoff = make_handoff(relay, offered=True, message="Because you <know> it.")

    html = Visit(handoff).text()

    giver = relay.baton.leg.contributor
    assert f"{giver.name} would like to pass it to you" in html
    assert "Because you &lt;know&gt; it." in html
    assert "will you take the baton?" in h1_of(html)


def test_the_invitation_leads_to_the_last_three_posts():
    relay = english_relay()
    for number in range(4):
        publish_leg(relay, title=f"Post {number}")

    html = Visit(make_handoff(relay, offered=True)).text()

    assert [f"Post {number}" in html for number in range(4)] == [False, True, True, True]


def test_the_pages_speak_the_language_of_the_relay():
    with translation.override("en"):
        html = Visit(make_handoff(make_relay(language="da"), offered=True)).text()

    assert '<html lang="da">' in html


# Answers ---------------------------------------------------------------------------------------


def test_a_yes_begins_the_leg_and_shows_how_we_present_you():
    handoff = asked()
    visit = Visit(handoff)

    visit.answer("yes")

    html = visit.text()
    assert leg_states(handoff.relay) == ["running"]
    assert h1_of(html) == "You have the baton"
    assert "This is how we present you" in html
    assert handoff.relay.moves.get(verb="accept").by == handoff.receiver.user


def test_a_yes_to_a_baton_that_somebody_still_has_waits():
    handoff = make_handoff(english_relay(running=True), offered=True)
    visit = Visit(handoff)

    visit.answer("yes")

    assert h1_of(visit.text()) == "Thank you. You have the baton soon."


def test_not_now_says_when_to_ask_again():
    handoff = asked()
    visit = Visit(handoff)
    day = timezone.localdate() + timedelta(days=60)

    visit.answer("not_now", ask_again_after=day.isoformat())

    handoff.refresh_from_db()
    assert (handoff.state, handoff.ask_again_after) == ("declined", day)
    assert "We may ask you again after" in visit.text()


@pytest.mark.parametrize("day", ["", "yesterday", "2020-01-01"])
def test_not_now_needs_a_day_to_come(day):
    handoff = asked()
    visit, before = Visit(handoff), all_rows()

    response = visit.answer("not_now", ask_again_after=day)

    assert response.status_code == 422
    assert response.context["answer_form"].errors.keys() == {"ask_again_after"}
    assert response.content.decode().count("One thing is missing") == 1
    assert all_rows() == before


def test_a_no_keeps_its_reason_and_words():
    handoff = asked()

    Visit(handoff).answer("no", reason="time", words="Maybe <later>.")

    handoff.refresh_from_db()
    assert (handoff.state, handoff.reason) == (
        "declined",
        "I do not have the time: Maybe <later>.",
    )


def test_a_no_needs_no_reason_and_ends_in_thanks():
    relay = english_relay(running=True)
    visit = Visit(make_handoff(relay, offered=True))

    visit.answer("no")

    html = visit.text()
    assert h1_of(html) == "Thank you for your answer"
    assert f"let {relay.baton.leg.contributor.first_name} know" in html


def test_somebody_else_instead_is_a_no_and_a_nomination():
    handoff = asked()
    visit = Visit(handoff)
    person = {"instead-name": "Lone Tranekær", "instead-sector": "public", "instead-email": ""}

    visit.answer("instead", **person)

    assert handoff_states(handoff.relay) == ["declined", "nominated"]
    named = handoff.relay.handoffs.nominated().get()
    assert (named.receiver.name, named.proposed_by) == ("Lone Tranekær", handoff.receiver.user)


def test_somebody_else_needs_a_name_and_what_was_typed_stays():
    handoff = asked()
    person = {"instead-name": "", "instead-organisation": "Skovby Kommune"}

    response = Visit(handoff).answer("instead", **person)

    assert response.status_code == 422
    assert 'value="Skovby Kommune"' in response.content.decode()
    handoff.refresh_from_db()
    assert handoff.state == "offered"


def test_not_me_closes_the_link():
    handoff = asked()
    visit = Visit(handoff)

    response = visit.answer("not_me")

    assert response.url == reverse("portal:not-me")
    assert visit.client.get(response.url).status_code == 200
    handoff.refresh_from_db()
    assert handoff.state == "declined"
    assert visit.get().status_code == 404


def test_an_answer_can_be_changed_until_somebody_else_is_asked():
    handoff = asked()
    visit = Visit(handoff)
    visit.answer("no")

    visit.answer("yes")

    assert handoff_states(handoff.relay) == ["taken"]
    assert moves(handoff.relay)[-3:] == ["decline", "accept", "take"]


def test_a_late_yes_counts():
    handoff = asked()
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        baton.lapse(handoff)
        visit = Visit(handoff)
        assert h1_of(visit.text()) == "The date to answer by has passed"
        assert "A yes still counts" in visit.text()
        visit.answer("yes")

    assert leg_states(handoff.relay) == ["running"]


def test_a_yes_is_refused_in_words_once_somebody_else_is_asked():
    handoff = asked()
    visit = Visit(handoff)
    visit.answer("no")
    other = make_handoff(reload(handoff.relay), offered=True)
    before = all_rows()

    visit.answer("yes")

    assert f"{other.receiver} is asked by now." in visit.text()
    assert all_rows() == before


def test_an_answer_we_do_not_know_changes_nothing():
    handoff = asked()
    visit, before = Visit(handoff), all_rows()

    assert visit.answer("perhaps").status_code == 422

    assert all_rows() == before


# How we present you ----------------------------------------------------------------------------


def test_a_presentation_is_corrected_by_its_person():
    handoff = holder()
    visit = Visit(handoff)
    correct = {"you-name": "Jonas Hedelund", "you-job_title": "chef", "you-organisation": "Mad A/S"}

    visit.post("presentation", **correct)

    person = Contributor.objects.get(pk=handoff.receiver_id)
    assert (person.name, person.presentation) == ("Jonas Hedelund", "chef, Mad A/S")
    assert "Jonas Hedelund, chef, Mad A/S" in visit.text()


def test_a_page_from_before_a_correction_does_not_undo_it():
    handoff = holder()
    visit = Visit(handoff)
    opened = fields_of(visit.get("text"), "text_form")
    Contributor.objects.filter(pk=handoff.receiver_id).update(
        job_title="chef", portrait=make_picture(Shape.SQUARE)
    )

    visit.post("text", **opened | {"title": "T", "you-phone": "12 34 56 78"})

    person = Contributor.objects.get(pk=handoff.receiver_id)
    assert (person.job_title, person.phone) == ("chef", "12 34 56 78")
    assert person.portrait is not None


@pytest.mark.parametrize("button", ["", "_submit", "_preview", "_show", "_name"])
def test_a_presentation_corrected_beside_the_text_comes_along_with_every_button(button):
    handoff = holder()
    visit = Visit(handoff)
    words = fields_of(visit.get("text"), "text_form") | {"you-job_title": "Head of kitchens"}

    response = visit.post("text", **words | {"title": "T", "body": "Text.", button: ""})

    assert response.status_code == 302
    assert Contributor.objects.get(pk=handoff.receiver_id).job_title == "Head of kitchens"
    assert Article.objects.get().draft.title == "T"


@pytest.mark.parametrize(("button", "page"), [("", "text"), ("_name", "text"), ("_submit", "turn")])
def test_a_presentation_that_is_refused_holds_no_text_up_and_stays_in_its_fields(button, page):
    handoff = holder()
    visit = Visit(handoff)
    half = {"you-name": "", "you-job_title": "Head of kitchens"}
    words = fields_of(visit.get("text"), "text_form") | half

    response = visit.post("text", **words | {"title": "T", "body": "Text.", button: ""})

    assert response.status_code == 422
    assert response.templates[0].name == f"portal/{page}.html"
    assert fields_of(response)["you-job_title"] == "Head of kitchens"
    assert Contributor.objects.get(pk=handoff.receiver_id).job_title == ""
    assert Article.objects.get().draft.title == "T"


def test_a_presentation_needs_a_name():
    handoff = holder()
    visit, before = Visit(handoff), all_rows()

    form = {"you-name": "", "you-organisation": "Mad A/S"}
    response = visit.post("presentation", **form)

    assert response.status_code == 422
    assert 'value="Mad A/S"' in response.content.decode()
    assert all_rows() == before


# Dates -----------------------------------------------------------------------------------------


def test_both_dates_for_the_calendar_without_a_link():
    handoff = holder(title="What belongs on the plate?")

    response = Visit(handoff).get("calendar")

    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(response.content).walk("VEVENT")
    leg = handoff.leg
    assert [event.decoded("dtstart") for event in events] == [leg.due, leg.expected]
    assert len({event["uid"] for event in events}) == 2
    assert b"http" not in response.content
    assert handoff.receiver.email.encode() not in response.content


def test_there_is_no_calendar_before_there_are_dates():
    assert Visit(asked()).get("calendar").status_code == 404


@time_machine.travel(MONDAY, tick=False)
def test_a_week_is_the_writers_to_take():
    handoff = holder(write_days=2)

    Visit(handoff).post("date", due="2027-02-08", words="Influenza.")

    handoff.leg.refresh_from_db()
    assert handoff.leg.due == date(2027, 2, 8)
    move = handoff.relay.moves.get(verb="extend")
    assert (move.by, move.note) == (handoff.receiver.user, "Influenza.")


@time_machine.travel(MONDAY, tick=False)
def test_more_than_a_week_is_asked_for():
    relay = english_relay(write_days=2)
    relay.editors.add(make_editor())
    handoff = begin_leg(relay).handoff
    visit = Visit(handoff)

    visit.post("date", due="2027-02-09")

    handoff.leg.refresh_from_db()
    assert (handoff.leg.due, handoff.leg.wanted_due) == (date(2027, 2, 3), date(2027, 2, 9))
    assert "You have asked for" in visit.text()
    assert relay.letters.filter(kind="editor_asked_for_time").count() == 1


@pytest.mark.parametrize("day", ["", "soon"])
def test_a_new_date_is_a_date(day):
    response = Visit(holder()).post("date", due=day, words="Influenza.")

    assert response.status_code == 422
    assert "Influenza." in response.content.decode()


def test_a_day_that_has_passed_is_refused_in_words():
    handoff = holder()
    visit = Visit(handoff)

    visit.post("date", due=in_days(0))

    assert "Choose a day that is still to come." in visit.text()
    assert "extend" not in moves(handoff.relay)


@pytest.mark.parametrize(("name", "form"), [("date", {"due": "2099-01-05"}), ("hand-back", {})])
def test_a_turn_that_has_not_begun_has_no_date_and_nothing_to_hand_back(name, form):
    handoff = make_handoff(make_relay(running=True), accepted=True)
    visit, before = Visit(handoff), all_rows()

    assert visit.post(name, **form).status_code == 404

    assert all_rows() == before


def test_handing_back_frees_the_baton_and_keeps_the_text():
    handoff = holder()
    article = make_leg_article(handoff.leg, title="Half a thought")
    visit = Visit(handoff)

    visit.post("hand-back", note="I moved.")

    assert reload(handoff.relay).baton.place == "not_started"
    assert handoff.relay.moves.get(verb="abandon").note == "I moved."
    assert fresh(article).draft.title == "Half a thought"
    assert h1_of(visit.text()) == "The baton is back with the editors"
    assert "Half a thought" not in visit.text("text")
    before = all_rows()
    visit.post("text", title="Another", version=str(fresh(article).draft.version))
    assert all_rows() == before


# The next one ----------------------------------------------------------------------------------


def name_next(visit, name="Lone Tranekær", **words):
    person = {"name": name, "sector": "private", "message": "Because she knows.", **words}
    return visit.post("create-nomination", **{f"next-{key}": each for key, each in person.items()})


def test_the_holder_names_who_comes_next_without_an_address():
    handoff = holder()
    visit = Visit(handoff)

    response = name_next(visit)

    assert response.status_code == 302
    named = handoff.relay.handoffs.nominated().get()
    assert (named.receiver.name, named.receiver.email, named.giver) == (
        "Lone Tranekær",
        None,
        handoff.leg,
    )
    assert named.message == "Because she knows."
    assert "Lone Tranekær" in visit.text()
    assert named.receiver.user is None


def test_the_same_name_sent_twice_is_named_once():
    handoff = holder()
    visit = Visit(handoff)

    name_next(visit)
    response = name_next(visit)

    assert response.status_code == 302
    assert handoff_states(handoff.relay) == ["taken", "nominated"]


LONE = {"next-name": "Lone Tranekær", "next-message": "Because she knows."}


@pytest.mark.parametrize("button", ["", "_submit", "_preview", "_show", "_name"])
def test_whoever_is_named_beside_the_text_comes_along_with_every_button(button):
    handoff = holder()
    visit = Visit(handoff)
    words = fields_of(visit.get("text"), "text_form") | LONE

    response = visit.post("text", **words | {"title": "T", "body": "Text.", button: ""})

    assert response.status_code == 302
    assert handoff.relay.handoffs.nominated().get().message == "Because she knows."
    assert Article.objects.get().draft.title == "T"


def test_a_text_is_sent_with_half_an_address_which_stays_in_its_field():
    handoff = holder()
    visit = Visit(handoff)
    half = LONE | {"next-email": "lone@"}

    response = visit.post("text", title="T", body="<p>T.</p>", version="1", _submit="", **half)

    html = response.content.decode()
    assert h1_of(html) == "Your text is with the editors"
    assert 'value="lone@"' in html
    assert "Because she knows." in html
    assert not handoff.relay.handoffs.nominated().exists()


@pytest.mark.parametrize("button", ["_preview", "_name", ""])
def test_a_text_is_saved_whoever_cannot_be_named_beside_it(button):
    handoff = holder()
    visit = Visit(handoff)
    half = {"next-message": "Because somebody has to.", button: ""}

    response = visit.post("text", title="T", body="<p>T.</p>", version="1", **half)

    again = fields_of(response, "text_form")
    assert response.status_code == 422
    assert (again["title"], again["next-message"]) == ("T", "Because somebody has to.")
    assert Article.objects.get().draft.title == "T"


def test_no_field_of_a_text_is_cut_off_by_the_browser():
    visit = Visit(holder())

    form, _name, _rest = visit.text("text").partition('id="h-next"')

    assert 'name="title"' in form
    assert "maxlength" not in form


def test_a_text_that_cannot_be_saved_holds_nobody_up():
    handoff = holder()
    visit = Visit(handoff)

    response = visit.post("text", title="T" * 201, version="1", **LONE)

    assert response.status_code == 422
    assert "T" * 201 in response.content.decode()
    assert handoff.relay.handoffs.nominated().exists()


def test_three_can_be_named_and_a_fourth_is_refused_in_words():
    handoff = holder()
    visit = Visit(handoff)
    for name in ("A", "B", "C"):
        name_next(visit, name)

    response = name_next(visit, "D")

    assert response.status_code == 409
    assert "three nominations already" in response.content.decode()
    assert 'value="D"' in response.content.decode()
    assert "Name somebody" not in visit.text()
    assert [each.receiver.name for each in handoff.relay.handoffs.nominated()] == ["A", "B", "C"]
    assert not Contributor.objects.filter(name="D").exists()


def test_the_sector_rule_answers_in_words_and_what_was_typed_stays():
    handoff = holder(alternation="strict")

    response = name_next(Visit(handoff), sector="public", organisation="Skovby")

    html = response.content.decode()
    assert response.status_code == 409
    assert "must come from the other sector" in html
    assert told_wrong(html) == ["That did not go through"]
    assert 'value="Skovby"' in html
    assert "Because she knows." in html


def test_where_a_sector_is_preferred_the_writers_words_are_the_reason():
    handoff = holder(alternation="preferred")

    name_next(Visit(handoff), sector="public")

    named = handoff.relay.handoffs.nominated().get()
    assert named.override_reason == "Because she knows."


def test_who_was_only_asked_names_nobody():
    handoff = asked()
    visit, before = Visit(handoff), all_rows()

    assert name_next(visit).status_code in (404, 409)

    assert all_rows() == before


# Letters ---------------------------------------------------------------------------------------


def test_every_letter_that_was_sent_to_me_is_listed_and_nobody_elses():
    relay = english_relay()
    relay.editors.add(make_editor())
    handoff = make_handoff(relay, offered=True)
    visit = Visit(handoff)
    visit.answer("yes")
    before_sending = visit.text()
    outbox.send_due()

    html = visit.text()

    assert "Letters we have sent you" not in before_sending
    subjects = [
        letter.subject
        for letter in handoff.letters.filter(contributor=handoff.receiver, state="sent")
    ]
    assert subjects
    assert all(translation_safe(subject) in html for subject in subjects)
    others = [letter.subject for letter in handoff.letters.exclude(contributor=handoff.receiver)]
    assert not any(translation_safe(subject) in html for subject in others)


def translation_safe(words):
    return words.replace("&", "&amp;").replace("'", "&#x27;").replace('"', "&quot;")


# Writing ---------------------------------------------------------------------------------------

TEXT = {"title": "On the plate", "standfirst": "Two lines.", "body": BODY, "interests": "None."}


def written(visit, **words):
    form = fields_of(visit.get("text"))
    return visit.post("text", **form | TEXT | {"body_format": "html"} | words)


def test_a_text_is_saved_by_hand():
    handoff = holder()
    visit = Visit(handoff)

    response = written(visit)

    assert response.url == reverse("portal:text", args=[handoff.pk])
    draft = Article.objects.get(leg=handoff.leg).draft
    assert (draft.title, draft.body, draft.saved_by) == (
        "On the plate",
        BODY,
        handoff.receiver.user,
    )
    assert 'value="On the plate"' in visit.text("text")


def test_a_text_is_written_without_a_script():
    handoff = holder()

    written(Visit(handoff), body="One.\n\n## Two\n\nThree.", body_format="plain")

    body = Article.objects.get(leg=handoff.leg).draft.body
    assert body == "<p>One.</p><h2>Two</h2><p>Three.</p>"


def test_two_who_save_see_both_texts():
    handoff = holder()
    one, two = Visit(handoff), Visit(handoff)
    written(one)
    form = fields_of(two.get("text"))
    written(one, title="Saved first")

    response = two.post("text", **form | TEXT | {"title": "Typed second", "body_format": "html"})

    html = response.content.decode()
    assert response.status_code == 409
    assert told_wrong(html) == ["Your text is not saved yet"]
    assert "Saved first" in html
    assert 'value="Typed second"' in html
    article = Article.objects.get(leg=handoff.leg)
    assert article.draft.title == "Saved first"
    again = fields_of(response)
    assert two.post("text", **again).status_code == 302
    article.draft.refresh_from_db()
    assert article.draft.title == "Typed second"


def test_everything_typed_survives_an_error():
    visit = Visit(holder())

    response = written(visit, title="T" * 201, body="<p>My own words.</p>")

    html = response.content.decode()
    assert response.status_code == 422
    assert told_wrong(html) == ["Your text is not saved yet"]
    for words in ("T" * 201, "Two lines.", "My own words.", "None."):
        assert words in html
    assert 'aria-invalid="true"' in html


def test_a_preview_shows_the_draft_as_saved():
    handoff = holder()
    visit = Visit(handoff)

    response = written(visit, _preview="1")

    assert response.url == reverse("portal:preview", args=[handoff.pk])
    html = visit.text("preview")
    assert h1_of(html) == "On the plate"
    assert BODY in html


def test_a_text_is_sent_read_and_taken_back():
    handoff = holder()
    visit = Visit(handoff)

    written(visit, _submit="1")
    article = Article.objects.get(leg=handoff.leg)
    assert article.status == "submitted"
    assert h1_of(visit.text()) == "Your text is with the editors"
    html = visit.text("text")
    assert "<textarea" not in html
    assert "Take it back" in html

    visit.post("create-step", step="take_back")
    article.refresh_from_db()
    assert article.status == "draft"
    assert "<textarea" in visit.text("text")


def test_a_text_without_a_title_is_saved_and_not_sent():
    handoff = holder()
    visit = Visit(handoff)

    written(visit, title="", _submit="1")

    article = Article.objects.get(leg=handoff.leg)
    assert (article.status, article.draft.body) == ("draft", BODY)
    assert "The text needs a title." in visit.text("text")


def test_nobody_writes_on_what_the_editors_read():
    handoff = holder()
    visit = Visit(handoff)
    written(visit, _submit="1")
    before = all_rows()

    response = visit.post("text", **TEXT | {"title": "Sneaked in", "version": "2"})

    assert response.status_code == 409
    assert all_rows() == before


@pytest.mark.parametrize("step", ["publish", "approve", "nonsense", ""])
def test_a_writer_takes_the_writers_steps_only(step):
    handoff = holder()
    visit = Visit(handoff)
    written(visit)
    before = all_rows()

    assert visit.post("create-step", step=step).status_code == 404

    assert all_rows() == before


def test_a_name_that_comes_next_never_holds_the_text_up():
    handoff = holder()
    visit = Visit(handoff)

    name_next(visit, email="half an address")
    written(visit, _submit="1")

    assert Article.objects.get(leg=handoff.leg).status == "submitted"


# What now? -------------------------------------------------------------------------------------

STATUSES = ["draft", "submitted", "sent_back", "approved", "scheduled", "live"]
HEADINGS = {
    "offered": "we would like you to begin",
    "declined": "Thank you for your answer",
    "lapsed": "The date to answer by has passed",
    "accepted": "Thank you. You have the baton soon.",
    "taken, no text": "You have the baton",
    "taken, draft": "You have the baton",
    "taken, submitted": "Your text is with the editors",
    "taken, sent_back": "The editors have suggestions for you",
    "taken, approved": "Your text is approved",
    "taken, scheduled": "Your text is approved",
    "taken, live": "Your post is out",
    "taken, live, newer draft": "Your post is out",
    "taken, live, withdrawn": "Your post is not on the site right now",
    "taken, paused": "You have the baton",
    "taken, late": "You have the baton",
    "taken, handed back": "The baton is back with the editors",
}


def handoff_in(situation):
    state, *rest = situation.split(", ")
    if state == "offered":
        return asked()
    if state == "declined":
        return baton.decline(asked(), by=None)
    if state == "lapsed":
        handoff = asked()
        with time_machine.travel(timezone.now() + timedelta(days=60)):
            return baton.lapse(handoff)
    if state == "accepted":
        return make_handoff(english_relay(running=True), accepted=True)
    handoff = holder()
    if rest[0] in STATUSES:
        article = put(make_leg_article(handoff.leg), rest[0])
        if rest[1:] == ["newer draft"]:
            Article.objects.filter(pk=article.pk).update(status="draft")
        if rest[1:] == ["withdrawn"]:
            Article.objects.filter(pk=article.pk).update(withdrawal="notice")
    if rest == ["paused"]:
        baton.pause(handoff.relay, timezone.localdate() + timedelta(days=30), by=None)
    if rest == ["late"]:
        type(handoff.leg).objects.filter(pk=handoff.leg.pk).update(due=date(2020, 1, 6))
    if rest == ["handed back"]:
        baton.abandon(handoff.leg, by=None)
    return handoff


@pytest.mark.parametrize("situation", HEADINGS)
def test_at_every_moment_one_sentence_says_what_now(situation):
    handoff = handoff_in(situation)

    html = Visit(handoff).text()

    assert HEADINGS[situation] in h1_of(html)
    assert primary_buttons(html) <= 1
    assert html.count('aria-current="step"') <= 1


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back", "approved"])
def test_more_time_is_offered_to_whoever_still_writes(status):
    html = Visit(handoff_in(f"taken, {status}")).text()

    assert ("I need more time" in html) == (status in ("draft", "sent_back"))


def test_every_state_with_a_page_is_walked():
    walked = {situation.split(", ")[0] for situation in HEADINGS}

    assert walked == set(HandoffState) - {"nominated", "withdrawn"}
    assert {words.split(", ")[1] for words in HEADINGS if ", " in words} >= set(STATUSES)


def test_a_published_post_is_there_to_share_and_says_who_comes_next():
    relay = english_relay()
    handoff = begin_leg(relay).handoff
    next_one = make_handoff(relay, offer_at_publication=True)
    put(make_leg_article(handoff.leg, title="On the plate"), "live", by=make_chief_editor())
    visit = Visit(handoff)

    assert h1_of(visit.text()) == f"Your post is out, and we have asked {next_one.receiver}"
    article = Article.objects.get(leg=handoff.leg)
    assert f"http://testserver{article.get_absolute_url()}" in visit.text()

    next_one.refresh_from_db()
    baton.accept(next_one, by=next_one.receiver.user)
    assert h1_of(visit.text()) == f"Your post is out, and {next_one.receiver} has the baton"


def test_somebody_without_an_address_can_have_a_turn_by_phone():
    handoff = holder()
    handoff.receiver.email = None
    handoff.receiver.save()

    assert make_contributor(email=None).email is None
    assert h1_of(Visit(handoff).text()) == "You have the baton"


# Beside the text, and what one can come back to ------------------------------------------------


def test_the_desk_says_what_is_asked_by_when_and_what_came_before():
    relay = english_relay(title="What belongs on the plate?", write_days=10)
    publish_leg(relay, title="The post before")
    handoff = make_handoff(relay, accepted=True, message="Which page would you tear out?")

    html = Visit(handoff).text("text")

    for words in (
        "What belongs on the plate?",
        "The post before",
        "Which page would you tear out?",
        f"Write to {handoff.giver.contributor.first_name}, not about",
        f"{handoff.leg.days_left} days left",
        f'href="{reverse("portal:turn", args=[handoff.pk])}#h-time"',
    ):
        assert words in html


def test_beside_a_text_that_is_handed_in_nothing_leads_to_another_date():
    article = put(make_leg_article(holder().leg), "submitted")

    html = Visit(article.leg.handoff).text("text")

    assert "#h-time" not in html


def test_a_revision_is_kept_when_somebody_asks_for_one():
    handoff = holder()
    visit = Visit(handoff)

    written(visit, _name="1")

    [revision] = Article.objects.get(leg=handoff.leg).revisions.all()
    assert (revision.title, revision.reason, revision.by) == (
        "On the plate",
        "named",
        handoff.receiver.user,
    )
    assert "kept as revision 1" in visit.text("text")
    assert "On the plate" in visit.text("revisions")


def test_an_empty_text_is_no_revision():
    visit = Visit(holder())

    visit.post("text", title="", body="", version=1, _name="1")

    assert Revision.objects.count() == 0
    assert "There is no text yet." in visit.text("text")


def revision_page(visit, number):
    return reverse("portal:revision", args=[visit.handoff.pk, number])


def test_an_earlier_revision_is_gone_on_from_and_the_present_text_is_kept():
    handoff = holder()
    visit = Visit(handoff)
    written(visit, _name="1", title="First")
    written(visit, title="Second")

    assert "First" in visit.client.get(revision_page(visit, 1)).content.decode()
    visit.client.post(revision_page(visit, 1))

    article = Article.objects.get(leg=handoff.leg)
    assert article.draft.title == "First"
    kept = article.revisions.order_by("number").values_list("title", "reason")
    assert list(kept) == [("First", "named"), ("Second", "named"), ("First", "restored")]


def test_no_revision_is_gone_on_from_while_the_editors_read():
    visit = Visit(holder())
    written(visit, _name="1")
    written(visit, title="Sent in", _submit="1")
    before = all_rows()

    visit.client.post(revision_page(visit, 1))

    assert all_rows() == before
    assert "Go on from this text" not in visit.client.get(revision_page(visit, 1)).content.decode()


def test_a_revision_of_another_text_is_not_there():
    other = Visit(holder())
    written(other, _name="1")
    visit = Visit(holder())
    written(visit)

    assert visit.client.get(revision_page(visit, 1)).status_code == 404
    assert visit.client.post(revision_page(visit, 1)).status_code == 404


def test_the_preview_presents_the_writer_as_the_byline_will():
    handoff = holder()
    visit = Visit(handoff)
    written(visit)
    Contributor.objects.filter(pk=handoff.receiver_id).update(
        job_title="chef", organisation="The canteen"
    )

    assert "chef, The canteen" in visit.text("preview")
    put(Article.objects.get(leg=handoff.leg), "live")
    Contributor.objects.filter(pk=handoff.receiver_id).update(job_title="head chef")
    assert "chef, The canteen" in visit.text("preview")
    assert "head chef" not in visit.text("preview")


def test_the_preview_is_as_wide_as_a_screen_or_as_a_phone():
    visit = Visit(holder())
    written(visit)

    assert '<div class="screen">' in visit.text("preview")
    phone = visit.client.get(visit._address("preview") + "?phone")
    assert '<div class="phone">' in phone.content.decode()
