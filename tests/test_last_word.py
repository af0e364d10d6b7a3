"""The talk about a text: notes and answers, the writer's last word, corrections, an undone
publication, and who is told of each step."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.text import capfirst

from articles import desk, invariants, letters, notes, workflow
from articles.models import Article, Draft, Note, Text
from articles.newsroom.forms import ArticleForm
from articles.portal.forms import TextForm
from relays import baton
from relays import invariants as chain_invariants
from relays.errors import RuleBroken
from relays.models import Letter, Link
from tests.factories import (
    begin_leg,
    fresh,
    handoff_states,
    leg_states,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_relay,
    make_user,
    publish,
    put,
    steps,
    write,
)
from tests.forms import fields_of
from tests.test_portal import told_wrong

pytestmark = pytest.mark.django_db

QUERIES = 24  # of the whole page: session, user, rights, and the review's own


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def editor():
    return make_editor()


@pytest.fixture
def article(editor):
    """A text of three paragraphs that its writer has sent."""
    relay = make_relay(language="en")
    relay.editors.add(editor)
    article = make_leg_article(
        begin_leg(relay), title="Maden først", body="<p>Et.</p><p>To.</p><p>Tre.</p>"
    )
    return take(article, "submit", article.leg.contributor.user)


def take(article, step, by, **words):
    words.setdefault("version", fresh(article).draft.version)
    workflow.take_step(article, step, by=by, **words)
    return fresh(article)


def writer_of(article):
    return article.leg.contributor.user


def note(article, words="Kan du give os et tal?", *, by, block=1):
    return notes.write(article, words, by=by, version=article.draft.version, block=block)


def unsent(*kinds):
    waiting = Letter.objects.unsent().filter(kind__in=kinds).order_by("pk")
    return list(waiting.values_list("kind", flat=True))


def portal(article):
    client = Client(headers={"accept-language": "en"})
    client.get(reverse("relays:link", args=[Link.make(article.leg.handoff)]))
    return client


def turn(article, name="turn"):
    return reverse(f"portal:{name}", args=[article.leg.handoff_id])


def admin(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def review(article):
    return reverse("admin:articles_article_review", args=[article.pk])


# Notes ---------------------------------------------------------------------------------------


def test_a_note_quotes_its_paragraph_and_waits(article, editor):
    written = note(article, by=editor)

    assert (written.quote, written.block, written.told) == ("To.", 1, None)
    assert written.revision.body == article.draft.body
    assert "Kan du give" not in portal(article).get(turn(article)).content.decode()


def test_sending_back_tells_the_notes(article, editor):
    note(article, by=editor)

    article = take(article, "send_back", editor, note="Fin tekst.")

    page = portal(article).get(turn(article)).content.decode()
    assert "The editors have a suggestion for you" in page
    assert "Kan du give os et tal?" in page
    assert "Fin tekst." in page
    letter = Letter.objects.get(kind="sent_back")
    assert "Kan du give os et tal?" in letter.body
    assert "Fin tekst" in letter.body


def test_a_note_on_a_text_that_has_changed_meanwhile_is_refused(article, editor):
    write(article, title="Nyere")

    with pytest.raises(RuleBroken, match="newer text than the one on your screen"):
        note(article, by=editor)
    assert not Note.objects.exists()


def test_a_note_needs_a_paragraph_that_is_there(article, editor):
    with pytest.raises(RuleBroken, match="no such paragraph"):
        note(article, by=editor, block=3)


def test_only_an_editor_writes_notes(article):
    with pytest.raises(RuleBroken, match="Only an editor"):
        note(article, by=writer_of(article))


def test_a_note_is_dropped_until_the_writer_has_it(article, editor):
    notes.drop(note(article, by=editor), by=editor)
    kept = note(article, by=editor)
    take(article, "send_back", editor)

    with pytest.raises(RuleBroken, match="has this note by now"):
        notes.drop(kept, by=editor)
    assert list(Note.objects.all()) == [kept]


def test_the_writer_answers_in_the_form_of_the_text(article, editor):
    written = note(article, by=editor)
    article = take(article, "send_back", editor)
    client, version = portal(article), article.draft.version

    client.post(
        turn(article, "text"),
        {
            "title": "Maden først",
            "body": "<p>Et.</p><p>To, nemlig 71.</p>",
            "version": version,
            f"answer_{written.pk}": "Det er 71 dage.",
        },
    )

    written.refresh_from_db()
    assert (written.answer, written.answered_by) == ("Det er 71 dage.", writer_of(article))
    assert "71 dage" in client.get(turn(article, "text")).content.decode()


def test_an_answer_is_kept_when_the_text_meets_another(article, editor):
    written = note(article, by=editor)
    article = take(article, "send_back", editor)
    client, version = portal(article), article.draft.version
    write(article, title="Rettet imens", by=editor)

    response = client.post(
        turn(article, "text"),
        {"title": "Min", "version": version, f"answer_{written.pk}": "Det er 71 dage."},
    )

    written.refresh_from_db()
    assert (response.status_code, written.answer) == (409, "Det er 71 dage.")


def an_answered_note(article, editor):
    """A note with an answer, and the writer's form as a page has it that was opened before."""
    written = note(article, by=editor)
    article = take(article, "send_back", editor)
    client = portal(article)
    opened = fields_of(client.get(turn(article, "text")), "text_form")
    answer = {f"answer_{written.pk}": "Det er 71 dage,\r\nsagde hun."}
    client.post(turn(article, "text"), opened | answer)
    return written, client, opened


