"""Pictures in the four forms that have one, and on the pages that readers get."""

import re

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from articles import workflow
from articles.changes import between
from articles.models import Article, Revision
from articles.portal.forms import TextForm
from relay_cms import uploads
from relays import pictures
from relays.errors import RuleBroken
from relays.models import Contributor, Picture, Shape
from tests.factories import (
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_leg_article,
    make_news,
    make_picture,
    make_relay,
    publish,
    put,
    write,
)
from tests.forms import fields_of
from tests.pictures import draw, encoded, upload
from tests.sites import make_site
from tests.test_admin import add_url, change_url, log_in
from tests.test_admin_articles import open_form, save
from tests.test_leaks import everything_that_readers_get
from tests.test_portal import Visit, holder

pytestmark = pytest.mark.django_db

SAYS = {"alt": "En bakke med mad", "picture-credit": "Åse Ørsted"}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def draft_of(visit):
    return Article.objects.for_desk().get(leg__handoff=visit.handoff).draft


def open_text(visit):
    return fields_of(visit.get("text"))


def save_text(visit, **typed):
    return visit.post("text", **(open_text(visit) | typed))


# The writer's page -----------------------------------------------------------------------------


def test_a_writer_sends_a_picture_with_its_words():
    visit = Visit(holder())

    answer = save_text(visit, **SAYS, **{"picture-file": upload(), "picture-x": 20})

    draft = draft_of(visit)
    assert answer.status_code == 302
    assert (draft.alt, draft.picture.credit) == ("En bakke med mad", "Åse Ørsted")
    assert (draft.picture.focal_x, draft.picture.focal_y) == (20, 50)
    assert draft.picture.shape == Shape.WIDE
    assert draft.picture.preview in visit.text("text")


def test_a_text_saved_again_keeps_its_picture():
    visit = Visit(holder())
    save_text(visit, **SAYS, **{"picture-file": upload()})
    before = draft_of(visit)

    save_text(visit)
    unchanged = draft_of(visit)
    save_text(visit, title="Ny")

    assert (unchanged.picture, unchanged.version) == (before.picture, before.version)
    assert draft_of(visit).picture == before.picture
    assert Picture.objects.count() == 1


def test_another_focal_point_cuts_the_picture_anew():
    visit = Visit(holder())
    save_text(visit, **SAYS, **{"picture-file": upload()})
    before = draft_of(visit).picture

    save_text(visit, **{"picture-x": 5, "picture-y": 95})

    after = draft_of(visit).picture
    assert (after.focal_x, after.focal_y, after.credit) == (5, 95, "Åse Ørsted")
    assert (after.whole, after.name != before.name) == (before.whole, True)


def test_another_picture_begins_in_its_middle_where_nobody_pointed():
    visit = Visit(holder())
    save_text(visit, **SAYS, **{"picture-file": upload(), "picture-x": 5, "picture-y": 95})

    save_text(visit, **{"picture-file": upload()})
    first = draft_of(visit).picture
    save_text(visit, **{"picture-file": upload(), "picture-x": 70})

    assert (first.focal_x, first.focal_y) == (50, 50)
    assert (draft_of(visit).picture.focal_x, draft_of(visit).picture.focal_y) == (70, 50)


def test_what_is_typed_before_a_picture_is_chosen_waits_for_it():
    visit = Visit(holder())

    visit.post("keep-draft", version=1, title="Maden", alt=SAYS["alt"], caption="Køkkenet")
    save_text(visit, **{"picture-credit": SAYS["picture-credit"]})
    save_text(visit, title="Maden først")
    said = open_text(visit)
    save_text(visit, **{"picture-file": upload()})

    assert {name: said[name] for name in SAYS} == SAYS
    draft = draft_of(visit)
    assert (draft.alt, draft.caption) == (SAYS["alt"], "Køkkenet")
    assert draft.picture.credit == SAYS["picture-credit"]


def test_a_picture_is_removed_with_its_words():
    visit = Visit(holder())
    save_text(visit, **SAYS, **{"picture-file": upload()})
    removes = open_text(visit) | {"picture-remove": "on"}

    once = visit.post("text", **removes)
    twice = visit.post("text", **removes)

    draft = draft_of(visit)
    assert (draft.picture, draft.alt) == (None, "")
    assert (once.status_code, twice.status_code) == (302, 302)
    assert open_text(visit)["picture-credit"] == ""


