"""A database filled for trying things out: as many articles as asked for, and every rule kept."""

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, SearchRow
from relays.models import Leg, Relay, Theme
from tests.factories import make_editor, make_relay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 4, 5, 620])
def test_so_many_articles_are_there_and_every_invariant_holds(count, capsys):
    call_command("fill", str(count))
    call_command("check_relays")

    assert capsys.readouterr().out.splitlines()[1:] == []
    assert Article.objects.public().count() == SearchRow.objects.count() == count
    assert sum(Theme.objects.values_list("post_count", flat=True)) == count
    assert Article.objects.exclude(leg=None).count() == Leg.objects.finished().count()


def test_what_ran_long_ago_has_ended_and_what_is_new_goes_on(client):
    call_command("fill", "620")

    assert Relay.objects.finished().count() == 8
    assert Relay.objects.unfinished().filter(legs__state="running").count() == 5
    assert client.get("/").context["rows"]


def test_the_demo_newsroom_may_be_filled_once(capsys):
    call_command("demo")
    before = Article.objects.count()
    call_command("fill", "10")
    call_command("check_relays")

    assert Article.objects.count() == before + 10
    with pytest.raises(CommandError, match="has been filled already"):
        call_command("fill", "10")


def test_a_newsrooms_own_database_is_left_alone():
    make_editor()
    make_relay(finished_legs=1)

    with pytest.raises(CommandError, match="a newsroom's own"):
        call_command("fill", "10")
    assert Article.objects.count() == 1


@pytest.mark.parametrize("count", ["0", "1000001"])
def test_a_number_out_of_reach_is_refused(count):
    with pytest.raises(CommandError, match="Between 1 and 1,000,000"):
        call_command("fill", count)