def answer_of(written):
    return Note.objects.get(pk=written.pk).answer


@pytest.mark.parametrize("page", ["text", "keep-draft"])
def test_a_page_that_knows_nothing_of_an_answer_takes_none_away(article, editor, page):
    written, client, opened = an_answered_note(article, editor)

    response = client.post(turn(article, page), opened | {"title": "Ny titel"})

    assert response.status_code in (200, 302)
    assert fresh(article).draft.title == "Ny titel"
    assert answer_of(written) == "Det er 71 dage,\r\nsagde hun."


def test_a_text_that_is_saved_without_its_answers_leaves_them(article, editor):
    written, client, opened = an_answered_note(article, editor)

    client.post(turn(article, "keep-draft"), {"title": "Fra enheden", "version": opened["version"]})

    assert answer_of(written) == "Det er 71 dage,\r\nsagde hun."


def test_of_two_answers_the_second_is_told_the_first_and_then_counts(article, editor):
    written, client, opened = an_answered_note(article, editor)
    second = opened | {"title": "Ny titel", f"answer_{written.pk}": "72, tror jeg."}

    kept = client.post(turn(article, "keep-draft"), second)
    assert (kept.status_code, kept.json()["version"]) == (409, fresh(article).draft.version)
    assert "Det er 71 dage" in kept.json()["sentence"]
    response = client.post(turn(article, "text"), second)

    again = fields_of(response, "text_form")
    assert response.status_code == 409
    assert "Your answer was changed elsewhere meanwhile: “Det er 71 dage" in (
        response.content.decode()
    )
    assert again[f"answer_{written.pk}"] == "72, tror jeg."
    assert told_wrong(response.content.decode()) == ["One answer is not saved yet"]
    assert " by-hand" in response.content.decode()
    assert answer_of(written).startswith("Det er 71")
    assert fresh(article).draft.title == "Ny titel"

    client.post(turn(article, "text"), again)
    assert answer_of(written) == "72, tror jeg."


def test_nobody_answers_for_the_writer(article, editor):
    written = note(article, by=editor)
    take(article, "send_back", editor)

    with pytest.raises(RuleBroken, match="Only the writer"):
        notes.answer(written, "Nej.", by=make_user())