def test_what_is_no_picture_is_told_in_words_and_the_text_stays_in_the_form():
    visit = Visit(holder())
    typed = {"title": "Min titel", "picture-file": upload(b"<html>", "foto.jpg"), **SAYS}

    answer = save_text(visit, **typed)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "This is no picture that we can read." in html
    assert "Min titel" in html
    assert SAYS["alt"] in html
    assert SAYS["picture-credit"] in html
    assert not Picture.objects.exists()


def test_the_error_is_tied_to_its_field():
    visit = Visit(holder())

    html = save_text(visit, **{"picture-file": upload(b"<html>")}).content.decode()

    assert 'href="#id_picture-file"' in html
    assert 'id="id_picture-file"' in html
    assert '<fieldset aria-describedby="id_picture_error">' in html


@pytest.mark.parametrize(
    "wrong", [{"title": "x" * 201}, {"picture-x": "101"}, {"picture-x": "midt"}]
)
def test_a_refused_form_does_not_lose_the_picture(wrong):
    visit = Visit(holder())

    refused = save_text(visit, **SAYS, **wrong, **{"picture-file": upload()})
    picture = Picture.objects.get()
    assert refused.status_code == 422
    assert picture.preview in refused.content.decode()

    again = fields_of(refused) | {"title": "Kort", "picture-x": "50"}
    answer = visit.post("text", **again)
    assert answer.status_code == 302
    assert draft_of(visit).picture == picture
    assert Picture.objects.count() == 1


def test_two_who_save_see_both_texts_and_no_picture_is_lost():
    visit = Visit(holder())
    save_text(visit, title="Før")
    opened = open_text(visit)
    theirs = write(fresh(draft_of(visit).article), picture=make_picture(), alt="Deres")

    refused = visit.post("text", **(opened | SAYS | {"picture-file": upload()}))
    mine = Picture.objects.exclude(pk=theirs.draft.picture_id).get()
    html = refused.content.decode()
    assert refused.status_code == 409
    assert mine.preview in html
    assert theirs.draft.picture.src in html

    visit.post("text", **fields_of(refused))
    assert draft_of(visit).picture == mine


def test_a_double_click_leaves_a_text_with_one_of_the_two_pictures():
    visit = Visit(holder())
    form = open_text(visit)

    first = visit.post("text", **(form | SAYS | {"picture-file": upload()}))
    second = visit.post("text", **(form | SAYS | {"picture-file": upload()}))

    assert (first.status_code, second.status_code) == (302, 409)
    assert Picture.objects.count() == 2
    assert draft_of(visit).picture == Picture.objects.order_by("pk").first()


@pytest.mark.parametrize("signed", ["", ":forged", ":" + "x" * 43])
def test_the_name_of_a_picture_opens_nothing_without_our_signature(signed):
    """Every reader knows the names of published pictures."""
    visit = Visit(holder())
    public = make_picture()

    answer = save_text(visit, **{"picture-kept": f"{public.name}{signed}"})

    assert answer.status_code == 422
    assert public.whole not in answer.content.decode()


def test_a_portrait_is_no_picture_of_a_text():
    visit = Visit(holder())
    portrait = make_picture(Shape.SQUARE)
    handoff = visit.handoff
    handoff.receiver.portrait = portrait
    handoff.receiver.save()
    kept = fields_of(visit.get(), None)["you-portrait-kept"]

    answer = save_text(visit, **{"picture-kept": kept})

    assert answer.status_code == 422


def test_a_picture_that_the_clock_removed_is_asked_for_again():
    visit = Visit(holder())
    refused = save_text(visit, title="x" * 201, **{"picture-file": upload()})
    Picture.objects.all().delete()

    answer = visit.post("text", **(fields_of(refused) | {"title": "Kort"}))

    assert answer.status_code == 422
    assert "We have not kept that picture. Send it again." in answer.content.decode()


