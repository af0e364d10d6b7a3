"""A colleague of the same organisation stands in: the leg, the link and the byline move."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from articles import desk, permissions
from articles.models import Article
from relays import baton, invariants
from relays.errors import RuleBroken
from relays.models import Contributor, Letter, Link
from tests.factories import (
    begin_leg,
    handoff_states,
    leg_states,
    make_contributor,
    make_editor,
    make_leg_article,
    make_relay,
    moves,
    publish,
    publish_leg,
    put,
)

pytestmark = pytest.mark.django_db

LONE = {"name": "Lone Tranekær", "email": "lone@kommune.example", "job_title": "Kontorchef"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def leg():
    """The second leg of a relay, held by somebody from a municipality."""
    relay = make_relay(language="en")
    publish_leg(relay, receiver=make_contributor(sector="private"))
    relay.editors.add(make_editor())
    holder = make_contributor("Jonas Hedelund", organisation="Vesterlund Kommune")
    return begin_leg(relay, receiver=holder)


def kinds(**about):
    letters = Letter.objects.filter(**about).order_by("kind")
    return list(letters.values_list("kind", flat=True))


def browser_of(handoff):
    client = Client(headers={"accept-language": "en"})
    client.get(reverse("relays:link", args=[Link.make(handoff)]))
    return client


def test_the_colleague_has_the_leg(leg):
    holder, due, number = leg.contributor, leg.due, leg.number

    leg = desk.stand_in(leg, by=holder.user, **LONE)

    colleague = leg.contributor
    assert (colleague.name, colleague.job_title) == ("Lone Tranekær", "Kontorchef")
    assert (colleague.organisation, colleague.sector) == ("Vesterlund Kommune", "public")
    assert (leg.state, leg.due, leg.number) == ("running", due, number)
    assert leg_states(leg.relay) == ["finished", "running"]
    assert list(invariants.breaches()) == []


def test_both_handoffs_are_kept(leg):
    before = leg.handoff

    leg = desk.stand_in(leg, by=leg.contributor.user, **LONE)

    assert handoff_states(leg.relay) == ["taken", "withdrawn", "taken"]
    assert (leg.handoff.stands_in_for, leg.handoff.giver) == (before, before.giver)
    assert leg.handoff.message == before.message
    assert moves(leg.relay)[-2:] == ["withdraw", "stand_in"]


def test_the_byline_and_the_right_to_write_follow(leg):
    holder = leg.contributor
    article = make_leg_article(leg)

    leg = desk.stand_in(leg, by=holder.user, **LONE)

    assert [byline.contributor for byline in article.bylines.all()] == [leg.contributor]
    assert permissions.may_write(leg.contributor.user, article)
    assert not permissions.may_write(holder.user, article)
    assert article.moves.latest("pk").step == "stand_in"


def test_a_second_writer_who_stands_in_is_named_once(leg):
    article = make_leg_article(leg)
    second = make_contributor(
        LONE["name"], email=LONE["email"], organisation="vesterlund kommune", sector="public"
    )
    article.bylines.create(contributor=second, order=2)

    desk.stand_in(leg, by=None, **LONE)

    assert [(byline.contributor, byline.order) for byline in article.bylines.all()] == [(second, 1)]


def test_the_published_post_is_the_colleagues(leg):
    article = make_leg_article(leg)
    leg = desk.stand_in(leg, by=None, **LONE)

    publish(article)

    byline = Article.objects.public().get(leg=leg).bylines.get()
    assert (str(byline), byline.presentation) == ("Lone Tranekær", "Kontorchef, Vesterlund Kommune")
    assert list(invariants.breaches()) == []


def test_everybody_is_told(leg):
    holder, giver = leg.contributor, leg.handoff.giver.contributor
    before = leg.handoff

    leg = desk.stand_in(leg, by=holder.user, **LONE)

    assert kinds(contributor=leg.contributor) == ["stand_in"]
    assert "stood_down" in kinds(contributor=holder, handoff=before, state="queued")
    assert kinds(contributor=giver, handoff=leg.handoff) == ["giver_stand_in"]
    assert kinds(user=leg.relay.editors.get(), handoff=leg.handoff) == ["editor_stand_in"]


def test_the_editor_who_did_it_is_not_told(leg):
    leg = desk.stand_in(leg, by=leg.relay.editors.get(), **LONE)

    assert kinds(kind="editor_stand_in") == []


def test_old_links_are_dead_and_the_new_one_opens_the_turn(leg):
    old = browser_of(leg.handoff)
    turn = reverse("portal:turn", args=[leg.handoff_id])
    assert old.get(turn).status_code == 200

    leg = desk.stand_in(leg, by=None, **LONE)

    assert old.get(turn).status_code == 404
    new = browser_of(leg.handoff)
    page = new.get(reverse("portal:turn", args=[leg.handoff_id])).content.decode()
    assert "You have the baton" in page
    assert "You stand in for a colleague" in page


def test_the_colleague_goes_on_with_the_text_that_is_there(leg):
    make_leg_article(leg, title="Side ni til enogtyve")

    leg = desk.stand_in(leg, by=None, **LONE)

    page = browser_of(leg.handoff).get(reverse("portal:text", args=[leg.handoff_id]))
    assert "Side ni til enogtyve" in page.content.decode()


def test_reminders_go_to_the_colleague(leg):
    from relays import ladder

    leg = desk.stand_in(leg, by=None, **LONE)
    yesterday = timezone.localdate() - timezone.timedelta(days=30)
    type(leg).objects.filter(pk=leg.pk).update(
        due=yesterday, began=timezone.now() - timezone.timedelta(days=60)
    )
    leg.handoff.answered = timezone.now() - timezone.timedelta(days=50)
    leg.handoff.save(update_fields=["answered"])

    monday = timezone.datetime(2026, 11, 23, 10, tzinfo=timezone.get_current_timezone())
    written = ladder.climb(monday)

    asked = [letter for letter in written if letter.contributor_id]
    assert {letter.contributor for letter in asked} == {leg.contributor}


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"organisation": "Nordby Kommune", "sector": "public"}, "is not from Vesterlund Kommune"),
        ({"organisation": "Vesterlund Kommune", "sector": "private"}, "is not from Vesterlund"),
    ],
)
def test_somebody_of_another_house_or_sector_is_refused(leg, known, sentence):
    make_contributor(LONE["name"], email=LONE["email"], **known)
    before = moves(leg.relay)

    with pytest.raises(RuleBroken, match=sentence):
        desk.stand_in(leg, by=leg.contributor.user, **LONE)

    assert moves(leg.relay) == before


def test_nobody_stands_in_for_themselves(leg):
    holder = leg.contributor

    with pytest.raises(RuleBroken, match="has the baton"):
        desk.stand_in(leg, by=holder.user, name=holder.name, email=holder.email)


def test_without_an_organisation_nobody_is_a_colleague(leg):
    Contributor.objects.update(organisation="")

    with pytest.raises(RuleBroken, match="Nobody knows which organisation"):
        desk.stand_in(leg, by=None, **LONE)


def test_after_the_stand_in_the_first_holder_may_do_nothing(leg):
    holder = leg.contributor
    leg = desk.stand_in(leg, by=None, **LONE)

    with pytest.raises(RuleBroken, match="You may not do that"):
        baton.abandon(leg, by=holder.user)


def test_the_holder_passes_the_turn_on_from_their_page(leg):
    client = browser_of(leg.handoff)
    address = reverse("portal:create-stand-in", args=[leg.handoff_id])

    response = client.post(address, {f"colleague-{name}": words for name, words in LONE.items()})

    assert response["location"] == reverse("portal:stood-down")
    assert client.get(response["location"]).status_code == 200
    leg.refresh_from_db()
    assert leg.contributor.name == "Lone Tranekær"


def test_half_an_address_is_told_on_the_page_and_moves_nothing(leg):
    client = browser_of(leg.handoff)
    address = reverse("portal:create-stand-in", args=[leg.handoff_id])

    response = client.post(address, {"colleague-name": "Lone", "colleague-email": "lone"})

    assert response.status_code == 422
    assert "Enter a valid email address." in response.content.decode()
    leg.refresh_from_db()
    assert leg.contributor.name == "Jonas Hedelund"


def test_a_text_that_is_with_the_editors_goes_along(leg):
    article = put(make_leg_article(leg), "submitted")

    leg = desk.stand_in(leg, by=None, **LONE)

    article.refresh_from_db()
    assert article.status == "submitted"
    page = browser_of(leg.handoff).get(reverse("portal:turn", args=[leg.handoff_id]))
    assert "Your text is with the editors" in page.content.decode()
