"""Rights to read: from when, till when, for whom. Nothing but the clock ends one."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from articles import access, grants, inboxes
from articles.models import AccessRequest, Grant, GrantMove
from relays import baton
from relays.errors import RuleBroken
from relays.models import Letter, LetterState
from tests.factories import (
    begin_leg,
    make_contributor,
    make_editor,
    make_expired_reader,
    make_handoff,
    make_members_article,
    make_reader,
    make_relay,
    make_subscriber,
    make_trial_reader,
    reload,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 10, 12, 9, 30, tzinfo=UTC)  # clocks go back before this trial ends
FAR = {"first": date(2026, 10, 12), "last": date(2027, 10, 11)}
SECOND = timedelta(seconds=1)


def reads_at(user, moment):
    with time_machine.travel(moment, tick=False):
        return access.has_access(user)


def letters_of(user):
    return list(Letter.objects.filter(user=user).order_by("pk").values_list("kind", "state"))


# The trial -----------------------------------------------------------------------------------


@time_machine.travel(NOW, tick=False)
def test_a_trial_lasts_28_times_24_hours_and_not_a_moment_longer():
    reader = make_reader()

    trial = grants.begin_trial(reader)

    end = NOW + timedelta(hours=28 * 24)
    assert (trial.begins, trial.ends) == (NOW, end)
    assert not reads_at(reader, NOW - SECOND)
    assert reads_at(reader, NOW)
    assert reads_at(reader, end - SECOND)
    assert not reads_at(reader, end)
    assert list(GrantMove.objects.values_list("verb", "by")) == [("begin", reader.pk)]


@time_machine.travel(NOW, tick=False)
def test_a_trial_is_had_once():
    reader = make_reader()
    grants.begin_trial(reader)

    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        with pytest.raises(grants.TrialIsUsed):
            grants.begin_trial(reader)

        assert not access.has_access(reader)
    assert Grant.objects.count() == 1


def test_whoever_reads_everything_already_uses_up_no_trial():
    subscriber = make_subscriber()

    assert grants.begin_trial(subscriber) is None
    assert not grants.has_used_trial(subscriber)


def test_an_address_that_nobody_has_proved_gets_no_trial():
    reader = make_reader(is_confirmed=False)

    with pytest.raises(RuleBroken):
        grants.begin_trial(reader)

    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("lea@office.example", "LEA@Office.Example"),
        ("lea@office.example", "lea+igen@office.example"),
        ("lea@blåbær.example", "lea@xn--blbr-roah.example"),
        ("lea.laeser@gmail.com", "lealaeser+x@googlemail.com"),
        ("straße@office.example", "strasse@office.example"),
        ("lea@office.example", '"lea"@office.example'),
        ("lea@office.example", r'"\l\ea+x"@office.example'),
    ],
)
def test_one_inbox_has_one_trial_however_it_is_written(one, other):
    assert inboxes.one_address(one) == inboxes.one_address(other)
    assert inboxes.marks_of(one) == inboxes.marks_of(other)


def test_other_inboxes_are_other_inboxes():
    marks = {
        mark
        for address in ("le.a@office.example", "lea@office.example", "lea@other.example")
        for mark in inboxes.marks_of(address)
    }

    assert len(marks) == 3


def test_a_new_key_forgets_nobody_who_had_a_trial(settings):
    grants.begin_trial(make_reader(email="lea@office.example"))
    again = make_reader(email="lea+2@office.example")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a-new-key"  # noqa: S105

    with pytest.raises(grants.TrialIsUsed):
        grants.begin_trial(again)


def test_a_second_address_of_one_inbox_gets_no_second_trial():
    grants.begin_trial(make_reader(email="lea@office.example"))
    again = make_reader(email="lea+2@office.example")

    with pytest.raises(grants.TrialIsUsed):
        grants.begin_trial(again)

    assert Grant.objects.count() == 1


def test_another_address_of_one_reader_gets_no_second_trial():
    reader = make_expired_reader(email="lea@office.example")
    reader.email = reader.confirmed_email = "lea@other.example"
    reader.save()

    with pytest.raises(grants.TrialIsUsed):
        grants.begin_trial(reader)

    assert Grant.objects.count() == 1
    assert grants.gate_for(reader).trial_over


def test_after_a_reader_is_forgotten_only_the_use_of_the_trial_is_known():
    reader = make_reader(email="lea@office.example")
    grants.begin_trial(reader)
    Letter.objects.create(
        kind="trial_ending", user=reader, address=reader.email, language="da", message_id="x"
    )

    grants.forget(reader)
    reader.email = None
    reader.save()

    trial = Grant.objects.get()
    assert (trial.user, trial.moves.count(), trial.is_running) == (None, 0, False)
    assert "lea" not in repr(vars(trial))
    assert letters_of(reader) == [("trial_ending", "cancelled")]
    with pytest.raises(grants.TrialIsUsed):
        grants.begin_trial(make_reader(email="lea@office.example"))


def test_forgetting_takes_subscriptions_and_requests_with_it():
    reader = make_subscriber()
    Grant.objects.update(ends=timezone.now())
    grants.ask(reader, words="Hemmeligt")

    grants.forget(reader)

    assert not Grant.objects.exists()
    assert not AccessRequest.objects.exists()
    assert not Letter.objects.filter(kind="editor_access_asked").exists()


# What editors give ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends"),
    [  # winter, and over both changes of the clock
        ("2026-12-01", "2026-12-31", "2026-11-30T23:00Z", "2026-12-31T23:00Z"),
        ("2027-03-28", "2027-03-28", "2027-03-27T23:00Z", "2027-03-28T22:00Z"),
        ("2026-10-25", "2026-10-25", "2026-10-24T22:00Z", "2026-10-25T23:00Z"),
    ],
)
def test_a_subscription_holds_from_the_first_midnight_to_the_last(first, last, begins, ends):
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    begins, ends = datetime.fromisoformat(begins), datetime.fromisoformat(ends)

    grant = grants.subscribe("Ny@Office.example", "Ny Læser", **days, by=make_editor())

    assert (grant.user.email, grant.user.name) == ("ny@office.example", "Ny Læser")
    assert not grant.user.has_usable_password()
    assert (grant.begins, grant.ends) == (begins, ends)
    assert grants.last_day(grant) == days["last"]
    assert not reads_at(grant.user, begins - SECOND)
    assert reads_at(grant.user, begins)
    assert reads_at(grant.user, ends - SECOND)
    assert not reads_at(grant.user, ends)


def test_the_same_days_again_are_the_same_subscription():
    editor = make_editor()

    first = grants.subscribe("a@office.example", "A", **FAR, by=editor)
    again = grants.subscribe("A@office.example", "B", **FAR, by=editor)

    assert first == again
    assert first.user.name == "A"
    assert GrantMove.objects.count() == 1


@pytest.mark.parametrize(
    "days",
    [("2026-10-02", "2026-10-01"), ("2026-10-01", "2062-10-01"), ("1026-01-01", "1026-02-01")],
)
def test_days_that_make_no_sense_are_refused(days):
    first, last = map(date.fromisoformat, days)

    with pytest.raises(RuleBroken):
        grants.subscribe("a@office.example", "A", first=first, last=last, by=make_editor())

    assert not Grant.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_an_editor_moves_an_end_and_brings_one_about():
    editor, reader = make_editor(), make_reader()
    trial = grants.begin_trial(reader)

    grants.extend(trial, last=date(2026, 12, 24), by=editor, note="Spurgte pænt")
    assert reads_at(reader, datetime(2026, 12, 24, 22, 59, tzinfo=UTC))
    assert not reads_at(reader, datetime(2026, 12, 24, 23, 0, tzinfo=UTC))

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        grants.end(trial, by=editor)
        assert not access.has_access(reader)
        with pytest.raises(RuleBroken):
            grants.end(trial, by=editor)
        with pytest.raises(RuleBroken):
            grants.extend(trial, last=date(2026, 10, 12), by=editor)
    told = GrantMove.objects.order_by("pk").values_list("verb", "by", "note")
    assert list(told) == [
        ("begin", reader.pk, ""),
        ("extend", editor.pk, "Spurgte pænt"),
        ("end", editor.pk, ""),
    ]


def test_what_has_not_begun_is_taken_back_and_what_has_begun_is_not():
    today, editor = timezone.localdate(), make_editor()
    soon = {"first": today + timedelta(days=2), "last": today + timedelta(days=9)}
    to_come = grants.subscribe("a@office.example", "A", **soon, by=editor)
    running = make_subscriber().grants.get()

    with pytest.raises(RuleBroken):
        grants.end(to_come, by=editor)
    with pytest.raises(RuleBroken):
        grants.take_back(running)
    grants.take_back(to_come)

    assert list(Grant.objects.all()) == [running]


# Organisations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domain", "with_subdomains", "address", "reads"),
    [
        ("kommune.example", False, "a@kommune.example", True),
        ("@Kommune.Example.", False, "a@kommune.example", True),
        ("kommune.example", False, "a@skole.kommune.example", False),
        ("kommune.example", True, "a@skole.kommune.example", True),
        ("kommune.example", True, "a@kommune.example", True),
        ("kommune.example", True, "a@ikkekommune.example", False),
        ("kommune.example", True, "a@kommune.example.org", False),
        ("skole.kommune.example", True, "a@kommune.example", False),
        ("ærø.example", False, "a@xn--r-3fa9c.example", True),
        ("xn--r-3fa9c.example", False, "a@ÆRØ.example", True),
    ],
)
def test_an_organisation_is_whoever_has_an_address_at_just_that_domain(
    domain, with_subdomains, address, reads
):
    grants.admit(domain, **FAR, with_subdomains=with_subdomains, by=make_editor())
    reader = make_reader(email=address)

    assert reads_at(reader, NOW) is reads


def test_the_same_days_again_are_the_same_access_of_an_organisation():
    editor, reader = make_editor(), make_reader(email="a@kommune.example")

    first = grants.admit("kommune.example", "Kommunen", **FAR, by=editor)
    again = grants.admit("@Kommune.example", **FAR, by=editor)
    below = grants.admit("kommune.example", **FAR, with_subdomains=True, by=editor)

    assert first == again
    assert Grant.objects.count() == GrantMove.objects.count() == 2
    with time_machine.travel(NOW, tick=False):
        for grant in (first, below):
            grants.end(grant, by=editor)
        assert not access.has_access(reader)


def test_an_address_that_is_only_said_opens_nothing():
    grants.admit("kommune.example", **FAR, by=make_editor())
    claims, moved = make_reader(email="a@kommune.example", is_confirmed=False), make_reader()
    moved.email = "b@kommune.example"  # written by somebody, proved by nobody
    moved.save()

    assert not reads_at(claims, NOW)
    assert not reads_at(moved, NOW)


@pytest.mark.parametrize("domain", ["gmail.com", "GMail.com ", "@hotmail.dk", "mail.tele.dk"])
def test_a_public_mail_domain_is_nobodys_organisation(domain):
    with pytest.raises(RuleBroken, match=r"gmail|hotmail|mail"):
        grants.admit(domain, **FAR, by=make_editor())


@pytest.mark.parametrize("domain", ["", "dk", "a@b@c.dk", "a..dk", "-a.dk", "a b.dk", "x" * 300])
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(RuleBroken):
        grants.admit(domain, **FAR, by=make_editor())

    assert not Grant.objects.exists()


# Contributors --------------------------------------------------------------------------------


def test_a_contributor_reads_free_while_their_relay_runs():
    relay = make_relay(finished_legs=1)
    writer = relay.legs.get().contributor.user
    waiting = make_handoff(relay, accepted=True).receiver.user  # begins at once
    waits = make_handoff(relay, accepted=True).receiver.user
    asked = make_contributor().user

    people = [writer, waiting, waits, asked]
    assert [access.has_access(each) for each in people] == [True, True, True, False]

    baton.abandon(reload(relay).legs.running().get(), by=make_editor())
    assert not access.has_access(waiting)

    relay = make_relay(finished_legs=2)
    ran = relay.legs.get(number=1).contributor.user
    baton.close(relay, by=make_editor())
    assert not access.has_access(ran)
    baton.reopen(reload(relay), by=make_editor())
    assert access.has_access(ran)


def test_editors_and_the_writers_of_a_text_read_it_by_right():
    article = make_members_article()
    writer = article.bylines.get().contributor.user
    other = make_members_article()

    assert access.may_read_on(make_editor(), article)
    assert access.may_read_on(writer, article)
    assert not access.may_read_on(writer, other)


def test_nobody_reads_on_who_may_not_log_in_any_more():
    reader = make_subscriber()
    reader.is_active = False

    assert not access.may_read_on(reader, make_members_article())


# Told three days before ----------------------------------------------------------------------


def remind_at(moment):
    with time_machine.travel(moment, tick=False):
        return grants.remind()


@time_machine.travel(NOW, tick=False)
def test_the_end_of_a_trial_is_told_three_days_before_and_once():
    reader = make_reader()
    trial = grants.begin_trial(reader)

    assert remind_at(trial.ends - timedelta(days=3) - SECOND) == 0
    assert remind_at(trial.ends - timedelta(days=3)) == 1
    assert remind_at(trial.ends - timedelta(days=2)) == 0
    assert remind_at(trial.ends) == 0
    letter = Letter.objects.get()
    assert (letter.kind, letter.user, letter.about_day) == (
        "trial_ending",
        reader,
        date(2026, 11, 9),
    )
    assert letter.subject == "Din prøveperiode slutter mandag den 9. november"
    assert "Du skal kun gøre noget, hvis du vil læse videre." in letter.body
    assert "http://testserver/account/access/ask/" in letter.body


@time_machine.travel(NOW, tick=False)
def test_a_clock_that_was_away_tells_late_rather_than_never_and_not_afterwards():
    trial = grants.begin_trial(make_reader())

    assert remind_at(trial.ends - SECOND) == 1
    other = grants.begin_trial(make_reader())
    assert remind_at(other.ends + SECOND) == 0


@time_machine.travel(NOW, tick=False)
@pytest.mark.parametrize("act", ["subscribe", "admit", "extend", "end"])
def test_a_letter_about_an_end_that_is_not_true_any_more_stays_unsent(act):
    reader, editor = make_reader(email="lea@kommune.example"), make_editor()
    trial = grants.begin_trial(reader)
    remind_at(trial.ends - timedelta(days=3))

    with time_machine.travel(trial.ends - timedelta(days=2), tick=False):
        if act == "subscribe":
            grants.subscribe(reader.email, "", **FAR, by=editor)
        elif act == "admit":
            grants.admit("kommune.example", **FAR, by=editor)
        elif act == "extend":
            grants.extend(trial, last=date(2026, 12, 24), by=editor)
        else:
            grants.end(trial, by=editor)
        assert letters_of(reader) == [("trial_ending", "cancelled")]
        assert grants.remind() == 0
    assert remind_at(datetime(2026, 12, 22, 12, tzinfo=UTC)) == (1 if act == "extend" else 0)


@time_machine.travel(NOW, tick=False)
def test_whoever_reads_on_anyhow_is_not_told_of_an_end():
    writer = make_reader()
    trial = grants.begin_trial(writer)
    begin_leg(make_relay(), receiver=make_contributor(user=writer))

    assert remind_at(trial.ends - timedelta(days=1)) == 0


@time_machine.travel(NOW, tick=False)
def test_the_tick_tells_of_ends():
    reader = make_reader()
    trial = grants.begin_trial(reader)

    with time_machine.travel(trial.ends - timedelta(days=1, hours=20), tick=False):
        call_command("tick")
        call_command("tick")

    assert [kind for kind, _state in letters_of(reader)] == ["trial_ending"]


@pytest.mark.parametrize(
    "ends",
    [
        datetime(2027, 1, 18, 18, 30, tzinfo=UTC),  # told on a Friday evening
        datetime(2027, 3, 29, 7, tzinfo=UTC),  # Easter Monday
        datetime(2027, 7, 20, 10, tzinfo=UTC),  # in the middle of the summer's three weeks
    ],
)
def test_no_weekend_and_no_summer_holds_up_the_letter_about_an_end(ends):
    reader = make_reader()
    with time_machine.travel(ends - grants.TRIAL, tick=False):
        grants.begin_trial(reader)

    with time_machine.travel(ends - timedelta(days=3), tick=False):
        call_command("tick")

    assert letters_of(reader) == [("trial_ending", "sent")]


# Asking --------------------------------------------------------------------------------------


def test_a_request_reaches_the_newsroom_and_is_a_row_too():
    reader = make_reader("Lea Læser", email="lea@office.example")

    asked = grants.ask(reader, workplace="Skovby Kommune", words="Vi er 40.\nSe evil.example/x")

    letter = Letter.objects.get()
    assert (letter.kind, letter.address) == ("editor_access_asked", "redaktionen@depechen.example")
    assert "Lea Læser" in letter.subject
    assert "lea@office.example" in letter.body
    assert "»Skovby Kommune«" in letter.body
    assert "evil.example" not in letter.body  # nothing that a mail program makes a link of
    assert f"/admin/articles/accessrequest/{asked.pk}/change/" in letter.body


def test_letters_about_a_reader_without_a_name_have_their_address():
    reader = make_reader("", email="lea@office.example")
    today = timezone.localdate()

    grants.ask(reader)
    grants.subscribe(reader.email, "", first=today, last=today, by=make_editor())

    asked, given = Letter.objects.order_by("pk")
    assert asked.subject == "lea@\u200boffice.\u200bexample beder om adgang"
    assert asked.body.startswith("lea@office.example vil gerne læse videre.")
    assert given.body.startswith("Hej\n")


def test_asked_twice_is_asked_once_and_nobody_asks_all_the_time():
    reader, editor = make_reader(), make_editor()

    for _time in range(grants.REQUESTS):
        first = grants.ask(reader)
        assert grants.ask(reader) == first
        assert grants.close_request(first, by=editor)
        assert not grants.close_request(first, by=editor)
    with pytest.raises(RuleBroken):
        grants.ask(reader)

    assert Letter.objects.count() == AccessRequest.objects.count() == grants.REQUESTS
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert grants.ask(reader)


def test_whoever_has_access_need_not_ask():
    with pytest.raises(RuleBroken):
        grants.ask(make_subscriber())

    assert not AccessRequest.objects.exists()


def test_whoever_is_in_their_trial_may_ask_what_comes_after_it():
    reader = make_trial_reader()

    asked = grants.ask(reader, workplace="Skovby Kommune")

    assert grants.rights_of(reader).request == asked
    assert access.has_access(reader)


@pytest.mark.parametrize("kind", ["subscription", "organisation"])
def test_whoever_is_given_what_they_asked_for_hears_of_it(kind):
    reader, editor = make_reader(email="lea@office.example"), make_editor()
    other = make_reader()
    days = {"first": timezone.localdate(), "last": timezone.localdate() + timedelta(days=30)}
    grants.ask(reader)
    grants.ask(other)

    if kind == "subscription":
        grants.subscribe(reader.email, "", **days, by=editor)
    else:
        grants.admit("office.example", **days, by=editor)

    answered = AccessRequest.objects.exclude(answered=None).get()
    assert (answered.user, answered.answered_by) == (reader, editor)
    assert letters_of(reader) == [("access_given", LetterState.QUEUED)]
    assert letters_of(other) == []


@time_machine.travel(NOW, tick=False)
def test_what_the_gate_says():
    new, tried, asks, paid = (make_reader() for _person in range(4))
    for each in (tried, asks):
        grants.end(_a_day_on(grants.begin_trial(each)), by=make_editor())
    asked = grants.ask(asks)
    grants.subscribe(
        paid.email, "", first=date(2026, 1, 1), last=date(2026, 2, 1), by=make_editor()
    )

    assert grants.gate_for(new) == (True, False, False, None)
    assert grants.gate_for(tried) == (False, True, True, None)
    assert grants.gate_for(asks) == (False, True, True, asked)
    assert grants.gate_for(paid) == (True, False, True, None)


def _a_day_on(trial):
    before = trial.begins - timedelta(days=1)
    Grant.objects.filter(pk=trial.pk).update(begins=before)
    trial.refresh_from_db()
    return trial


@time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False)
def test_the_numbers_of_the_month():
    running, ended, joined = make_reader(), make_reader(), make_reader()
    with time_machine.travel(datetime(2026, 10, 10, 12, tzinfo=UTC), tick=False):
        grants.begin_trial(ended)
        grants.begin_trial(joined)
    grants.begin_trial(running)
    grants.subscribe(joined.email, "", **FAR, by=make_editor())
    make_subscriber()
    grants.ask(ended)

    assert grants.figures() == {"trials": 1, "ended": 2, "became_members": 1, "requests": 1}