def test_a_text_with_a_silent_picture_is_saved_and_not_sent():
    visit = Visit(holder())
    words = {"title": "Titel", "body": "Tekst.", "body_format": "plain"}

    answer = visit.post(
        "text", **(open_text(visit) | words | {"picture-file": upload(), "_submit": "1"})
    )

    article = draft_of(visit).article
    assert answer.status_code == 302
    assert "Say what the picture shows, or that it is only decoration." in visit.text("text")
    assert article.status == "draft"
    assert article.draft.picture


def test_the_preview_shows_the_cut_and_not_the_whole():
    visit = Visit(holder())
    save_text(visit, **SAYS, caption="Køkkenet", **{"picture-file": upload()})

    html = visit.text("preview")

    picture = draft_of(visit).picture
    assert picture.webp_set in html
    assert picture.whole not in html
    assert "Køkkenet" in html


def test_a_writer_sends_a_portrait():
    visit = Visit(holder())

    answer = visit.post("presentation", **{"you-name": "Åse Ørsted", "you-portrait-file": upload()})

    person = Contributor.objects.get(pk=visit.handoff.receiver_id)
    assert answer.status_code == 302
    assert (person.name, person.portrait.shape) == ("Åse Ørsted", Shape.SQUARE)
    assert person.portrait.src in visit.text()


def test_a_presentation_without_a_name_keeps_the_portrait_in_the_form():
    visit = Visit(holder())

    refused = visit.post("presentation", **{"you-name": "", "you-portrait-file": upload()})

    assert refused.status_code == 422
    assert Picture.objects.get().preview in refused.content.decode()
    assert Contributor.objects.get(pk=visit.handoff.receiver_id).portrait is None


def test_a_presentation_that_is_only_corrected_keeps_the_portrait():
    visit = Visit(holder())
    visit.post("presentation", **{"you-name": "Åse", "you-portrait-file": upload()})
    form = {name: said for name, said in fields_of(visit.get()).items() if name.startswith("you-")}

    visit.post("presentation", **(form | {"you-name": "Åse Ørsted"}))

    person = Contributor.objects.get(pk=visit.handoff.receiver_id)
    assert (person.name, person.portrait) == ("Åse Ørsted", Picture.objects.get())


# The newsroom --------------------------------------------------------------------------------


def test_an_editor_puts_a_picture_to_an_article():
    client, article = log_in(make_editor()), make_leg_article()

    answer = save(client, article, open_form(client, article) | SAYS | {"picture-file": upload()})

    draft = fresh(article).draft
    assert answer.status_code == 302
    assert (draft.picture.credit, draft.alt) == ("Åse Ørsted", "En bakke med mad")


def test_an_editor_who_changes_nothing_saves_nothing():
    client = log_in(make_editor())
    article = write(make_leg_article(), picture=make_picture(credit="Åse"), alt="En bakke")

    save(client, article, open_form(client, article))

    after = fresh(article).draft
    assert (after.version, after.picture) == (article.draft.version, article.draft.picture)


def test_an_editor_moves_the_focal_point_and_removes_the_picture():
    client = log_in(make_editor())
    article = write(make_leg_article(), picture=make_picture(), alt="En bakke")

    save(client, article, open_form(client, article) | {"picture-y": "0"})
    moved = fresh(article).draft.picture
    save(client, article, open_form(client, article) | {"picture-remove": "on"})

    assert (moved.focal_x, moved.focal_y, moved.whole) == (50, 0, article.draft.picture.whole)
    assert fresh(article).draft.picture is None


def test_a_refused_step_keeps_the_picture_in_the_form():
    """The step rolls the save back; the picture was taken before the transaction began."""
    client, article = log_in(make_editor()), make_leg_article()

    refused = save(
        client,
        article,
        open_form(client, article) | {"picture-file": upload()},
        step="_step_submit",
    )

    picture = Picture.objects.get()
    assert refused.status_code == 409
    assert picture.preview in refused.content.decode()
    assert fresh(article).draft.picture is None
    again = fields_of(refused, "article_form") | SAYS
    save(client, article, again)
    assert fresh(article).draft.picture.whole == picture.whole