def test_a_text_that_goes_back_has_a_new_date(article, editor):
    day = article.leg.due + timedelta(days=28)

    article = take(article, "send_back", editor, due=day)

    assert article.leg.due >= day
    assert article.leg.handed_in is None
    assert article.relay.moves.latest("pk").verb == "extend"


def test_a_day_that_has_passed_is_no_new_date(article, editor):
    with pytest.raises(RuleBroken, match="still to come"):
        take(article, "send_back", editor, due=timezone.localdate())

    assert fresh(article).status == "submitted"


# The last word -------------------------------------------------------------------------------


def test_the_writer_is_asked_about_the_words_that_staff_changed(article, editor):
    write(article, title="En bedre titel", by=editor)

    article = take(article, "ask_writer", editor)

    assert (article.status, article.asked.title) == ("sent_back", "En bedre titel")
    page = portal(article).get(turn(article, "changes")).content.decode()
    assert "<del" in page
    assert "<ins" in page
    assert unsent("asks_the_writer") == ["asks_the_writer"]


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("form", [TextForm, ArticleForm])
def test_a_field_has_one_name_on_the_writers_pages_and_the_newsrooms(form, language):
    with translation.override(language):
        written_on = {name: str(form.base_fields[name].label) for name in Text.CONTENT}
        told_apart = {name: Draft._meta.get_field(name).verbose_name for name in Text.CONTENT}

        assert written_on == {name: capfirst(label) for name, label in told_apart.items()}


def test_the_writers_own_new_words_are_not_said_to_be_the_editors(article, editor):
    article = take(article, "send_back", editor)

    write(article, title="Skribentens nye titel", by=writer_of(article))

    assert not workflow.staff_changed_words(fresh(article))


def test_a_yes_from_the_page_hands_the_edited_text_in(article, editor):
    write(article, title="En bedre titel", by=editor)
    article = take(article, "ask_writer", editor)

    portal(article).post(
        turn(article, "create-step"), {"step": "agree", "version": article.draft.version}
    )

    article = fresh(article)
    assert (article.status, article.vouched.title, article.asked) == (
        "submitted",
        "En bedre titel",
        None,
    )
    assert not workflow.staff_changed_words(article)
    assert article.leg.handed_in
    assert unsent("asks_the_writer", "editor_agreed") == ["editor_agreed"]


def test_a_yes_to_a_text_that_has_changed_since_is_no_yes(article, editor):
    write(article, title="En bedre titel", by=editor)
    article = take(article, "ask_writer", editor)
    seen = article.draft.version
    write(article, title="Endnu en", by=editor)

    with pytest.raises(RuleBroken, match="has changed since"):
        take(article, "agree", writer_of(article), version=seen)
    assert fresh(article).status == "sent_back"


def test_an_editor_records_a_yes_that_came_by_phone(article, editor):
    write(article, title="En bedre titel", by=editor)
    article = take(article, "ask_writer", editor)

    take(article, "agree", editor, channel="phone")

    move = article.moves.latest("pk")
    assert (move.on_behalf_of, move.channel) == (article.leg.contributor, "phone")


def test_editing_on_and_sending_again_is_an_answer_too(article, editor):
    write(article, title="En bedre titel", by=editor)
    article = take(article, "ask_writer", editor)
    write(article, title="Min egen titel", by=writer_of(article))

    article = take(article, "submit", writer_of(article))

    assert (article.status, article.vouched.title, article.asked) == (
        "submitted",
        "Min egen titel",
        None,
    )


def test_the_page_of_changes_is_there_only_while_the_writer_is_asked(article):
    assert portal(article).get(turn(article, "changes")).status_code == 404


def test_asking_is_the_first_button_where_words_were_changed(article, editor):
    before = admin(editor).get(review(article)).context["steps"]
    write(article, title="En bedre titel", by=editor)
    after = admin(editor).get(review(article)).context["steps"]

    assert [step["name"] for step in before if step["is_default"]] == ["approve"]
    assert [step["name"] for step in after if step["is_default"]] == ["ask_writer"]


# Corrections, and a publication undone --------------------------------------------------------


