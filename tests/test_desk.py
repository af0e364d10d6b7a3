"""Writing: whose text it is, saving without losing anybody's words, going back."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from articles import desk
from articles.models import Article, ArticleMove, Byline, Draft, Revision
from relays import baton
from relays.errors import RuleBroken
from tests.factories import (
    BODY,
    begin_leg,
    fresh,
    make_contributor,
    make_editor,
    make_leg_article,
    make_news,
    make_relay,
    make_theme,
    make_user,
    publish,
    put,
    steps,
    write,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def rows():
    models = [Article, Draft, Revision, Byline, ArticleMove]
    return [list(model.objects.order_by("pk").values()) for model in models]


def refuses(sentence, act, *args, kind=RuleBroken, **words):
    """The act says this sentence, and leaves every row as it was."""
    before = rows()
    with pytest.raises(kind, match=sentence) as broken:
        act(*args, **words)
    return rows() == before and str(broken.value).endswith(".")


def save(article, by=None, version=None, change_approved=False, **content):
    version = version or fresh(article).draft.version
    return desk.save_draft(
        article, content, by=by, version=version, change_approved=change_approved
    )


# The article of a leg ------------------------------------------------------------------------


def test_a_leg_has_an_article_when_it_is_first_asked_for():
    theme = make_theme("Mad")
    leg = begin_leg(make_relay(theme=theme, language="en"))

    article = desk.article_for(leg)

    assert (article.leg, article.relay) == (leg, leg.relay)
    assert (article.theme, article.language, article.status) == (theme, "en", "draft")
    words = dict.fromkeys(["title", "standfirst", "body", "interests", "alt", "caption"], "")
    assert article.draft.content == words | {"picture": None, "is_decorative": False}
    assert [byline.contributor for byline in article.bylines.all()] == [leg.contributor]


def test_a_leg_has_one_article():
    leg = begin_leg(make_relay())

    assert desk.article_for(leg) == desk.article_for(leg)
    assert Article.objects.count() == 1


def test_a_finished_leg_still_leads_to_its_article():
    article = publish(make_leg_article())

    assert desk.article_for(article.leg) == article


def test_an_abandoned_leg_without_an_article_gets_none():
    leg = begin_leg(make_relay())
    baton.abandon(leg, by=None)

    assert refuses("is abandoned by now", desk.article_for, leg)


def test_an_abandoned_leg_keeps_its_article():
    article = make_leg_article()
    baton.abandon(article.leg, by=None)

    assert desk.article_for(article.leg) == article


# Saving --------------------------------------------------------------------------------------


def test_saving_counts_the_version_and_says_who():
    article = make_leg_article(title="Før")
    version, writer = article.draft.version, article.leg.contributor.user

    draft = save(article, by=writer, title="Efter")

    assert (draft.title, draft.version, draft.saved_by) == ("Efter", version + 1, writer)
    assert fresh(article).draft.content == draft.content


def test_what_is_not_sent_stays_as_it_is():
    article = make_leg_article(title="Overskrift", standfirst="Indgang")

    save(article, title="En anden")

    assert fresh(article).draft.standfirst == "Indgang"
    assert fresh(article).draft.body == BODY


def test_saving_what_is_there_already_saves_nothing():
    article = make_leg_article(title="Overskrift")
    before = rows()

    save(article, by=make_editor(), title="Overskrift", body=BODY)

    assert rows() == before


def test_saving_what_is_there_already_is_no_conflict():
    article = make_leg_article(title="Overskrift")

    draft = save(article, version=1, title="Overskrift")

    assert draft.version == 2


def test_what_is_saved_has_passed_the_sanitiser():
    article = make_leg_article()

    save(article, body='<p onclick="x()">Mad<script>x()</script></p>')

    assert fresh(article).draft.body == "<p>Mad</p>"


def test_a_change_that_the_sanitiser_takes_away_is_no_change():
    article = put(make_leg_article(), "approved")
    before = rows()

    save(article, body=f'{BODY}<p></p><script>alert("x")</script>')

    assert rows() == before


def test_whoever_saves_an_old_version_gets_the_other_text():
    article = make_leg_article(title="Før")
    version = article.draft.version
    save(article, title="Den andens")
    before = rows()

    with pytest.raises(desk.Conflict, match="has been saved elsewhere") as conflict:
        save(article, version=version, title="Min")

    assert conflict.value.theirs.title == "Den andens"
    assert conflict.value.theirs.version == version + 1
    assert rows() == before


@pytest.mark.parametrize("status", ["approved", "scheduled"])
def test_changing_an_approved_text_is_asked_about_first(status):
    article = put(make_leg_article(), status)

    assert refuses(
        "Say that you want to change it",
        save,
        article,
        make_editor(),
        title="Ny",
        kind=desk.TextIsPassedOn,
    )


@pytest.mark.parametrize("status", ["approved", "scheduled"])
def test_changing_an_approved_text_takes_the_approval_back(status):
    article = put(make_leg_article(), status)

    save(article, make_editor(), title="Ny", change_approved=True)

    article = fresh(article)
    assert (article.status, article.approved, article.publish_at) == ("submitted", None, None)
    assert steps(article)[-1] == "edit"


def test_an_old_version_of_an_approved_text_is_a_conflict_first():
    article = put(make_leg_article(), "approved")

    assert refuses(
        "saved elsewhere",
        save,
        article,
        version=1,
        title="Ny",
        change_approved=True,
        kind=desk.Conflict,
    )


def test_a_live_article_goes_on_being_read_while_its_text_changes():
    article = publish(make_leg_article(title="Ude"))

    save(article, make_editor(), title="Ny")

    article = fresh(article)
    assert (article.status, article.draft.title) == ("draft", "Ny")
    assert Article.objects.public().get().live.title == "Ude"


# Who may write -------------------------------------------------------------------------------

MAY_WRITE = {
    "draft": {"writer", "editor"},
    "submitted": {"editor"},
    "sent_back": {"writer", "editor"},
    "approved": {"editor"},
    "scheduled": {"editor"},
    "live": {"editor"},
}


@pytest.mark.parametrize("status", MAY_WRITE)
def test_the_writer_writes_while_the_text_is_not_with_the_editors(status):
    article = put(make_leg_article(), status)
    people = {
        "stranger": make_contributor().user,
        "reader": make_user(),
        "writer": article.leg.contributor.user,
        "editor": make_editor(),
    }
    before = rows()

    wrote = set()
    for role, user in people.items():
        try:
            with transaction.atomic():
                save(article, user, title=f"Af {role}", change_approved=True)
                wrote.add(role)
                transaction.set_rollback(True)
        except RuleBroken:
            pass
        assert rows() == before

    assert wrote == MAY_WRITE[status]


def test_a_writer_without_the_text_is_told_how_to_get_it_back():
    article = put(make_leg_article(), "submitted")

    assert refuses("Take it back", save, article, article.leg.contributor.user, title="Ny")


# Older texts ---------------------------------------------------------------------------------


def test_restoring_keeps_the_present_text_as_a_revision():
    article = put(make_leg_article(title="Første"), "sent_back")
    old = article.revisions.get()
    article = write(article, title="Anden")
    version, writer = article.draft.version, article.leg.contributor.user

    desk.restore(article, old, by=writer)

    article = fresh(article)
    assert (article.draft.title, article.draft.version) == ("Første", version + 1)
    assert article.draft.saved_by == writer
    assert list(article.revisions.order_by("number").values_list("title", "reason", "by")) == [
        ("Første", "submitted", old.by_id),
        ("Anden", "named", writer.pk),
        ("Første", "restored", writer.pk),
    ]


def test_the_text_one_has_is_not_restored():
    article = put(make_leg_article(), "sent_back")

    assert refuses(
        "the text you have", desk.restore, article, article.revisions.get(), by=make_editor()
    )


def test_a_text_of_another_article_is_not_restored():
    article = make_leg_article()
    foreign = put(make_news(), "submitted").revisions.get()
    before = rows()

    with pytest.raises(Revision.DoesNotExist):
        desk.restore(article, foreign, by=make_editor())

    assert rows() == before


def test_the_writer_restores_nothing_while_the_text_is_with_the_editors():
    article = put(make_leg_article(title="Første"), "submitted")
    old = article.revisions.get()
    article = write(article, title="Anden")

    assert refuses("Take it back", desk.restore, article, old, by=article.leg.contributor.user)


def test_restoring_an_older_text_of_a_live_article_changes_nothing_for_readers():
    article = publish(make_leg_article(title="Første"))
    old = article.live
    article = publish(write(article, title="Anden"))

    desk.restore(article, old, by=make_editor())

    article = fresh(article)
    assert (article.status, article.draft.title) == ("draft", "Første")
    assert Article.objects.public().get().live.title == "Anden"


def test_revisions_are_numbered_once():
    revision = put(make_leg_article(), "submitted").revisions.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(article=revision.article, number=revision.number, reason="named")


# An article whose leg was given up -----------------------------------------------------------


def test_an_article_whose_leg_was_given_up_becomes_news():
    article = make_leg_article(title="Den bliver til nyt")
    leg = article.leg
    baton.abandon(leg, by=None)

    desk.make_news(article, by=make_editor())

    article = fresh(article)
    assert (article.leg, article.relay, article.draft.title) == (None, None, "Den bliver til nyt")
    assert [byline.contributor for byline in article.bylines.all()] == [leg.contributor]


def test_an_article_whose_leg_was_given_up_moves_to_another_leg():
    article = make_leg_article()
    first = article.leg
    baton.abandon(first, by=None)
    second = begin_leg(first.relay)

    desk.move_to_leg(article, second, by=make_editor())

    article = fresh(article)
    assert (article.leg, article.relay) == (second, second.relay)
    assert [byline.contributor for byline in article.bylines.all()] == [
        first.contributor,
        second.contributor,
    ]


@pytest.mark.parametrize(("status", "is_in"), [("draft", False), ("submitted", True)])
def test_nobody_is_reminded_of_a_text_that_came_to_their_leg_from_the_desk(status, is_in):
    article = put(make_leg_article(), status)
    baton.abandon(article.leg, by=None)
    leg = begin_leg(article.relay)

    desk.move_to_leg(article, leg, by=make_editor())

    leg.refresh_from_db()
    assert (leg.handed_in is not None) == is_in


def test_an_article_moves_to_a_leg_of_another_relay():
    article = make_leg_article()
    baton.abandon(article.leg, by=None)
    leg = begin_leg(make_relay())

    desk.move_to_leg(article, leg, by=make_editor())

    assert fresh(article).relay == leg.relay


@pytest.mark.parametrize("status", ["draft", "live"])
def test_an_article_that_has_a_leg_is_not_moved(status):
    article = put(make_leg_article(), status)
    leg = begin_leg(make_relay())

    assert refuses("given up", desk.make_news, article, by=make_editor())
    assert refuses("given up", desk.move_to_leg, article, leg, by=make_editor())


def test_news_is_not_moved():
    article = make_news()

    assert refuses("given up", desk.move_to_leg, article, begin_leg(make_relay()), by=make_editor())


def test_an_article_is_not_moved_to_a_leg_with_a_text_of_its_own():
    article = make_leg_article()
    baton.abandon(article.leg, by=None)
    other = make_leg_article().leg

    assert refuses("text of its own", desk.move_to_leg, article, other, by=make_editor())


def test_an_article_is_not_moved_to_a_leg_that_does_not_run():
    article = make_leg_article()
    baton.abandon(article.leg, by=None)

    assert refuses("does not run", desk.move_to_leg, article, article.leg, by=make_editor())
