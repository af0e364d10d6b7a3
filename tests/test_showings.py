"""A text is shown before it is out: to whom the link was given, one revision, for some days."""

import logging
import re
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from articles import checklist, desk, showings, workflow
from articles.models import ChecklistItem, Draft, Purpose, Remark, Showing
from relay_cms.logs import MaskTokens
from relays import outbox
from relays.errors import RuleBroken
from relays.models import Letter, Link
from relays.models.link import token_hash
from tests.factories import (
    BODY,
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_leg_article,
    make_news,
    make_picture,
    make_relay,
    make_user,
    publish,
    put,
    steps,
    write,
)
from tests.forms import fields_of
from tests.test_permissions import all_rows

pytestmark = pytest.mark.django_db

A_DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def make_text(**content):
    """The text of a running leg, in a relay with an editor."""
    relay = make_relay(language="en")
    relay.editors.add(make_editor())
    return make_leg_article(begin_leg(relay), **({"title": "Food first"} | content))


def writer_of(article):
    return article.leg.contributor.user


def editor_of(article):
    return article.relay.editors.get()


def show(article, *, name="The lawyer", by=None, **words):
    """A link to the text, and its path."""
    showing, address = showings.show(article, name=name, by=by or writer_of(article), **words)
    return showing, address.removeprefix("http://testserver")


def path_to(article, **words):
    return show(article, **words)[1]


def read(path):
    response = Client().get(path)
    assert response.status_code == 200
    return response.content.decode()


def answer(path, words="", *, name="Jura Jensen", client=None):
    said = {"name": name, "words": words, "answer": "remarks" if words else "none"}
    return (client or Client()).post(f"{path}remarks/", said)


# Making a link -----------------------------------------------------------------------------------


def test_a_link_shows_the_text_as_it_was_when_it_was_made():
    article = make_text(standfirst="In two lines.", interests="Owns a farm.")
    path = path_to(article)
    write(article, title="Something else", body="<p>Other words.</p>")

    page = read(path)

    for words in ("Food first", BODY, "In two lines.", "Owns a farm."):
        assert words in page
    assert "Something else" not in page
    assert "Other words" not in page


def test_a_link_freezes_the_draft_as_a_named_revision():
    article = make_text()

    showing, _path = show(article)

    revision = article.revisions.get()
    assert (revision.reason, revision.by) == ("named", writer_of(article))
    assert revision.content == article.draft.content
    assert (showing.revision, showing.name, showing.made_by) == (
        revision,
        "The lawyer",
        writer_of(article),
    )


def test_a_text_that_is_a_revision_already_is_not_frozen_again():
    article = put(make_text(), "submitted")

    show(article)
    show(article, name="The press office")

    assert list(article.revisions.values_list("reason", flat=True)) == ["submitted"]


@pytest.mark.parametrize(("purpose", "days"), [("colleague", 14), ("preview", 7)])
def test_a_link_is_open_for_so_many_days(purpose, days):
    article = make_text()
    path = path_to(article, by=editor_of(article), purpose=purpose)
    now = timezone.now()

    with time_machine.travel(now + days * A_DAY - timedelta(minutes=5)):
        assert Client().get(path).status_code == 200
    with time_machine.travel(now + days * A_DAY + timedelta(minutes=5)):
        assert Client().get(path).status_code == 410


def test_a_link_has_256_random_bits_of_which_only_the_hash_is_kept():
    article = make_text()

    tokens = {path_to(article).split("/")[2] for _each in range(20)}

    assert {len(token) for token in tokens} == {43}  # 32 bytes in base64
    hashes = set(Showing.objects.values_list("token_hash", flat=True))
    assert hashes == {token_hash(token) for token in tokens}


def test_the_twenty_first_open_link_waits_until_one_is_closed():
    article = make_text()
    made = [show(article)[0] for _each in range(20)]

    with pytest.raises(RuleBroken, match="Close one first"):
        show(article)
    showings.revoke(made[0], by=writer_of(article))

    assert read(path_to(article))


def test_there_is_nothing_to_show_of_an_empty_text():
    article = fresh(desk.article_for(begin_leg(make_relay())))

    with pytest.raises(RuleBroken, match="no text yet"):
        show(article)

    assert not article.revisions.exists()


