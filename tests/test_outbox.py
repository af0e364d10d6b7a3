"""The outbox against a real mail server on loopback: away, refusing, dropping the line, and with
the clock killed in the middle."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.utils import timezone, translation

from articles.newsroom import overview
from relays import baton, letters, outbox
from relays.models import Letter, Link, Relay
from tests.factories import make_contributor, make_editor, make_handoff, make_relay

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parent.parent
A_MINUTE = timedelta(minutes=1)


def write(*names, kind="test"):
    return [letters.write(kind, to=f"{name}@office.example") for name in names]


def states():
    return list(Letter.objects.order_by("pk").values_list("state", flat=True))


def later(**much):
    return time_machine.travel(timezone.now() + timedelta(**much))


# In order ------------------------------------------------------------------------------------


def test_the_urgent_go_first_and_then_the_oldest(postbox):
    first, _, third, _ = write("1", "2", "3", "4")
    Letter.objects.filter(pk__in=[first.pk, third.pk]).update(priority=letters.LAST)

    assert outbox.send_due() == 4

    assert postbox.addresses == [f"{name}@office.example" for name in (2, 4, 1, 3)]


def test_what_was_sent_is_dated_and_not_sent_again(postbox):
    write("bent")

    outbox.send_due()
    outbox.send_due()

    letter = Letter.objects.get()
    assert (letter.state, letter.attempts, bool(letter.sent)) == ("sent", 1, True)
    assert [mail.message_id for mail in postbox.got] == [letter.message_id]


# The mail server is away ---------------------------------------------------------------------


def test_while_the_server_is_away_everything_waits_and_drains_in_order(postbox):
    write("1", "2")
    make_handoff(make_relay(), offered=True, receiver=make_contributor(email="3@office.example"))
    postbox.close()

    for _ in range(3):
        assert outbox.send_due() == 0
    assert set(Letter.objects.values_list("state", "attempts")) == {("queued", 0)}
    assert not Link.objects.exists()

    postbox.open()
    assert outbox.send_due() == 3
    assert postbox.addresses == [f"{name}@office.example" for name in (1, 2, 3)]


def test_a_wrong_password_uses_up_no_attempt(postbox, settings):
    write("bent")
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "wrong"  # noqa: S105

    outbox.send_due()

    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == ("queued", 0)
    assert "SMTPNotSupportedError" in letter.error


def test_health_says_when_letters_do_not_go_out(postbox, client):
    write("bent")
    postbox.close()
    outbox.send_due()

    with later(minutes=16):
        away = client.get("/health/").json()["letters"]
        postbox.open()
        outbox.send_due()
        back = client.get("/health/").json()["letters"]

    assert (away, back) == (False, True)


def test_the_log_says_why_a_letter_waits(postbox, caplog):
    [letter] = write("bent")
    postbox.close()

    outbox.send_due()
    postbox.open()

    assert f"(see EMAIL_URL); letter {letter.pk} waits. ConnectionRefusedError: " in caplog.text


# The receiver's server says no ---------------------------------------------------------------


def test_a_refused_address_fails_at_once_and_stands_on_the_overview(postbox):
    handoff = make_handoff(make_relay(), offered=True)
    postbox.answers = lambda address: "550 No such person"

    outbox.send_due()

    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == ("failed", 1)
    assert "No such person" in letter.error
    assert on_the_overview() == "Address refused"

    baton.readdress(handoff, by=make_editor(), email="right@office.example")

    assert on_the_overview() == "Asked"


def on_the_overview():
    with translation.override("en"):
        [row] = overview.rows(Relay.objects.all())
        return str(row.state)


def test_a_refused_address_keeps_nobody_else_waiting(postbox):
    write("1", "2", "3")
    postbox.answers = lambda address: "250 OK" if address[0] != "2" else "550 No"

    outbox.send_due()

    assert postbox.addresses == ["1@office.example", "3@office.example"]
    assert states() == ["sent", "failed", "sent"]


def test_a_refused_letter_keeps_no_other_waiting(postbox):
    write("1", "2", "3")
    postbox.verdicts = lambda mail, text: "250 OK" if mail.address[0] != "1" else "554 Not this one"

    assert outbox.send_due() == 2

    assert states() == ["queued", "sent", "sent"]


def test_not_now_is_tried_again_later(postbox):
    write("bent")
    postbox.answers = lambda address: "450 Greylisted"

    outbox.send_due()
    postbox.answers = lambda address: "250 OK"
    outbox.send_due()
    assert (states(), postbox.got) == (["queued"], [])

    with later(minutes=3):
        outbox.send_due()
    assert (states(), len(postbox.got)) == (["sent"], 1)


def test_after_six_attempts_a_letter_has_failed(postbox):
    write("bent")
    tried = []

    def verdict(mail, text):
        tried.append(mail.message_id)
        return "554 Not this one"

    postbox.verdicts = verdict
    for hours in range(12):
        with later(hours=hours):
            outbox.send_due()

    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == ("failed", 6)
    assert tried == [letter.message_id] * 6


def test_a_refusal_that_quotes_the_link_leaves_no_token_behind(postbox, caplog):
    make_handoff(make_relay(), offered=True)
    tokens = []

    def verdict(mail, text):
        address = next(line for line in text.splitlines() if "/baton/link/" in line)
        tokens.append(address.split("/baton/link/")[1].strip("/"))
        return f"554 Blocked: {address}"

    postbox.verdicts = verdict
    outbox.send_due()

    assert len(tokens[0]) == 43
    assert "/baton/link/…" in Letter.objects.get().error
    assert tokens[0] not in caplog.text


# In the middle of a letter -------------------------------------------------------------------


def test_a_line_that_breaks_before_the_ok_repeats_the_letter_once(postbox):
    [letter] = write("bent")
    postbox.verdicts = lambda mail, text: "" if not postbox.got else "250 OK"

    outbox.send_due()
    assert states() == ["queued"]
    for minutes in (3, 30, 300):
        with later(minutes=minutes):
            outbox.send_due()

    assert [mail.message_id for mail in postbox.got] == [letter.message_id] * 2
    assert states() == ["sent"]


def test_a_letter_that_breaks_the_line_holds_nobody_up(postbox):
    write("1", "2")
    postbox.verdicts = lambda mail, text: "" if mail.address[0] == "1" else "250 OK"

    outbox.send_due()
    outbox.send_due()

    assert Letter.objects.get(address="2@office.example").state == "sent"


def test_a_letter_that_cannot_be_made_holds_nobody_up(postbox, caplog):
    broken, _fine = write("1", "2")
    Letter.objects.filter(pk=broken.pk).update(subject="To\nlinjer")

    outbox.send_due()

    assert states() == ["queued", "sent"]
    assert f"Letter {broken.pk} could not be made." in caplog.messages


def test_the_claim_of_a_dead_clock_is_taken_back_after_ten_minutes(postbox):
    write("bent")
    outbox._claim(timezone.now())

    with later(minutes=9):
        outbox.send_due()
    assert (states(), postbox.got) == (["sending"], [])

    with later(minutes=11):
        outbox.send_due()
    assert (states(), len(postbox.got)) == (["sent"], 1)


def test_a_letter_that_becomes_untrue_before_its_link_is_made_stays(postbox):
    handoff = make_handoff(make_relay(), offered=True)
    letter = outbox._claim(timezone.now())

    baton.withdraw(handoff, by=make_editor())

    assert outbox._send(letter, None) is False
    assert Letter.objects.get(kind="invitation").state == "cancelled"
    assert not Link.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("answer", "state"), [("450 Later", "cancelled"), ("250 OK", "sent")])
def test_an_offer_that_is_withdrawn_while_its_letter_is_sent(postbox, answer, state):
    handoff, editor = make_handoff(make_relay(), offered=True), make_editor()

    def withdraw_and_answer(address):
        postbox.answers = lambda address: answer
        in_a_thread(lambda: baton.withdraw(handoff, by=editor))
        return answer

    postbox.answers = withdraw_and_answer
    outbox.send_due()

    assert Letter.objects.get(kind="invitation").state == state
    assert Letter.objects.filter(kind="withdrawn").exists()
    assert not Link.objects.live().exists()


def in_a_thread(act):
    """As another process does it: with a connection of its own."""

    def acting():
        act()
        connection.close()

    thread = threading.Thread(target=acting)
    thread.start()
    thread.join()


# Several clocks ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_send_each_letter_once(postbox):
    write(*range(40))
    start = threading.Barrier(2)
    counts, troubles = [], []

    def clock():
        try:
            start.wait()
            counts.append(outbox.send_due())
        except Exception as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    clocks = [threading.Thread(target=clock) for _ in range(2)]
    for thread in clocks:
        thread.start()
    for thread in clocks:
        thread.join()

    assert troubles == []
    assert sum(counts) == 40
    assert sorted(mail.message_id for mail in postbox.got) == sorted(
        Letter.objects.values_list("message_id", flat=True)
    )
    assert set(states()) == {"sent"}


# Killed --------------------------------------------------------------------------------------

KILLS, LETTERS = 20, 500


# Starting `manage.py tick` takes a second, so it is started once, and each clock is a fork of it
# that has not opened the database yet.
CLOCKS = """
import os, sys
import django
from django.core.management import execute_from_command_line
from django.urls import get_resolver