def test_two_editors_see_both_pictures():
    client, article = log_in(make_editor()), make_leg_article()
    opened = open_form(client, article)
    theirs = write(fresh(article), picture=make_picture(), alt="Deres").draft.picture

    refused = save(client, article, opened | {"picture-file": upload()})

    mine = Picture.objects.exclude(pk=theirs.pk).get()
    assert refused.status_code == 409
    assert {mine.preview, theirs.src} <= set(re.findall(r'src="([^"]+)"', refused.content.decode()))
    save(client, article, fields_of(refused, "article_form"))
    assert fresh(article).draft.picture == mine


def test_an_article_is_added_with_its_picture():
    client = log_in(make_editor())
    form = fields_of(client.get(add_url(Article)), "article_form")

    client.post(add_url(Article), form | SAYS | {"title": "Nyt", "picture-file": upload()})

    assert Article.objects.get().draft.picture == Picture.objects.get()


def test_an_editor_puts_a_portrait_to_a_person():
    client, person = log_in(make_editor()), make_contributor()

    client.post(
        change_url(person), fields_of(client.get(change_url(person))) | {"portrait-file": upload()}
    )

    person.refresh_from_db()
    assert person.portrait == Picture.objects.get()


def test_two_editors_who_change_a_portrait_are_told():
    client, person = log_in(make_editor()), make_contributor()
    opened = fields_of(client.get(change_url(person)))
    person.portrait = make_picture(Shape.SQUARE)
    person.save()

    refused = client.post(change_url(person), opened | {"portrait-file": upload()})
    assert refused.status_code == 409
    assert "Changed by somebody else since you opened this: another picture" in (
        refused.content.decode()
    )

    client.post(change_url(person), fields_of(refused, "contributor_form"))
    person.refresh_from_db()
    assert person.portrait == Picture.objects.order_by("pk").last()


def test_a_picture_that_is_no_picture_is_decoded_once(caplog):
    client, person = log_in(make_editor()), make_contributor()
    form = fields_of(client.get(change_url(person)))

    refused = client.post(change_url(person), form | {"portrait-file": upload(encoded()[:9000])})

    assert refused.status_code == 200
    assert "The picture is damaged" in refused.content.decode()
    assert not Picture.objects.exists()


def test_what_changed_tells_of_the_picture_too():
    client = log_in(make_editor())
    article = publish(write(make_leg_article(), picture=make_picture(credit="Åse"), alt="En bakke"))
    other = pictures.cut_again(article.live.picture, focal=(10, 20), credit="Åse")
    write(article, picture=other, is_decorative=True)

    changes = between(article.live, fresh(article).draft)
    page = client.get(reverse("admin:articles_article_compare", args=[article.pk]))

    changed = [field.label for field in changes.fields if field.comparison.has_changed]
    assert changed == ["picture", "only decoration"]
    html = page.content.decode()
    assert str(other.pk) in html
    assert other.name not in html
    assert other.whole not in html


def test_the_review_shows_the_picture():
    client = log_in(make_editor())
    article = put(write(make_leg_article(), picture=make_picture(), alt="En bakke"), "submitted")

    html = client.get(reverse("admin:articles_article_review", args=[article.pk])).content.decode()

    assert article.draft.picture.src in html


def test_a_revision_shows_its_picture():
    client = log_in(make_editor())
    article = publish(write(make_leg_article(), picture=make_picture(), alt="En bakke"))

    html = client.get(reverse("admin:articles_article_revision", args=[article.pk, 1])).content

    assert article.live.picture.src in html.decode()


# The steps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["approve", "schedule", "publish"])
def test_nobody_passes_a_silent_picture_on(step):
    article = put(make_leg_article(), "submitted")
    article = write(article, picture=make_picture())

    with translation.override("en"), pytest.raises(RuleBroken, match="what the picture shows"):
        workflow.take_step(
            article, step, by=make_chief_editor(), version=article.draft.version, note="alene"
        )

    assert fresh(article).status == "submitted"


# What readers get ----------------------------------------------------------------------------