def test_a_text_that_was_taken_down_for_good_is_shown_to_nobody():
    article, chief = publish(make_news()), make_chief_editor()
    path = path_to(article, by=chief)

    workflow.take_step(article, "remove", by=chief)

    with pytest.raises(RuleBroken, match="taken down for good"):
        show(article, by=chief)
    assert Client().get(path).status_code == 410


def test_what_was_done_is_in_the_history():
    article = make_text()
    showing, _path = show(article)

    showings.revoke(showing, by=editor_of(article))

    assert list(article.moves.order_by("pk").values_list("step", "by", "note")) == [
        ("show", writer_of(article).pk, "The lawyer"),
        ("revoke", editor_of(article).pk, "The lawyer"),
    ]


# Who may -----------------------------------------------------------------------------------------

PEOPLE = {
    "its writer": writer_of,
    "an editor": lambda article: make_editor(),
    "another writer": lambda article: make_contributor().user,
    "somebody": lambda article: make_user(),
}


@pytest.mark.parametrize("person", PEOPLE)
def test_a_text_is_shown_by_its_writer_and_by_editors(person):
    article = make_text()
    user = PEOPLE[person](article)

    if person in ("its writer", "an editor"):
        assert read(path_to(article, by=user))
    else:
        with pytest.raises(RuleBroken, match="can't show"):
            show(article, by=user)
        assert not Showing.objects.exists()


def test_a_writer_shows_nothing_any_more_when_the_leg_is_over():
    article = publish(make_text())

    with pytest.raises(RuleBroken, match="any more"):
        show(article)

    assert not Showing.objects.exists()


def test_a_writer_closes_their_own_links_and_an_editor_every_one():
    article = make_text()
    mine, theirs = show(article)[0], show(article, by=editor_of(article))[0]

    with pytest.raises(RuleBroken, match="can't close"):
        showings.revoke(theirs, by=writer_of(article))
    showings.revoke(mine, by=writer_of(article))
    showings.revoke(theirs, by=make_editor())

    assert not Showing.objects.open().exists()


def test_a_link_is_closed_once():
    article = make_text()
    showing, _path = show(article)

    first = showings.revoke(showing, by=writer_of(article))
    second = showings.revoke(showing, by=editor_of(article))

    assert first.revoked == second.revoked
    assert steps(article) == ["show", "revoke"]


# Reading -----------------------------------------------------------------------------------------


def test_the_page_says_whom_it_is_for_and_that_it_is_not_out():
    article = make_text()

    page = read(path_to(article, by=editor_of(article)))

    assert "<b>Not published.</b> Shown to The lawyer by Vibeke Sandholt." in page


def test_the_page_says_to_whom_an_answer_goes_and_names_nobody_twice():
    article = make_text()
    editor, writer = editor_of(article), writer_of(article)

    by_editor = read(path_to(article, by=editor))
    by_writer = read(path_to(article, by=writer))

    assert f"Your answer goes to {editor.name}, the writer and the editors" in by_editor
    assert f"Your answer goes to {writer.name} and the editors" in by_writer


def test_a_published_revision_is_not_called_unpublished():
    article = publish(make_news(language="en"))

    page = read(path_to(article, by=make_editor()))

    assert "<b>Published.</b> Shown to" in page
    assert "Not published" not in page


def test_the_byline_is_the_one_that_readers_will_see():
    person = make_contributor("Ida Ulv", job_title="cook", organisation="Skovby")
    article = make_leg_article(begin_leg(make_relay(language="en"), receiver=person))
    path = path_to(article)

    assert "<b>Ida Ulv</b> cook, Skovby" in read(path)
    put(article, "live")
    person.job_title = "mayor"
    person.save()

    assert "<b>Ida Ulv</b> cook, Skovby" in read(path)