django.setup()
get_resolver().url_patterns
for _line in sys.stdin:
    clock = os.fork()
    if not clock:
        execute_from_command_line(["manage.py", "tick"])
        os._exit(0)
    print(clock, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(clock, 0)[1]), flush=True)
"""


def database_url():
    """The suite's own database, for a process of its own."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{of['NAME']}"
    password = f":{of['PASSWORD']}" if of["PASSWORD"] else ""
    return f"postgres://{of['USER']}{password}@{of['HOST']}:{of['PORT'] or 5432}/{of['NAME']}"


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_clock_killed_twenty_times_loses_no_letter_and_invents_none(postbox):
    rng = random.Random(3)  # noqa: S311
    handoff = make_handoff(make_relay(), offered=True)
    outbox.send_due()
    postbox.got.clear()
    Letter.objects.bulk_create(a_letter(number, handoff) for number in range(LETTERS))
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{postbox.port}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    run = [sys.executable, "-c", CLOCKS]
    with subprocess.Popen(run, cwd=ROOT, env=environment, **pipes) as clocks:

        def tick(kill_after=None):
            print(file=clocks.stdin, flush=True)
            clock = int(clocks.stdout.readline())
            if kill_after is not None:
                wait_until(lambda: len(postbox.got) >= kill_after)
                time.sleep(rng.uniform(0, 0.01))
                os.kill(clock, signal.SIGKILL)
            return int(clocks.stdout.readline())

        for _kill in range(KILLS):
            assert tick(kill_after=len(postbox.got) + rng.randint(1, 18)) == -signal.SIGKILL
        assert tick() == 0

    dead = Letter.objects.filter(state="sending")
    assert dead.count() <= KILLS
    assert Letter.objects.exclude(state="sent").count() == dead.count()
    dead.update(next_try=timezone.now() - 11 * A_MINUTE)  # ten minutes later
    outbox.send_due()

    ours = Letter.objects.filter(address__startswith="kill")
    assert set(ours.values_list("state", flat=True)) == {"sent"}
    came = Counter((mail.address, mail.message_id) for mail in postbox.got)
    assert set(came) == set(ours.values_list("address", "message_id"))
    assert max(came.values()) <= 2
    assert sum(came.values()) - LETTERS <= KILLS


def a_letter(number, handoff):
    with_link = number % 5 == 0
    return Letter(
        kind="new_link" if with_link else "test",
        address=f"kill{number}@office.example",
        relay=handoff.relay if with_link else None,
        handoff=handoff if with_link else None,
        carries_link=with_link,
        language="da",
        subject=f"Brev {number}",
        body=f"Brev {number} {letters.LINK if with_link else ''}",
        message_id=f"<{number}@kill.example>",
    )


def wait_until(happens, seconds=30):
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.002)
