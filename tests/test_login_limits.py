"""How often one may try to log in: by the account and by the network, whatever a header says."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from relays.models import Code
from tests.factories import make_user
from tests.test_login import ask, type_in

pytestmark = pytest.mark.django_db

PASSWORD = "Madvogn-2026"  # noqa: S105


@pytest.fixture(autouse=True)
def _mails(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def from_network(address, **headers):
    return Client(REMOTE_ADDR=address, **headers)


def statuses(answers):
    return [answer.status_code for answer in answers]


def test_one_address_gets_five_codes_in_a_quarter_of_an_hour():
    answers = [ask(from_network(f"192.0.2.{n}"), "ny@office.example") for n in range(7)]

    assert statuses(answers) == [302] * 5 + [429] * 2
    assert Code.objects.count() == 5
    assert ask(from_network("192.0.2.99"), "anden@office.example").status_code == 302


def test_one_address_is_one_however_its_host_is_written():
    hosts = ["office", "\uff4fffice", "o\uff46fice", "of\uff46ice", "off\uff49ce", "offi\uff43e"]

    answers = [
        ask(from_network(f"192.0.2.{n}"), f"ny@{host}.example") for n, host in enumerate(hosts)
    ]

    assert statuses(answers) == [302] * 5 + [429]


def test_a_limit_is_told_in_words_of_ours():
    for number in range(5):
        ask(from_network(f"192.0.2.{number}"), "ny@office.example")

    page = ask(from_network("192.0.2.99"), "ny@office.example")

    assert "Det gik lidt for stærkt" in page.content.decode()
    assert page.headers["Cache-Control"] == "private, no-store"


def test_one_network_asks_for_twenty_codes_a_minute():
    answers = [ask(from_network("192.0.2.1"), f"nr{n}@office.example") for n in range(22)]

    assert statuses(answers) == [302] * 20 + [429] * 2
    assert ask(from_network("192.0.2.2"), "nr22@office.example").status_code == 302


def test_a_forged_header_is_no_other_network():
    answers = [
        ask(
            from_network("192.0.2.1", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}"),
            f"nr{n}@office.example",
        )
        for n in range(22)
    ]

    assert statuses(answers)[20:] == [429] * 2


def test_behind_a_proxy_what_it_wrote_last_counts(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def through_the_proxy(number, network):
        forged = f"198.51.100.{number}, {network}"
        return ask(
            from_network("10.0.0.1", HTTP_X_FORWARDED_FOR=forged), f"nr{number}@office.example"
        )

    answers = [through_the_proxy(n, "192.0.2.1") for n in range(22)]

    assert statuses(answers)[20:] == [429] * 2
    assert through_the_proxy(22, "192.0.2.2").status_code == 302


def test_an_ipv4_network_is_one_however_it_is_written():
    """A server that listens to IPv6 writes them so, and all of them begin with the same 64 bits."""
    answers = [ask(from_network(f"::ffff:192.0.2.{n}"), f"nr{n}@office.example") for n in range(22)]
    as_ipv4 = [ask(from_network("192.0.2.7"), f"more{n}@office.example") for n in range(20)]

    assert statuses(answers) == [302] * 22
    assert statuses(as_ipv4) == [302] * 19 + [429]


def test_a_prefix_of_ipv6_is_one_network():
    answers = [ask(from_network(f"2001:db8:0:1::{n}"), f"nr{n}@office.example") for n in range(22)]

    assert statuses(answers)[20:] == [429] * 2


def test_the_sixth_wrong_password_shuts_even_the_right_one_out_wherever_it_comes_from():
    make_user("Vibeke", group="Editor", email="vibeke@newsroom.example", password=PASSWORD)

    def enter(network, password):
        form = {"login": "vibeke@newsroom.example", "password": password}
        return from_network(network).post("/account/login/", form)

    for number in range(5):
        assert enter(f"192.0.2.{number}", "forkert").status_code == 200
    late = enter("192.0.2.99", PASSWORD)

    assert late.status_code == 200
    assert "for mange forsøg" in late.content.decode()


@pytest.mark.parametrize(
    ("hosts", "spellings"),
    [
        ([f"testserver:{port}" for port in range(8000, 8006)], ["susse"] * 6),
        (["testserver"] * 6, ["\u017fusse", "su\u017fse", "SUSSE", "susse", "sus\u017fe", "Susse"]),
    ],
    ids=["the host in a header", "the spelling of the address"],
)
def test_wrong_passwords_are_counted_by_the_account_alone(hosts, spellings):
    make_user("Susse", group="Editor", email="susse@newsroom.example", password=PASSWORD)

    def enter(number, password):
        form = {"login": f"{spellings[number]}@newsroom.example", "password": password}
        browser = from_network(f"192.0.2.{number}", HTTP_HOST=hosts[number])
        return browser.post("/account/login/", form)

    answers = [enter(number, "forkert") for number in range(5)]
    late = enter(5, PASSWORD)

    assert statuses(answers) == [200] * 5
    assert late.status_code == 200
    assert "for mange forsøg" in late.content.decode()


def test_the_right_password_uses_up_nothing():
    make_user("Vibeke", group="Editor", email="vibeke@newsroom.example", password=PASSWORD)
    form = {"login": "vibeke@newsroom.example", "password": PASSWORD, "next": "/admin/"}

    answers = [from_network(f"192.0.2.{n}").post("/account/login/", form) for n in range(8)]

    assert statuses(answers) == [302] * 8


def test_one_network_types_thirty_codes_a_minute():
    answers = []
    for number in range(11):
        browser = from_network("192.0.2.1")
        browser_asks = ask(from_network(f"192.0.2.{number + 10}"), f"nr{number}@office.example")
        browser.cookies = browser_asks.cookies
        answers += [type_in(browser, "BBBB-BBBB") for _try in range(3)]

    assert statuses(answers)[-3:] == [429] * 3


COUNT_ONE = """
import django; django.setup()
from allauth.core.internal.ratelimit import cache_lock
from django.conf import settings
from django.core.cache import cache
from django.db import connection
connection.close(); connection.settings_dict["NAME"] = {name!r}
with cache_lock("together") as locked:
    cache.set("together", cache.get("together", 0) + locked, 60)
"""


def test_what_was_counted_is_forgotten_with_its_network():
    ask(from_network("192.0.2.1"), "nr1@office.example")
    call_command("tick")
    assert networks() == ["192.0.2.1"]

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        call_command("tick")
        assert networks() == []
        assert counts() == 2  # of the account: its quarter of an hour and its day
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        call_command("tick")

    assert counts() == 0


def networks():
    return [key.rpartition(":")[2] for key in keys() if ":ip:" in key]


def counts():
    return len(keys())


def keys():
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        return [key for (key,) in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_several_servers_count_together():
    """Processes of their own, each with a cache of its own to forget: they share the table."""
    code = COUNT_ONE.format(name=str(connection.settings_dict["NAME"]))
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    cache.delete("together")

    servers = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _one in range(3)]
    assert [server.wait(60) for server in servers] == [0, 0, 0]

    assert cache.get("together") == 3