def test_the_picture_of_the_text_stands_over_it(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = make_picture()
    article = make_text(picture=picture, alt="A tray")
    path = path_to(article)
    write(article, picture=None)

    assert f'src="{picture.src}"' in read(path)
    assert 'alt="A tray"' in read(path)


def test_the_page_tells_nothing_of_people_but_their_names():
    article = make_text()
    path = path_to(article)
    answer(path, "Say sorry in line three.", name="Jura Jensen")

    page = read(path)

    assert set(re.findall(r"[\w.+-]+@[\w.-]+", page)) == {"redaktionen@depechen.example"}
    assert "Jura Jensen" not in page
    assert "line three" not in page


def test_the_page_is_in_the_language_of_the_text(client):
    path = path_to(make_text())

    page = client.get(path, headers={"accept-language": "da"}).content.decode()

    assert '<html lang="en">' in page


def test_a_look_changes_nothing_however_often_and_by_whomever():
    article = make_text()
    path = path_to(article)
    editor = Client()
    editor.force_login(editor_of(article))
    before = all_rows()

    for client in (Client(), Client(), editor):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert client.get(f"{path}thanks/").status_code == 200

    assert all_rows() == before


def answers_of(path):
    client = Client()
    yield client.get(path)
    yield client.get("/show/unknown/")
    yield client.post(f"{path}remarks/", {"answer": "remarks"})
    yield client.get(f"{path}thanks/")
    yield answer(path)


def test_no_answer_is_kept_or_indexed_or_told_to_another_site():
    for response in answers_of(path_to(make_text())):
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert response.headers["Referrer-Policy"] == "same-origin"


def test_reading_and_answering_makes_no_session():
    path = path_to(make_text())
    client = Client()

    client.get(path)
    answer(path, client=client)

    assert set(client.cookies) == {"csrftoken"}


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_asks_the_database_as_often_however_much_was_said(
    number, django_assert_num_queries
):
    article = make_text()
    path = path_to(article)
    for each in range(number):
        answer(path, f"Remark {each}")
        show(article)

    with django_assert_num_queries(2):
        assert Client().get(path).status_code == 200


# The end of a link -------------------------------------------------------------------------------


def revoked():
    article = make_text()
    showing, path = show(article)
    showings.revoke(showing, by=writer_of(article))
    return path


def run_out():
    article = make_text()
    path = path_to(article)
    Showing.objects.update(until=timezone.now())
    return path


def unknown():
    return f"/show/{'A' * 43}/"


@pytest.mark.parametrize("closed", [revoked, run_out, unknown])
@pytest.mark.parametrize("page", ["", "thanks/", "remarks/"])
def test_a_closed_link_is_the_same_page_for_all(closed, page):
    path = closed()

    def ask(path):
        return answer(path) if page == "remarks/" else Client().get(f"{path}{page}")

    response = ask(path)

    assert response.status_code == 410
    assert response.content == ask(unknown()).content
    assert response.headers == ask(unknown()).headers
    assert not Remark.objects.exists()


def test_a_link_that_is_closed_while_somebody_writes_takes_no_answer():
    article = make_text()
    showing, _path = show(article)
    showings.revoke(showing, by=writer_of(article))

    with pytest.raises(showings.LinkIsClosed):
        showings.remark(showing, name="Jura Jensen")

    assert not Remark.objects.exists()


def test_no_parameter_of_a_public_page_shows_what_is_not_out():
    article = write(publish(make_news(title="Out")), title="Hemmelig")
    token = path_to(article, by=make_editor()).split("/")[2]
    plain = Client().get(article.get_absolute_url()).content

    for name in ("preview", "token", "show", "revision", "draft"):
        for value in (token, "1", "draft"):
            address = f"{article.get_absolute_url()}?{name}={value}"
            assert Client().get(address).content == plain


# Answering ---------------------------------------------------------------------------------------


def test_an_answer_says_who_and_what():
    path = path_to(make_text())

    response = answer(path, "Line three is wrong.\nSo is four.")

    assert (response.status_code, response.url) == (302, f"{path}thanks/")
    remark = Remark.objects.get()
    assert (remark.name, remark.words) == ("Jura Jensen", "Line three is wrong.\nSo is four.")


def test_read_and_no_remarks_is_an_answer():
    answer(path_to(make_text()))

    assert list(Remark.objects.values_list("name", "words")) == [("Jura Jensen", "")]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": "", "words": "Wrong.", "answer": "remarks"}, "name"),
        ({"name": "x" * 121, "words": "Wrong.", "answer": "remarks"}, "name"),
        ({"name": "Jura", "words": "", "answer": "remarks"}, "words"),
        ({"name": "Jura", "words": "Wrong.", "answer": "none"}, "words"),
        ({"name": "Jura", "words": "x" * 5001, "answer": "remarks"}, "words"),
        ({"name": "Jura", "words": "Wrong.", "answer": "perhaps"}, "answer"),
        ({"name": "Jura", "words": "Wrong."}, "answer"),
    ],
)
def test_half_an_answer_is_refused_in_words_and_kept(said, field):
    path = path_to(make_text())

    response = Client().post(f"{path}remarks/", said)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    kept = fields_of(response)
    assert (kept["name"], kept["words"]) == (said["name"], said["words"])
    assert not Remark.objects.exists()