def test_a_correction_tells_readers_and_the_other_editors(editor):
    other = make_editor("Mads Morgenvagt")
    relay = make_relay(language="en")
    relay.editors.add(editor, other)
    article = publish(make_leg_article(begin_leg(relay), title="Tallene"))
    published = article.published_at
    write(article, title="Tallene, rettet", by=editor)

    article = take(article, "correct", editor, correction="Der stod 70, det er 71.")

    assert (article.status, article.live.title) == ("live", "Tallene, rettet")
    assert article.published_at == published
    page = Client().get(article.get_absolute_url()).content.decode()
    assert "Der stod 70, det er 71." in page
    letter = Letter.objects.get(kind="editor_corrected")
    assert letter.user == other
    assert list(invariants.breaches()) == []


def test_a_typo_is_corrected_without_a_word(editor):
    article = publish(make_leg_article())
    write(article, title="Uden slåfejl", by=editor)

    article = take(article, "correct", editor)

    assert article.live.title == "Uden slåfejl"
    assert not article.corrections.exists()


def test_a_correction_names_the_text_on_the_screen(editor):
    article = publish(make_leg_article())
    write(article, title="Uden slåfejl", by=editor)

    with pytest.raises(RuleBroken, match="newer text"):
        take(article, "correct", editor, version=1)


def test_a_wrong_publication_is_undone_within_minutes(editor):
    leg = begin_leg(make_relay())
    waiting = make_handoff(leg.relay, accepted=True)
    article = publish(make_leg_article(leg))
    address = article.get_absolute_url()

    article = take(article, "undo", editor)

    assert (article.status, article.live, article.published_at) == ("approved", None, None)
    assert Client().get(address).status_code == 404
    assert leg_states(leg.relay) == ["finished", "running"]
    assert leg.relay.legs.running().get().handoff == waiting
    assert [*invariants.breaches(), *chain_invariants.breaches()] == []


def test_a_post_that_was_undone_comes_out_at_its_old_address(editor):
    article = publish(make_leg_article())
    address = article.get_absolute_url()
    article = take(article, "undo", editor)

    article = take(article, "publish", editor)

    assert article.get_absolute_url() == address
    assert Client().get(address).status_code == 200
    assert steps(article)[-2:] == ["undo", "publish"]
    assert leg_states(article.relay) == ["finished"]


def test_after_a_quarter_of_an_hour_nothing_is_undone(editor):
    article = publish(make_leg_article())

    with (
        time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False),
        pytest.raises(RuleBroken, match="by now"),
    ):
        take(article, "undo", editor)
    assert fresh(article).is_public


# Who is told ---------------------------------------------------------------------------------


def test_the_editors_are_told_of_a_text_that_came_in(article, editor):
    letter = Letter.objects.get(kind="editor_text_in")

    assert letter.user == editor
    assert "Maden først" in letter.body


def test_a_text_that_is_taken_back_has_not_come_in(article):
    take(article, "take_back", writer_of(article))

    assert unsent("editor_text_in") == []


@pytest.mark.parametrize(
    ("step", "kind"),
    [("approve", "approved"), ("schedule", "scheduled"), ("publish", "published")],
)
def test_the_writer_is_told_what_happens_to_the_text(article, editor, step, kind):
    take(article, step, editor, publish_at=timezone.now() + timedelta(days=1))

    letter = Letter.objects.get(kind=kind)
    assert (letter.contributor, letter.carries_link) == (article.leg.contributor, True)


def test_only_the_newest_step_is_news(article, editor):
    take(article, "approve", editor)
    take(article, "publish", editor)

    assert unsent("editor_text_in", "approved", "published") == ["published"]


def test_a_withdrawn_post_is_told_to_its_writer(article, editor):
    take(article, "publish", editor)

    take(article, "withdraw", make_chief_editor())

    assert unsent("published", "post_withdrawn") == ["post_withdrawn"]