def read(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def test_readers_get_the_picture_in_its_sizes_with_words(client):
    picture = make_picture(credit="Åse Ørsted", focal=(20, 80))
    article = publish(
        write(make_leg_article(), picture=picture, alt="En bakke", caption="Klokken 11.40")
    )

    html = read(client, article)

    [image] = re.findall(r"<figure.*?</figure>", html, re.S)
    assert f'<source type="image/webp" srcset="{picture.webp_set}"' in image
    assert f'src="{picture.src}"' in image
    assert 'width="1200" height="675" alt="En bakke"' in image
    assert "Klokken 11.40" in image
    assert "Åse Ørsted" in image
    assert "style=" not in image
    assert picture.whole not in html
    for address in re.findall(r"/media/\S+", picture.webp_set):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        answer.close()


def test_decoration_is_silent(client):
    article = write(make_leg_article(), picture=make_picture(), alt="En bakke", is_decorative=True)

    html = read(client, publish(article))

    assert re.search(r'<img[^>]* height="675" alt="">', html)
    assert "En bakke" not in html


def test_a_byline_shows_the_writers_portrait_in_the_same_box(client):
    relay = make_relay()
    portrait = make_picture(Shape.SQUARE)
    person = make_contributor(portrait=portrait)
    leg = begin_leg(relay, receiver=person)
    article = publish(make_leg_article(leg))
    bib = re.compile(r'<span class="bib" aria-hidden="true"><picture>.*?</picture></span>', re.S)

    pages = {
        address: client.get(address).content.decode()
        for address in (article.get_absolute_url(), person.get_absolute_url(), "/")
    }

    for address, html in pages.items():
        [found] = bib.findall(html)
        assert portrait.webp_set in found, address
        assert 'width="640" height="640" alt=""' in found, address


def test_the_picture_of_a_text_that_is_not_out_is_on_no_page(client):
    site = make_site()
    shown, hidden = [], []
    for status in ("draft", "submitted", "sent_back", "approved", "scheduled"):
        published = publish(write(make_news(), picture=make_picture(), alt="En bakke"))
        shown.append(published.live.picture)
        for article in (make_leg_article(), published):
            article = write(article, picture=make_picture(), alt="Hemmelig")
            hidden.append(put(article, status).draft.picture)

    everything = everything_that_readers_get(client, site)

    assert not [picture for picture in hidden if picture.name in everything]
    assert not [picture for picture in hidden if picture.whole in everything]
    assert "emmelig" not in everything
    assert all(picture.name in everything for picture in shown)


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_a_withdrawn_text_shows_no_picture(client, step):
    article = publish(write(make_leg_article(), picture=make_picture(), alt="En bakke"))
    workflow.take_step(article, step, by=make_chief_editor())

    assert article.live.picture.name not in read(client, article)


def test_no_list_asks_for_pictures(client, django_assert_num_queries):
    picture = make_picture()
    articles = [publish(make_news()) for _each in range(3)]
    with django_assert_num_queries(5):
        client.get("/")

    Revision.objects.filter(article__in=articles).update(picture=picture, alt="En bakke")
    Contributor.objects.update(portrait=make_picture(Shape.SQUARE))

    with django_assert_num_queries(5):
        client.get("/")


# What comes in by the wire -------------------------------------------------------------------


def test_no_more_of_a_file_is_kept_than_a_form_would_take(monkeypatch):
    monkeypatch.setattr(uploads, "MOST_BYTES", 100_000)
    sent = RequestFactory().post("/", {"file": upload(bytes(5_000_000))})

    kept = sent.FILES["file"]

    assert 100_000 <= kept.size < 300_000
    kept.close()


def test_what_the_wire_lets_through_is_more_than_a_picture_may_be():
    assert uploads.MOST_BYTES > pictures.MOST_BYTES


def test_a_picture_in_memory_and_one_on_disk_are_the_same_to_us(settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    content = encoded(draw((800, 600)))
    sent = RequestFactory().post("/", {"picture-file": upload(content), "version": "1"})
    form = TextForm(sent.POST, sent.FILES)

    assert form.is_valid(), form.errors
    assert hasattr(sent.FILES["picture-file"], "temporary_file_path")
    assert form.cleaned_data["picture"].width == 800
    sent.FILES["picture-file"].close()