def test_an_answer_sent_twice_is_one():
    path = path_to(make_text())

    for _each in range(2):
        assert answer(path, "Wrong.").status_code == 302

    assert Remark.objects.count() == 1


def test_who_answers_again_loses_nothing_of_the_first_answer():
    path = path_to(make_text())

    for words in ("Wrong.", "", "Wrong."):
        answer(path, words)

    assert list(Remark.objects.values_list("words", flat=True)) == ["Wrong.", "", "Wrong."]


def test_the_twenty_first_answer_is_sent_to_the_editors_instead():
    path = path_to(make_text())
    for each in range(20):
        answer(path, f"Remark {each}")

    response = answer(path, "One more")

    assert response.status_code == 409
    assert "write to the editors" in response.content.decode()
    assert fields_of(response)["words"] == "One more"
    assert Remark.objects.count() == 20


def test_a_preview_is_to_be_read_and_takes_no_answer():
    article = make_text()
    path = path_to(article, by=editor_of(article), purpose=Purpose.PREVIEW)

    assert "<form" not in read(path)
    assert answer(path).status_code == 410
    assert Client().get(f"{path}thanks/").status_code == 410
    assert not Remark.objects.exists()


def test_the_answer_asks_for_the_token_of_its_form():
    path = path_to(make_text())
    client = Client(enforce_csrf_checks=True)

    refused = client.post(f"{path}remarks/", {"name": "Jura Jensen", "words": "Et <b>ord</b>."})
    assert refused.status_code == 403
    assert "Et &lt;b&gt;ord&lt;/b&gt;." in refused.text
    form = fields_of(client.get(path))
    client.post(f"{path}remarks/", form | {"name": "Jura Jensen", "answer": "none"})

    assert Remark.objects.count() == 1


# Who hears of it ---------------------------------------------------------------------------------


def told():
    rows = Letter.objects.filter(kind__endswith="remark").order_by("pk")
    return [(letter.kind, letter.address) for letter in rows]


def test_the_writer_and_the_relays_editors_hear_of_an_answer():
    article = make_text()
    path = path_to(article)

    answer(path, "Line three is wrong.")

    assert told() == [
        ("remark", article.leg.contributor.email),
        ("editor_remark", editor_of(article).email),
    ]
    for letter in Letter.objects.filter(kind__endswith="remark"):
        assert letter.subject == "Jura Jensen has read “Food first”"
        assert "»Line three is wrong.«" in letter.body


def test_an_answer_without_remarks_is_told_as_one():
    answer(path_to(make_text()))

    assert "has no remarks" in Letter.objects.get(kind="remark").body
    assert "No remarks." in Letter.objects.get(kind="editor_remark").body


def test_the_editor_who_made_the_link_hears_of_the_answer_too():
    article = make_text()
    maker = make_editor("Mads Lindelund")

    answer(path_to(article, by=maker))

    assert [address for kind, address in told() if kind == "editor_remark"] == [
        editor_of(article).email,
        maker.email,
    ]


def test_of_a_news_article_its_responsible_editor_hears_once():
    editor = make_editor()
    article = make_news(responsible_editor=editor)

    answer(path_to(article, by=editor))

    assert told() == [("editor_remark", editor.email)]


def test_an_answer_sent_twice_is_told_once():
    path = path_to(make_text())

    for _each in range(2):
        answer(path)

    assert len(told()) == 2