TOLD = [
    ("submitted", "send_back"),
    ("submitted", "approve"),
    ("submitted", "schedule"),
    ("submitted", "publish"),
    ("scheduled", "unschedule"),
    ("live", "undo"),
    ("live", "withdraw"),
    ("live", "remove"),
    ("withdrawn", "restore"),
]


@pytest.mark.parametrize("has_heard", [True, False])
@pytest.mark.parametrize("has_address", [True, False])
@pytest.mark.parametrize(("status", "step"), TOLD)
def test_the_line_beside_a_step_says_who_gets_a_letter(status, step, has_address, has_heard):
    chief, writer = make_chief_editor(), make_contributor("Ditte Marvang")
    article = make_leg_article(begin_leg(make_relay(), receiver=writer))
    article = withdrawn(article) if status == "withdrawn" else put(article, status)
    if not has_address:
        type(writer).objects.update(email=None)
    if has_heard:
        send_everything()
    before = Letter.objects.latest("pk").pk

    said = letters.who_hears(step, fresh(article), by=chief)
    take(article, step, chief, publish_at=timezone.now() + timedelta(days=1))

    news = Letter.objects.filter(contributor=writer, pk__gt=before)
    assert [said] == (["Ditte Marvang is told." for _letter in news] or ["Nobody is told."])


def withdrawn(article):
    return take(publish(article), "withdraw", make_chief_editor())


def send_everything():
    Letter.objects.unsent().update(state="sent", sent=timezone.now())


UNSAYS = [
    ("unschedule", "scheduled", "unscheduled"),
    ("edit", "scheduled", "unscheduled"),
    ("restore", "post_withdrawn", "post_restored"),
]


def unsay(step, *, has_heard):
    """Take a step back that the writer has heard of, or has not."""
    article = make_leg_article(begin_leg(make_relay(language="en")))
    article = withdrawn(article) if step == "restore" else put(article, "scheduled")
    if has_heard:
        send_everything()
    if step == "edit":
        write(article, title="Ny", by=make_editor())
    else:
        take(article, step, make_chief_editor())
    return article


@pytest.mark.parametrize(("step", "said", "unsaid"), UNSAYS)
def test_what_the_writer_was_told_is_taken_back_by_a_letter(step, said, unsaid):
    unsay(step, has_heard=True)

    assert unsent(said, unsaid) == [unsaid]


@pytest.mark.parametrize(("step", "said", "unsaid"), UNSAYS)
def test_what_the_writer_never_heard_is_taken_back_without_a_word(step, said, unsaid):
    unsay(step, has_heard=False)

    assert unsent(said, unsaid) == []


def test_a_day_that_does_not_hold_is_named():
    article = put(make_leg_article(begin_leg(make_relay(language="en"))), "scheduled")
    day = formats.date_format(timezone.localtime(article.publish_at), "l j F")
    send_everything()

    take(article, "unschedule", make_editor())

    letter = Letter.objects.get(kind="unscheduled")
    assert letter.subject.startswith(f"Your post is not out on {day} after all")
    assert f"would be out on {day}." in letter.body


def test_a_post_that_is_shown_again_is_told_with_its_address():
    article = unsay("restore", has_heard=True)

    assert article.get_absolute_url() in Letter.objects.get(kind="post_restored").body


def test_what_has_been_taken_back_is_not_taken_back_again():
    article, chief = unsay("restore", has_heard=True), make_chief_editor()
    send_everything()
    take(article, "withdraw", chief)

    assert letters.who_hears("restore", fresh(article), by=chief) == "Nobody is told."
    take(article, "restore", chief)

    assert unsent("post_withdrawn", "post_restored") == []


def test_the_day_of_a_post_that_came_out_is_not_taken_back():
    article = put(make_leg_article(), "scheduled")
    send_everything()
    article = take(article, "publish", make_editor())
    send_everything()
    article = put(write(article, title="Ny"), "scheduled")

    take(article, "unschedule", make_editor())

    assert unsent("scheduled", "unscheduled") == []


