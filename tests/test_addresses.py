"""An address that was once published keeps answering, with one step to where its row is now."""

import pytest

from articles import workflow
from articles.invariants import ADDRESSED
from articles.models import Article, Page, Tag
from articles.models.tag import tags_for
from articles.newsroom.tags import merge
from relays import addresses
from relays.errors import RuleBroken
from relays.models import Contributor, OldAddress, Relay, Theme
from tests.factories import (
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_news,
    make_relay,
    make_theme,
    publish,
    publish_leg,
    put,
)
from tests.forms import fields_of
from tests.sites import make_archive

pytestmark = pytest.mark.django_db


def move(row, slug):
    before, row.slug = row.slug, slug
    row.save(update_fields=["slug"])
    addresses.remember(row, before)
    return row


def answer(client, address, **words):
    response = client.get(address, **words)
    return response.status_code, response.headers.get("Location")


@pytest.fixture
def rows():
    """A public row of every kind, at the address "foer"."""
    theme, [tag] = make_theme("Velfærd"), tags_for(["Mad"])
    writer, relay = make_contributor("Oskar"), make_relay("Mad?", theme=theme)
    article = publish_leg(relay, receiver=writer)
    article.tags.add(tag)
    rows = {
        "relays": relay,
        "themes": theme,
        "contributors": writer,
        "articles": article,
        "tags": tag,
    }
    for row in rows.values():
        row.slug = "foer"
        row.save(update_fields=["slug"])
    return rows


# Where an old address leads ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["relays", "themes", "contributors", "articles", "tags"])
def test_an_old_address_leads_to_the_new_one(client, rows, kind):
    move(rows[kind], "nu")

    assert answer(client, f"/{kind}/foer/") == (301, f"/{kind}/nu/")
    assert answer(client, f"/{kind}/nu/") == (200, None)


@pytest.mark.parametrize("kind", ["relays", "themes", "contributors", "articles", "tags"])
def test_an_address_that_moved_three_times_leads_there_in_one_step(client, rows, kind):
    for slug in ("en", "to", "tre"):
        move(rows[kind], slug)

    for slug in ("foer", "en", "to"):
        assert answer(client, f"/{kind}/{slug}/") == (301, f"/{kind}/tre/")


@pytest.mark.parametrize("kind", ["relays", "themes", "contributors", "articles", "tags"])
def test_a_row_that_moves_back_leads_nobody_in_a_circle(client, rows, kind):
    for slug in ("nu", "foer"):
        move(rows[kind], slug)

    assert answer(client, f"/{kind}/foer/") == (200, None)
    assert answer(client, f"/{kind}/nu/") == (301, f"/{kind}/foer/")
    assert client.get(f"/{kind}/nu/").headers["Cache-Control"] == "no-cache"
    assert OldAddress.objects.count() == 1


def test_every_address_under_a_relay_moves_with_it(client, rows):
    article = rows["articles"]
    move(rows["relays"], "nu")

    assert answer(client, "/relays/foer/feed.xml") == (301, "/relays/nu/feed.xml")
    assert answer(client, "/relays/foer/?year=2026") == (301, "/relays/nu/?year=2026")
    assert answer(client, "/embed/relays/foer/?theme=dark") == (301, "/embed/relays/nu/?theme=dark")
    assert answer(client, "/relays/foer/1/") == (302, article.get_absolute_url())


@pytest.mark.parametrize("kind", ["themes", "contributors"])
def test_a_feed_moves_with_its_page(client, rows, kind):
    move(rows[kind], "nu")

    assert answer(client, f"/{kind}/foer/feed.xml") == (301, f"/{kind}/nu/feed.xml")


def test_an_address_of_another_kind_is_none_of_this_one(client, rows):
    move(rows["relays"], "nu")
    Theme.objects.update(slug="andet")

    assert answer(client, "/themes/foer/")[0] == 404


def test_what_a_new_row_takes_is_its_own(client, rows):
    move(rows["relays"], "nu")
    taker = make_relay("En ny?", slug="foer", finished_legs=1)

    assert answer(client, "/relays/foer/") == (200, None)
    assert answer(client, "/relays/foer/?before=x")[0] == 404  # not the other one's page

    move(taker, "senere")
    assert answer(client, "/relays/foer/") == (301, "/relays/senere/")


def test_an_unknown_page_of_a_list_that_moved_does_not_exist(client, rows):
    move(rows["themes"], "nu")

    assert answer(client, "/themes/foer/?before=x")[0] == 404


# What readers may not see --------------------------------------------------------------------


@pytest.mark.parametrize("status", ["draft", "submitted", "scheduled"])
def test_the_old_address_of_a_text_that_is_not_out_says_nothing(client, status):
    article = make_news("På vej", slug="foer")
    move(put(article, status), "hemmeligt")

    assert answer(client, "/articles/foer/") == (404, None)


def test_a_withdrawn_post_moves_with_its_notice_and_a_removed_one_is_gone(client):
    notice, gone = publish(make_news("a", slug="a")), publish(make_news("b", slug="b"))
    for article, step in ((notice, "withdraw"), (gone, "remove")):
        workflow.take_step(article, step, by=make_chief_editor())
        move(fresh(article), f"hemmelig-{article.slug}")

    assert answer(client, "/articles/a/") == (301, "/articles/hemmelig-a/")
    assert answer(client, "/articles/b/") == (410, None)


def test_a_relay_that_has_not_begun_and_who_never_ran_say_nothing(client):
    move(make_relay("Hemmelig?", slug="foer"), "nu")
    move(make_contributor("Grethe Ikkespurgt", slug="foer"), "nu")

    assert answer(client, "/relays/foer/") == (404, None)
    assert answer(client, "/contributors/foer/") == (404, None)