def test_the_letters_carry_nobody_elses_links():
    article = make_text()
    path = path_to(article)

    answer(path, "See https://evil.example/ and [[link]]", name="https://evil.example")
    outbox.send_due()

    sent = [message.body for message in mail.outbox]
    addresses = [found for body in sent for found in re.findall(r"https?://[^\s»«]+", body)]
    links = [address for address in addresses if "/baton/link/" in address]
    assert len(links) == 2  # the writer's invitation and letter: one each
    assert [address for address in addresses if not address.startswith("http://testserver/")] == []
    assert path not in "".join(sent)


def test_the_writers_letter_leads_to_their_page():
    article = make_text()
    answer(path_to(article))

    outbox.send_due()

    [body] = [each.body for each in mail.outbox if "All answers are on your page" in each.body]
    [link] = re.findall(r"http://testserver(/baton/link/\S+/)", body)
    page = Client().get(link, follow=True).content.decode()
    assert "Jura Jensen" in page


# The token ---------------------------------------------------------------------------------------


def test_the_token_is_in_no_row_and_no_letter():
    article = make_text()
    showing, path = show(article)
    token = path.split("/")[2]

    answer(path, "Wrong.")
    answer(path)
    showings.revoke(showing, by=writer_of(article))
    outbox.send_due()

    rows = [list(model._default_manager.values()) for model in apps.get_models()]
    assert token_hash(token) in repr(rows)
    assert token not in repr(rows)
    assert token not in "".join(message.body for message in mail.outbox)


def test_no_log_line_holds_the_token():
    words = "Forbidden (CSRF cookie not set.): /show/%s/remarks/"
    record = logging.LogRecord("x", logging.WARNING, "", 1, words, ("Geheim_-1234",), None)

    MaskTokens().filter(record)

    assert record.getMessage() == "Forbidden (CSRF cookie not set.): /show/…/remarks/"


# The writer's page -------------------------------------------------------------------------------


class Writer:
    """The writer of an article, by the link of their letter."""

    def __init__(self, article):
        self.client, self.turn = Client(), article.leg.handoff_id
        self.client.get(reverse("relays:link", args=[Link.make(article.leg.handoff)]))

    def get(self, name="showings"):
        return self.client.get(reverse(f"portal:{name}", args=[self.turn]))

    def show(self, name="The lawyer"):
        return self.client.post(reverse("portal:showings", args=[self.turn]), {"show-name": name})

    def revoke(self, showing):
        return self.client.post(reverse("portal:revoke", args=[self.turn, showing.pk]))


def test_a_writer_makes_a_link_that_is_told_this_once():
    article = make_text()
    writer = Writer(article)

    page = writer.show()

    [address] = set(re.findall(r"http://testserver(/show/[\w-]{43}/)", page.content.decode()))
    assert page.status_code == 201
    assert read(address)
    assert "/show/" not in writer.get().content.decode()
    assert "/show/" not in writer.get("turn").content.decode()


def test_a_link_for_nobody_is_refused_in_words():
    writer = Writer(make_text())

    page = writer.show("")

    assert page.status_code == 422
    assert 'href="#id_show-name"' in page.content.decode()
    assert not Showing.objects.exists()


def test_the_writer_reads_the_answers_on_their_page():
    article = make_text()
    writer = Writer(article)
    answer(path_to(article, by=editor_of(article)), "Line <three> is wrong.")

    for name in ("turn", "showings"):
        page = writer.get(name).content.decode()
        assert "Line &lt;three&gt; is wrong." in page
        assert "Jura Jensen" in page


def test_a_preview_made_by_the_editors_is_none_of_the_writers_business():
    article = make_text()
    writer = Writer(article)
    preview, _path = show(article, name="The board", by=editor_of(article), purpose=Purpose.PREVIEW)

    assert "The board" not in writer.get().content.decode()
    assert writer.revoke(preview).status_code == 404


def test_the_writer_closes_a_link():
    article = make_text()
    writer = Writer(article)
    showing, path = show(article)

    assert writer.revoke(showing).status_code == 302

    assert Client().get(path).status_code == 410
    assert "closed" in writer.get().content.decode()


def test_the_writer_has_no_button_for_an_editors_link_and_pressing_it_says_no():
    article = make_text()
    writer = Writer(article)
    showing, path = show(article, by=editor_of(article))

    assert "/revoke/" not in writer.get().content.decode()
    response = writer.client.post(
        reverse("portal:revoke", args=[writer.turn, showing.pk]), follow=True
    )

    assert "You can&#x27;t close this link." in response.content.decode()
    assert read(path)