def test_a_new_version_of_what_is_out_is_told_as_one(editor):
    article = write(publish(make_leg_article(begin_leg(make_relay(language="en")))), title="Ny")
    article = put(article, "scheduled")
    send_everything()
    article = take(article, "unschedule", editor)
    send_everything()
    take(article, "publish", editor)

    subjects = [
        letter.subject.partition(" of your post ")[0]
        for letter in Letter.objects.filter(kind__in=["scheduled", "unscheduled", "published"])
    ]
    assert subjects[:3] == ["A new version", "The new version", "A new version"]
    assert "Readers see a new version" in Letter.objects.filter(kind="published").latest("pk").body


def test_a_text_that_goes_back_after_its_leg_speaks_of_no_baton(editor):
    article = put(write(publish(make_leg_article()), title="Ny"), "submitted")

    take(article, "send_back", editor)

    body = Letter.objects.get(kind="sent_back").body
    assert "Ret teksten, og send den igen." in body
    assert "stafetten" not in body


def test_an_editors_letter_leads_to_the_text(article):
    body = Letter.objects.get(kind="editor_text_in").body

    assert f"It waits for you here:\nhttp://testserver{review(article)}\n" in body


def test_a_text_that_is_changed_is_approved_no_more():
    write(put(make_leg_article(), "approved"), title="Ny", by=make_editor())

    assert unsent("approved") == []


def test_of_news_nobody_is_told(editor):
    assert letters.who_hears("publish", put(make_news(), "submitted"), by=editor) == (
        "Nobody is told."
    )


def test_of_a_step_of_their_own_nobody_is_told(article):
    assert letters.who_hears("withdraw", article, by=writer_of(article)) == "Nobody is told."


@pytest.mark.parametrize("step", ["schedule", "publish"])
def test_nobody_is_told_that_a_withdrawn_post_is_out(editor, step):
    article = take(publish(make_leg_article()), "withdraw", make_chief_editor())
    article = put(write(article, title="Ny"), "submitted")
    Letter.objects.all().delete()

    said = letters.who_hears(step, article, by=editor)
    take(article, step, editor, publish_at=timezone.now() + timedelta(days=1))

    assert said == "Nobody is told."
    assert not Letter.objects.exists()


def test_a_post_that_is_shown_again_is_withdrawn_no_more(editor):
    chief = make_chief_editor()
    article = take(publish(make_leg_article()), "withdraw", chief)

    take(article, "restore", chief)

    assert unsent("post_withdrawn") == []


def test_a_time_that_is_discarded_is_told_no_more(editor):
    article = put(write(publish(make_leg_article()), title="Ny"), "scheduled")

    take(article, "discard", editor)

    assert unsent("scheduled", "published") == []


def test_news_writes_no_letters(editor):
    publish(make_news())

    assert not Letter.objects.exists()


def test_what_the_editor_writes_makes_no_link_in_the_letter(article, editor):
    take(article, "send_back", editor, note="Se https://ond.example/[[link]] nu")

    letter = Letter.objects.get(kind="sent_back")
    assert "https://ond.example" not in letter.body
    assert letter.body.count("[[link]]") == 1


def test_the_page_says_by_when_an_answer_comes(article):
    page = portal(article).get(turn(article)).content.decode()

    assert "You will hear from Vibeke Sandholt by" in page


# The review ----------------------------------------------------------------------------------


def form_of(page):
    """What the review would send back untouched."""
    form = page.context["form"]
    return {
        name: value
        for name in form.fields
        if (value := form[name].value()) not in (None, False, "")
    } | {"when": ""}


def press(editor, article, step="", **typed):
    client = admin(editor)
    sent = form_of(client.get(review(article))) | {"step": step} | typed
    return client.post(review(article), sent)


def test_a_double_click_puts_each_note_down_once(article, editor):
    for _click in range(2):
        press(editor, article, note_0="Stærk.", message="Tak.")

    assert sorted(Note.objects.values_list("words", flat=True)) == ["Stærk.", "Tak."]