def test_a_row_that_is_gone_takes_its_addresses_along(client):
    somebody = move(make_contributor(slug="foer"), "nu")
    browser = client
    browser.force_login(make_editor())

    browser.post(f"/admin/relays/contributor/{somebody.pk}/delete/", {"post": "yes"})

    assert not Contributor.objects.exists()
    assert not OldAddress.objects.exists()


# In the newsroom -----------------------------------------------------------------------------


def save(client, row, **words):
    address = f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"
    typed = fields_of(client.get(address), f"{row._meta.model_name}_form")
    return client.post(address, typed | words)


@pytest.mark.parametrize("kind", ["relays", "themes", "contributors", "articles", "tags"])
def test_whoever_changes_an_address_in_the_newsroom_leaves_the_old_one_behind(client, rows, kind):
    client.force_login(make_chief_editor())

    assert save(client, rows[kind], slug="nu").status_code == 302

    assert answer(client, f"/{kind}/foer/") == (301, f"/{kind}/nu/")


@pytest.mark.parametrize("kind", ["relays", "themes", "contributors", "articles", "tags"])
def test_an_address_can_not_be_emptied(client, rows, kind):
    client.force_login(make_chief_editor())

    assert save(client, rows[kind], slug="").status_code == 302

    assert answer(client, f"/{kind}/foer/") == (200, None)
    assert not OldAddress.objects.exists()


def test_an_address_that_is_taken_is_refused(client, rows):
    make_relay("En anden?", slug="taget")
    client.force_login(make_chief_editor())

    assert save(client, rows["relays"], slug="taget").status_code == 200

    assert not OldAddress.objects.exists()


# Tags that mean the same ---------------------------------------------------------------------


def tag_names(article):
    return sorted(article.tags.values_list("name", flat=True))


@pytest.fixture
def tagged():
    """Three tags of one meaning on four articles; one has two of them."""
    mad, maden, kost = tags = tags_for(["Mad", "Maden", "Kost"])
    articles = make_archive(make_relay(), 4)
    for article, tag in zip(articles, tags, strict=False):
        article.tags.add(tag)
    articles[3].tags.add(mad, kost)
    return mad, maden, kost, articles


def test_the_address_of_a_tag_has_the_name_that_every_address_has(client):
    client.force_login(make_chief_editor())

    page = client.get("/admin/articles/tag/add/", headers={"accept-language": "da"})

    assert page.context["adminform"].form["slug"].label == "Webadresse"


def test_merged_tags_are_one_on_every_article(tagged):
    mad, _maden, _kost, articles = tagged

    merge(Tag.objects.all(), into=mad)

    assert [tag_names(article) for article in articles] == [["Mad"]] * 4
    assert list(Tag.objects.all()) == [mad]


def test_the_addresses_of_merged_tags_lead_to_the_one_that_stays(client, tagged):
    mad, maden, kost, _articles = tagged
    move(kost, "kosten")
    merge(Tag.objects.filter(pk__in=[kost.pk, maden.pk]), into=maden)
    merge(Tag.objects.all(), into=mad)

    for slug in ("kost", "kosten", "maden"):
        assert answer(client, f"/tags/{slug}/") == (301, "/tags/mad/")


def test_tags_are_merged_in_the_list_after_a_question(client, tagged):
    mad, maden, kost, _articles = tagged
    client.force_login(make_chief_editor())
    chosen = {"action": "merge_tags", "_selected_action": [mad.pk, kost.pk]}

    question = client.post("/admin/articles/tag/", chosen)
    assert Tag.objects.count() == 3
    done = client.post("/admin/articles/tag/", chosen | {"kept": mad.pk}, follow=True)

    assert "Hvilket skal blive?" in question.content.decode()
    assert "Emneordene er ét nu: »Mad«." in done.content.decode()
    assert list(Tag.objects.order_by("pk")) == [mad, maden]


@pytest.mark.parametrize("kept", ["", "0", "x", "maden"])
def test_only_one_of_the_chosen_tags_can_stay(client, tagged, kept):
    mad, maden, kost, _articles = tagged
    client.force_login(make_chief_editor())
    kept = maden.pk if kept == "maden" else kept

    chosen = {"action": "merge_tags", "_selected_action": [mad.pk, kost.pk], "kept": kept}
    client.post("/admin/articles/tag/", chosen)

    assert Tag.objects.count() == 3


def test_who_may_not_delete_tags_may_not_merge_them(client, tagged):
    mad, _maden, kost, _articles = tagged
    client.force_login(make_editor())

    chosen = {"action": "merge_tags", "_selected_action": [mad.pk, kost.pk], "kept": mad.pk}
    client.post("/admin/articles/tag/", chosen)

    assert Tag.objects.count() == 3


def test_tags_that_somebody_else_has_merged_meanwhile_are_left_alone(tagged):
    mad, maden, kost, _articles = tagged
    merge(Tag.objects.filter(pk__in=[mad.pk, kost.pk]), into=kost)

    with pytest.raises(RuleBroken, match="i mellemtiden"):
        merge(Tag.objects.filter(pk__in=[mad.pk, maden.pk]), into=mad)

    assert list(Tag.objects.order_by("pk")) == [maden, kost]


# The check -----------------------------------------------------------------------------------


def test_every_kind_of_row_with_an_address_is_known_to_the_check():
    assert {Relay, Theme, Contributor, Article, Tag, Page} == set(ADDRESSED)