def test_another_turn_knows_nothing_of_a_link():
    showing, path = show(make_text())
    other = Writer(make_text())

    assert other.revoke(showing).status_code == 404
    assert read(path)


def test_before_there_is_a_text_there_is_no_page_to_show_it_from():
    leg = begin_leg(make_relay())
    client = Client()
    client.get(reverse("relays:link", args=[Link.make(leg.handoff)]))

    assert client.get(reverse("portal:showings", args=[leg.handoff_id])).status_code == 404
    assert client.get(reverse("portal:turn", args=[leg.handoff_id])).status_code == 200


def test_the_draft_is_saved_before_it_is_shown():
    article = make_text()
    writer = Writer(article)
    address = reverse("portal:text", args=[writer.turn])
    form = fields_of(writer.client.get(address))

    response = writer.client.post(address, form | {"title": "Newer", "_show": ""})

    assert response.url == reverse("portal:showings", args=[writer.turn])
    assert fresh(article).draft.title == "Newer"


def test_from_publication_on_the_writer_shows_nothing():
    article = publish(make_text())
    writer = Writer(article)
    before = all_rows()

    assert writer.show().status_code == 409

    assert all_rows() == before
    assert "<form" not in writer.get().content.decode()


def test_the_forms_of_the_writers_page_carry_their_token():
    article = make_text()
    show(article)

    page = Writer(article).get().content.decode()

    assert len(re.findall(r'csrfmiddlewaretoken" value="[^"]+"', page)) == page.count("<form") == 2


@pytest.mark.parametrize("number", [1, 12])
def test_the_writers_list_asks_the_database_as_often_for_1_link_as_for_12(
    number, django_assert_num_queries
):
    article = make_text()
    writer = Writer(article)
    for each in range(number):
        write(fresh(article), title=f"Title {each}")
        answer(path_to(article, name=f"Reader {each}"), "Wrong.")

    with django_assert_num_queries(12):
        assert writer.get().status_code == 200


# The admin ---------------------------------------------------------------------------------------


def desk_of(article, user=None):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user or editor_of(article))
    return client


def at(article, rest=""):
    return f"/admin/articles/article/{article.pk}/{rest}"


def make_link(client, article, **said):
    said = {"show-name": "The board", "show-purpose": "preview"} | {
        f"show-{name}": value for name, value in said.items()
    }
    return client.post(at(article, "showings/"), said)


def test_an_editor_makes_a_preview_link_that_is_told_this_once():
    article = make_text()
    client = desk_of(article)

    page = make_link(client, article)

    [address] = set(re.findall(r"http://testserver(/show/[\w-]{43}/)", page.content.decode()))
    assert page.status_code == 201
    assert "no-store" in page.headers["Cache-Control"]
    assert read(address)
    assert (Showing.objects.get().purpose, Showing.objects.get().name) == ("preview", "The board")
    assert "/show/" not in client.get(at(article, "showings/")).content.decode()


def test_an_editor_reads_who_was_shown_what_by_whom_and_all_answers():
    article = make_text()
    path = path_to(article)
    answer(path, "Line <three> is wrong.")
    answer(path)

    tab = desk_of(article).get(at(article, "showings/")).content.decode()
    review = desk_of(article).get(at(article, "review/")).content.decode()

    answers = ("Line &lt;three&gt; is wrong.", "read, no remarks", "Revision 1, named")
    for page in (tab, review):
        assert [words for words in ("The lawyer", *answers) if words not in page] == []
    assert f"made by {writer_of(article).name}" in tab


def test_that_a_text_was_shown_is_no_part_of_the_talk_with_its_writer():
    article = put(make_text(), "submitted")
    show(article)

    review = desk_of(article).get(at(article, "review/"))

    assert steps(article) == ["submit", "show"]
    assert [said.move.step for said in review.context["talk"]] == ["submit"]


@pytest.mark.parametrize(
    "said", [{"name": ""}, {"name": "x" * 121}, {"purpose": "poster"}, {"item": "1"}]
)
def test_a_link_that_makes_no_sense_is_refused_in_words(said):
    article = make_text()

    response = make_link(desk_of(article), article, **said)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == list(said)
    assert not Showing.objects.exists()