def test_notes_and_a_step_go_with_one_press(article, editor):
    response = press(editor, article, "send_back", note_0="Stærk.", note_2="Kortere?")

    assert response.status_code == 302
    assert fresh(article).status == "sent_back"
    told = Note.objects.told().in_order().values_list("block", "words")
    assert list(told) == [(0, "Stærk."), (2, "Kortere?")]


def test_a_step_that_is_refused_keeps_everything_that_was_typed(article, editor):
    response = press(
        editor, article, "schedule", note_0="Stærk.", message="Tak.", when="2020-01-01T06:00"
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "That time has passed." in page
    assert "Stærk." in page
    assert "Tak." in page
    assert not Note.objects.exists()
    assert fresh(article).status == "submitted"


def test_a_newer_text_than_the_one_on_the_screen_is_not_approved(article, editor):
    client = admin(editor)
    sent = form_of(client.get(review(article))) | {"step": "approve"}
    write(article, title="Nyere", by=editor)

    response = client.post(review(article), sent)

    assert response.status_code == 409
    assert "There is a newer text than the one on your screen." in response.content.decode()
    assert fresh(article).status == "submitted"


def test_what_was_typed_to_an_older_text_stands_at_its_paragraph_in_the_newer_one(article, editor):
    client = admin(editor)
    typed = form_of(client.get(review(article))) | {"note_0": "Stærk.", "note_2": "Kortere?"}
    write(article, body="<p>Nyt først.</p><p>Et.</p>", by=editor)

    page = client.post(review(article), typed | {"step": "send_back"}).context["form"]

    assert fresh(article).status == "submitted"
    assert [page[f"note_{place}"].value() for place in (0, 1)] == ["", "Stærk."]
    assert page["message"].value() == "“Tre.”: Kortere?"


def test_the_newer_text_is_passed_on_by_whoever_has_it_before_them(article, editor):
    client = admin(editor)
    typed = form_of(client.get(review(article))) | {"step": "approve"}
    write(article, title="Nyere", by=editor)
    refused = client.post(review(article), typed)

    response = client.post(review(article), form_of(refused) | {"step": "approve"})

    assert response.status_code == 302
    assert fresh(article).approved.title == "Nyere"


def test_a_note_to_an_older_text_that_is_not_sent_along_is_not_dropped(article, editor):
    write(article, title="Nyere", by=editor)

    response = admin(editor).post(review(article), {"version": "1", "note_0": "Stærk."})

    assert response.status_code == 409
    assert response.context["form"]["note_0"].value() == "Stærk."


def test_an_older_text_and_a_wrong_day_are_both_said(article, editor):
    client = admin(editor)
    typed = form_of(client.get(review(article))) | {"due": "snart", "note_2": "Kortere?"}
    write(article, body="<p>Tre.</p>", by=editor)

    response = client.post(review(article), typed)

    page = response.context["form"]
    assert response.status_code == 422
    assert set(page.errors) == {"due", "__all__"}
    assert page["note_0"].value() == "Kortere?"


def test_approve_schedule_and_the_next_asked_is_one_press(article, editor):
    named = make_handoff(article.relay, receiver=make_contributor(sector="private"))
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1))

    press(
        editor,
        article,
        "schedule",
        when=tomorrow.strftime("%Y-%m-%dT%H:%M"),
        **{f"ask_{named.pk}": "on"},
    )

    article, named = fresh(article), reload(named)
    assert (article.status, named.offer_at_publication) == ("scheduled", True)
    with time_machine.travel(tomorrow + timedelta(minutes=1), tick=False):
        workflow.publish_due()
    assert handoff_states(article.relay) == ["taken", "offered"]


def reload(row):
    row.refresh_from_db()
    return row


def test_a_tick_that_a_colleague_has_set_meanwhile_stays(article, editor):
    named = make_handoff(article.relay, receiver=make_contributor(sector="private"))
    client = admin(editor)
    sent = form_of(client.get(review(article))) | {"step": ""}
    sent[f"initial-ask_{named.pk}"] = "False"
    baton.approve(named, by=None)

    client.post(review(article), sent)

    assert reload(named).offer_at_publication


def test_notes_stand_at_their_paragraph_where_it_is_found_again(article, editor):
    note(article, by=editor)
    write(article, body="<p>Nyt først.</p><p>Et.</p><p>To.</p><p>Tre.</p>", by=editor)

    page = admin(editor).get(review(article))

    assert [len(paragraph.notes) for paragraph in page.context["paragraphs"]] == [0, 0, 1, 0]


def test_notes_whose_paragraph_is_gone_stand_on_top(article, editor):
    written = note(article, by=editor)
    write(article, body="<p>Helt andre ord i en helt anden tekst.</p>", by=editor)

    page = admin(editor).get(review(article))

    assert [said.note for said in page.context["on_top"]] == [written]


def test_the_talk_stands_in_the_order_in_which_it_was_held(article, editor):
    press(editor, article, "send_back", note_2="Kortere?", message="Første runde.")
    take(article, "submit", writer_of(article))
    press(editor, article, "send_back", note_0="Stærk.", message="Anden runde.")

    talk = admin(editor).get(review(article)).context["talk"]

    said = [(said.mark, (said.note or said.move)) for said in talk]
    assert [(mark, getattr(each, "words", None) or each.note) for mark, each in said] == [
        (None, "Første runde."),
        (1, "Kortere?"),
        (None, "Anden runde."),
        (2, "Stærk."),
    ]


def test_the_road_shows_where_the_text_stands_after_a_tick(article, editor):
    workflow.record_move(article, "tick", by=editor, note="Navne")

    page = admin(editor).get(review(article)).content.decode()

    assert page.count('aria-current="step">Submitted') == 1


def test_a_note_is_dropped_on_the_page(article, editor):
    written = note(article, by=editor)

    press(editor, article, drop=str(written.pk), message="Husk billedet.")

    assert list(Note.objects.values_list("words", flat=True)) == ["Husk billedet."]


@pytest.mark.parametrize("count", [1, 6])
def test_the_review_asks_as_often_however_much_was_said(article, editor, count):
    for _each in range(count):
        note(article, by=editor)
    client = admin(editor)
    client.get(review(article))

    with CaptureQueriesContext(connection) as queries:
        client.get(review(article))

    assert len(queries) == QUERIES


def test_a_review_of_a_text_that_nobody_has_written_yet_opens(editor):
    article = desk.article_for(begin_leg(make_relay()))

    assert admin(editor).get(review(article)).status_code == 200


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back", "scheduled", "live"])
def test_every_step_of_the_review_says_what_happens_and_who_is_told(status):
    page = admin(make_chief_editor()).get(review(put(make_leg_article(), status)))

    lines = [
        step["hindrance"] or f"{step['consequence']} {step['told']}"
        for step in page.context["steps"]
    ]
    assert lines
    assert all("told." in line for line in lines)
    html = page.content.decode()
    assert all(html.count(f'id="why-{step["name"]}"') == 1 for step in page.context["steps"])


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (make_leg_article, "Readers see it at once, and the baton moves on. "),
        (make_news, "Readers see it at once. "),
        (
            lambda: write(take(publish(make_news()), "withdraw", make_chief_editor()), title="Ny"),
            "Readers do not see it before the post is shown to them again. ",
        ),
    ],
)
def test_what_publication_does_depends_on_the_post(make, line):
    page = admin(make_chief_editor()).get(review(put(make(), "submitted")))

    assert f"Publish: {line}" in page.content.decode()


def test_the_review_of_news_knows_no_leg(editor):
    assert admin(editor).get(review(put(make_news(), "submitted"))).status_code == 200


def test_who_writes_reads_no_review(article):
    response = admin(make_user()).get(review(article))

    assert response.status_code == 302
    assert Article.objects.count() == 1