def test_a_refusal_of_the_desk_is_told_in_the_form():
    article = make_text()
    client = desk_of(article)
    Draft.objects.update(title="", body="")

    response = make_link(client, article)

    assert response.status_code == 409
    assert "There is no text yet." in response.content.decode()


def test_an_editor_closes_a_link():
    article = make_text()
    showing, path = show(article)

    response = desk_of(article).post(at(article, f"showings/{showing.pk}/revoke/"))

    assert response.url == at(article, "showings/")
    assert Client().get(path).status_code == 410


def test_a_link_of_another_article_is_not_found_here():
    showing, path = show(make_text())
    article = make_text()

    for act in ("revoke", "item"):
        address = at(article, f"showings/{showing.pk}/{act}/")
        assert desk_of(article).post(address).status_code == 404

    assert read(path)


@pytest.mark.parametrize("number", [1, 12])
def test_the_admin_asks_the_database_as_often_for_1_link_as_for_12(
    number, django_assert_num_queries
):
    article = make_text()
    client = desk_of(article)
    for each in range(number):
        answer(path_to(article, name=f"Reader {each}"), "Wrong.")

    with django_assert_num_queries(9):
        client.get(at(article, "showings/"))


# The checklist -----------------------------------------------------------------------------------


def ticks(article):
    return [(tick.item.label, tick.who) for tick in article.ticks.order_by("pk")]


@pytest.fixture
def item():
    return ChecklistItem.objects.create(label="A lawyer has read it", is_hard=True)


def test_an_answer_without_remarks_ticks_what_the_link_is_tied_to(item):
    article = make_text()

    answer(path_to(article, by=editor_of(article), item=item))

    assert ticks(article) == [("A lawyer has read it", "Jura Jensen")]


def test_an_answer_with_remarks_ticks_nothing(item):
    article = make_text()

    answer(path_to(article, by=editor_of(article), item=item), "Wrong.")

    assert ticks(article) == []


def test_the_newest_answer_counts(item):
    article = make_text()
    path = path_to(article, by=editor_of(article), item=item)

    answer(path)
    answer(path, "On second thoughts: wrong.", name="Another")

    assert ticks(article) == []
    assert steps(article) == ["show", "tick", "untick"]


def test_an_answer_takes_no_tick_of_an_editors_back(item):
    article = make_text()
    path = path_to(article, by=editor_of(article), item=item)
    checklist.tick(article, item, by=editor_of(article))

    answer(path)
    answer(path, "Wrong.")

    assert ticks(article) == [("A lawyer has read it", "Vibeke Sandholt")]


def test_a_writer_ties_no_link_to_the_checklist(item):
    article = make_text()
    showing, _path = show(article)

    for act in (
        lambda: show(article, item=item),
        lambda: showings.tie(showing, item, by=writer_of(article)),
    ):
        with pytest.raises(RuleBroken, match="editors’"):
            act()

    assert not Showing.objects.exclude(item=None).exists()


def test_an_editor_ties_a_writers_link_before_or_after_the_answer(item):
    before, after = make_text(), make_text()
    showing, path = show(before)
    said, said_path = show(after)
    answer(said_path)

    for article, each in ((before, showing), (after, said)):
        form = {"item": item.pk}
        desk_of(article).post(at(article, f"showings/{each.pk}/item/"), form)
    answer(path)

    assert ticks(before) == ticks(after) == [("A lawyer has read it", "Jura Jensen")]


def test_a_link_that_is_untied_takes_its_tick_back(item):
    article = make_text()
    showing, path = show(article, by=editor_of(article), item=item)
    answer(path)

    desk_of(article).post(at(article, f"showings/{showing.pk}/item/"), {"item": ""})

    assert ticks(article) == []


def test_a_preview_is_tied_to_nothing(item):
    article = make_text()
    editor = editor_of(article)
    preview, _path = show(article, by=editor, purpose=Purpose.PREVIEW)

    with pytest.raises(RuleBroken, match="reading only"):
        showings.tie(preview, item, by=editor)
    with pytest.raises(RuleBroken, match="reading only"):
        show(article, by=editor, purpose=Purpose.PREVIEW, item=item)

    assert Showing.objects.count() == 1
