"""The road of an article: every step of articles.workflow, and the table of who may when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from articles import desk, workflow
from articles.models import Article, ArticleMove, Byline, Draft, Revision, Status
from relays import baton
from relays.errors import RuleBroken
from relays.models import BatonMove, Handoff, Leg, Theme
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
    make_superuser,
    make_theme,
    publish,
    publish_leg,
    put,
    steps,
    write,
)

pytestmark = pytest.mark.django_db

ALL_ROWS = [Article, Draft, Revision, Byline, ArticleMove, Leg, Handoff, BatonMove, Theme]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def rows():
    """Every row that a step can touch, to see that nothing has changed."""
    return [list(model.objects.order_by("pk").values()) for model in ALL_ROWS]


def refuses(sentence, act, *args, **words):
    """The act says this sentence, and leaves every row as it was."""
    before = rows()
    with pytest.raises(RuleBroken, match=sentence) as broken:
        act(*args, **words)
    return rows() == before and str(broken.value).endswith(".")


def take(article, step, by, **words):
    words.setdefault("version", fresh(article).draft.version)
    return workflow.take_step(article, step, by=by, **words)


def tomorrow():
    return timezone.now() + timedelta(days=1)


def make_due(article):
    Article.objects.filter(pk=article.pk).update(publish_at=timezone.now())
    return fresh(article)


def titles(article):
    return list(article.revisions.order_by("number").values_list("reason", "title"))


# Submit, take back, send back ----------------------------------------------------------------


def test_submitting_hands_the_text_to_the_editors():
    article = make_leg_article(title="Maden først")
    writer = article.leg.contributor.user

    take(article, "submit", writer, note="Så er den her.")

    article = fresh(article)
    assert article.status == "submitted"
    assert titles(article) == [("submitted", "Maden først")]
    move = article.moves.get()
    assert (move.step, move.from_status, move.to_status) == ("submit", "draft", "submitted")
    assert (move.revision, move.by, move.note) == (
        article.revisions.get(),
        writer,
        "Så er den her.",
    )
    assert (move.on_behalf_of, move.channel) == (None, "")


@pytest.mark.parametrize(("channel", "recorded"), [("", "mail"), ("phone", "phone")])
def test_an_editor_submits_for_the_writer(channel, recorded):
    article, editor = make_leg_article(), make_editor()

    take(article, "submit", editor, channel=channel)

    move = article.moves.get()
    assert (move.by, move.on_behalf_of, move.channel) == (
        editor,
        article.leg.contributor,
        recorded,
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"title": "  "}, "needs a title"),
        ({"body": ""}, "no text yet"),
        ({"body": "<p> </p>"}, "no text yet"),
    ],
)
def test_an_unfinished_text_is_not_submitted(content, sentence):
    article = make_leg_article()
    desk.save_draft(article, content, by=None, version=article.draft.version)

    assert refuses(sentence, take, article, "submit", make_editor())


def test_a_text_by_nobody_is_not_submitted():
    article = make_leg_article()
    article.bylines.all().delete()

    assert refuses("who has written it", take, article, "submit", make_editor())


def test_the_writer_takes_a_submitted_text_back():
    article = put(make_leg_article(), "submitted")

    take(article, "take_back", article.leg.contributor.user)

    assert fresh(article).status == "draft"
    assert steps(article) == ["submit", "take_back"]


def test_sending_an_approved_text_back_takes_the_approval_away():
    article = put(make_leg_article(), "approved")

    take(article, "send_back", make_editor(), note="Et tal mangler.")

    article = fresh(article)
    assert (article.status, article.approved) == ("sent_back", None)
    assert article.moves.first().note == "Et tal mangler."


def test_a_text_that_has_not_changed_is_one_revision():
    article = make_leg_article(title="Maden først")

    put(article, "live")

    assert titles(article) == [("submitted", "Maden først")]


# Four eyes and the text on the screen --------------------------------------------------------


def test_approving_keeps_the_text_that_was_read():
    article, editor = put(make_leg_article(title="Maden først"), "submitted"), make_editor()

    take(article, "approve", editor)

    article = fresh(article)
    assert (article.status, article.approved.title) == ("approved", "Maden først")
    assert article.moves.first().revision == article.approved


@pytest.mark.parametrize("step", ["approve", "schedule", "publish"])
@pytest.mark.parametrize("seen", [None, 1, 3])
def test_a_text_that_was_not_on_the_screen_is_not_passed_on(step, seen):
    article = put(make_leg_article(), "submitted")
    assert article.draft.version == 2

    assert refuses(
        "There is a newer text",
        take,
        article,
        step,
        make_editor(),
        version=seen,
        publish_at=tomorrow(),
    )


def test_an_edit_between_reading_and_approving_is_noticed():
    article, editor = put(make_leg_article(), "submitted"), make_editor()
    seen = article.draft.version
    write(article, title="En anden overskrift", by=editor)

    assert refuses("There is a newer text", take, article, "approve", editor, version=seen)


@pytest.mark.parametrize("step", ["approve", "schedule", "publish"])
@pytest.mark.parametrize("note", ["", "  \n"])
def test_a_chief_editor_approves_their_own_text_with_a_reason_only(step, note):
    chief = make_chief_editor()
    article = put(make_news(writer=make_contributor(user=chief)), "submitted")

    assert refuses("your own text", take, article, step, chief, note=note, publish_at=tomorrow())
    assert take(article, step, chief, note="Alene på vagt.", publish_at=tomorrow()).status in (
        "approved",
        "scheduled",
        "live",
    )


def test_an_editor_does_not_approve_their_own_text_with_any_reason():
    editor = make_editor()
    article = put(make_news(writer=make_contributor(user=editor)), "submitted")

    assert refuses("You may not do that", take, article, "approve", editor, note="Alene på vagt.")


def test_of_news_the_first_author_is_the_writer():
    first, second = make_editor(), make_editor()
    article = make_news(writer=make_contributor(user=first))
    Byline.objects.create(article=article, contributor=make_contributor(user=second), order=2)
    article = put(article, "submitted")

    assert refuses("You may not do that", take, article, "approve", first)
    assert take(article, "approve", second).status == "approved"


def test_of_a_leg_everybody_in_the_byline_is_the_writer():
    second = make_editor()
    article = make_leg_article()
    Byline.objects.create(article=article, contributor=make_contributor(user=second), order=2)
    article = put(article, "submitted")

    assert refuses("You may not do that", take, article, "approve", second)


def test_whoever_typed_is_not_the_writer():
    editor = make_editor()
    article = write(make_leg_article(), by=editor, title="Skrevet efter diktat")
    article = put(article, "submitted")

    assert take(article, "approve", editor).status == "approved"


# Schedule and the clock ----------------------------------------------------------------------


def test_scheduling_approves_and_dates_the_text():
    article, then = put(make_leg_article(title="Maden først"), "submitted"), tomorrow()

    take(article, "schedule", make_editor(), publish_at=then)

    article = fresh(article)
    assert (article.status, article.publish_at) == ("scheduled", then)
    assert article.approved.title == "Maden først"
    assert not Article.objects.public().exists()


@pytest.mark.parametrize("status", ["submitted", "approved"])
@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        (None, "Say when"),
        (timedelta(0), "time has passed"),
        (-timedelta(days=1), "has passed"),
        (timedelta(days=732), "more than two years ahead"),
        (timedelta(days=100_000), "more than two years ahead"),
    ],
)
def test_a_time_that_nobody_can_have_meant_is_no_schedule(status, when, sentence):
    article = put(make_leg_article(), status)

    assert refuses(
        sentence,
        take,
        article,
        "schedule",
        make_editor(),
        publish_at=when if when is None else timezone.now() + when,
    )


def test_unscheduling_keeps_the_approval():
    article = put(make_leg_article(), "scheduled")

    take(article, "unschedule", make_editor())

    article = fresh(article)
    assert (article.status, article.publish_at) == ("approved", None)
    assert article.approved == article.revisions.get()


def test_the_clock_publishes_what_is_due_and_once():
    article = make_due(put(make_leg_article(), "scheduled"))

    first, second = workflow.publish_due(), workflow.publish_due()

    assert (first, second) == (([article], []), ([], []))
    assert fresh(article).status == "live"
    assert steps(article) == ["submit", "schedule", "publish"]
    assert article.moves.first().by is None


def test_the_clock_publishes_nothing_early():
    article = put(make_leg_article(), "scheduled")
    before = rows()

    assert workflow.publish_due(article.publish_at - timedelta(microseconds=1)) == ([], [])
    assert rows() == before


def test_a_clock_that_is_fast_publishes_nothing_early():
    article = put(make_leg_article(), "scheduled")
    before = rows()

    out, held = workflow.publish_due(timezone.now() + timedelta(days=2))

    assert (out, [late for late, _sentence in held]) == ([], [article])
    assert rows() == before


def test_the_clock_publishes_the_oldest_first():
    late, early = make_news("Sen"), make_news("Tidlig")
    for article, hours in ((late, 1), (early, 2)):
        put(article, "scheduled")
        due = timezone.now() - timedelta(hours=hours)
        Article.objects.filter(pk=article.pk).update(publish_at=due)

    assert workflow.publish_due() == ([early, late], [])


def test_the_clock_takes_the_approved_text_never_the_draft():
    article = make_due(put(make_leg_article(title="Læst"), "scheduled"))
    Draft.objects.filter(article=article).update(title="Ikke læst")

    workflow.publish_due()

    assert fresh(article).live.title == "Læst"


def test_the_clock_holds_what_cannot_go_out_and_publishes_the_rest():
    stuck = make_due(put(make_leg_article(), "scheduled"))
    baton.abandon(stuck.leg, by=None)
    article = make_due(put(make_news(), "scheduled"))

    out, [(held, sentence)] = workflow.publish_due()

    assert (out, held) == ([article], stuck)
    assert "given up" in sentence
    assert fresh(stuck).status == "scheduled"


# Publication ---------------------------------------------------------------------------------


def test_publication_shows_the_text_to_readers():
    theme = make_theme("Mad")
    article = put(
        make_leg_article(begin_leg(make_relay(theme=theme)), title="Så går det"), "submitted"
    )
    editor = make_editor()
    before = timezone.now()

    take(article, "publish", editor)

    article = Article.objects.public().get()
    assert (article.status, article.live.title) == ("live", "Så går det")
    assert (article.slug, article.approved, article.publish_at) == ("saa-gaar-det", None, None)
    assert before <= article.published_at <= timezone.now()
    assert make_theme("Mad").post_count == 1
    move = article.moves.first()
    assert (move.step, move.revision, move.by) == ("publish", article.live, editor)


def test_an_approved_text_is_published_as_it_was_read():
    article = put(make_leg_article(title="Læst"), "approved")
    Draft.objects.filter(article=article).update(title="Ikke læst", version=9)

    take(article, "publish", make_editor())

    assert fresh(article).live.title == "Læst"


def test_publication_finishes_the_leg_and_begins_the_next():
    leg = begin_leg(make_relay())
    make_handoff(leg.relay, accepted=True)

    publish(make_leg_article(leg))

    assert leg_states(leg.relay) == ["finished", "running"]
    assert handoff_states(leg.relay) == ["taken", "taken"]


def test_publication_asks_the_nominee_with_a_tick():
    leg = begin_leg(make_relay())
    make_handoff(leg.relay, offer_at_publication=True)

    publish(make_leg_article(leg))

    assert leg_states(leg.relay) == ["finished"]
    assert handoff_states(leg.relay) == ["taken", "offered"]


def test_publication_is_all_or_nothing():
    leg = begin_leg(make_relay(theme=make_theme("Mad")))
    waiting = make_handoff(leg.relay, accepted=True)
    # Something that must never be, so that the baton can't move: the next leg exists already.
    Leg.objects.create(
        relay=leg.relay, handoff=waiting, began=timezone.now(), state="abandoned", number=None
    )
    article, editor = put(make_leg_article(leg), "submitted"), make_editor()
    before = rows()

    with pytest.raises(IntegrityError), transaction.atomic():
        take(article, "publish", editor)

    assert rows() == before


def test_news_is_published_without_a_baton():
    article = publish(make_news("Redaktionen flytter"))

    assert (article.slug, article.relay, article.leg) == ("redaktionen-flytter", None, None)
    assert article.is_public


def test_two_articles_with_one_title_have_two_addresses():
    assert [publish(make_news("Hvad nu?")).slug for _ in range(3)] == [
        "hvad-nu",
        "hvad-nu-2",
        "hvad-nu-3",
    ]


def test_an_address_chosen_before_publication_is_kept():
    assert publish(make_news("Hvad nu?", slug="spoergsmaalet")).slug == "spoergsmaalet"


def test_soft_hyphens_of_a_headline_are_not_in_the_address():
    assert publish(make_news("Kommune\u00adreformen")).slug == "kommunereformen"


def test_bylines_stay_as_they_were_at_publication():
    person = make_contributor(job_title="Køkkenchef", organisation="Ærø Kommune", sector="public")
    article = publish(make_leg_article(begin_leg(make_relay(), receiver=person)))
    person.job_title, person.organisation, person.sector = "Partner", "Køkken ApS", "private"
    person.save()

    publish(write(article, title="Ny overskrift"))

    byline = article.bylines.get()
    assert byline.presentation == "Køkkenchef, Ærø Kommune"
    assert (byline.sector, byline.published_at) == ("public", fresh(article).published_at)


def test_a_byline_added_later_is_frozen_when_the_text_is_published_again():
    article = publish(make_leg_article())
    second = make_contributor(job_title="Læge", sector="private")
    Byline.objects.create(article=article, contributor=second, order=2)

    publish(write(article, title="Ny overskrift"))

    byline = article.bylines.get(contributor=second)
    assert (byline.job_title, byline.sector) == ("Læge", "private")
    assert byline.published_at == fresh(article).published_at


def test_publishing_again_changes_the_text_and_neither_date_nor_address():
    article = publish(make_leg_article(title="Gammel"))
    published_at, slug, relay = article.published_at, article.slug, article.relay

    article = publish(write(article, title="Ny"))

    assert (article.live.title, article.status) == ("Ny", "live")
    assert (article.published_at, article.slug) == (published_at, slug)
    assert leg_states(relay) == ["finished"]
    assert relay.moves.filter(verb="finish").count() == 1


@pytest.mark.parametrize("status", ["draft", "submitted", "sent_back", "approved", "scheduled"])
def test_readers_see_the_published_text_while_a_newer_one_walks_the_road(status):
    article = publish(make_leg_article(title="Gammel"))

    article = put(write(article, title="Ny"), status)

    assert article.status == status
    assert Article.objects.public().get().live.title == "Gammel"


# A text that changes after all ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("draft", "draft"),
        ("submitted", "submitted"),
        ("sent_back", "sent_back"),
        ("approved", "submitted"),
        ("scheduled", "submitted"),
        ("live", "draft"),
    ],
)
def test_a_text_that_has_changed_is_approved_no_more(before, after):
    article, editor = put(make_leg_article(), before), make_editor()
    moves = article.moves.count()

    workflow.reopen_text(article, by=editor)

    article = fresh(article)
    assert (article.status, article.approved, article.publish_at) == (after, None, None)
    assert article.moves.count() == moves + (before != after)
    if before != after:
        move = article.moves.first()
        assert (move.step, move.from_status, move.to_status) == ("edit", before, after)
        assert move.by == editor


def test_discarding_goes_back_to_the_text_that_readers_see():
    article, editor = publish(make_leg_article(title="Ude")), make_editor()
    article = put(write(article, title="Nyere", standfirst="Nyt"), "scheduled")
    version = article.draft.version

    take(article, "discard", editor)

    article = fresh(article)
    assert (article.status, article.approved, article.publish_at) == ("live", None, None)
    assert article.draft.content == article.live.content
    assert (article.draft.version, article.draft.saved_by) == (version + 1, editor)
    assert article.moves.first().revision.title == "Nyere"
    assert "Nyere" in [title for _reason, title in titles(article)]


# Withdraw and restore ------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "withdrawal"), [("withdraw", "notice"), ("remove", "gone")])
def test_a_withdrawn_article_is_neither_read_nor_counted(step, withdrawal):
    theme = make_theme("Mad")
    article = publish(make_news(theme=theme))

    take(article, step, make_chief_editor(), note="Forkert kilde.")

    assert (fresh(article).withdrawal, fresh(article).status) == (withdrawal, "live")
    assert not Article.objects.public().exists()
    assert make_theme("Mad").post_count == 0
    assert article.moves.first().note == "Forkert kilde."


@pytest.mark.parametrize("step", ["withdraw", "remove"])
def test_a_restored_article_is_read_and_counted_again(step):
    article, chief = publish(make_news(theme=make_theme("Mad"))), make_chief_editor()
    published_at = article.published_at
    take(article, step, chief)

    take(article, "restore", chief)

    assert Article.objects.public().get().published_at == published_at
    assert make_theme("Mad").post_count == 1


def test_a_notice_can_be_removed_too():
    article, chief = publish(make_news()), make_chief_editor()
    take(article, "withdraw", chief)

    take(article, "remove", chief)

    assert fresh(article).withdrawal == "gone"


def test_publishing_a_newer_text_does_not_restore_a_withdrawn_article():
    article = publish(make_news(theme=make_theme("Mad")))
    take(article, "withdraw", make_chief_editor())

    publish(write(article, title="Ny"))

    assert not Article.objects.public().exists()
    assert make_theme("Mad").post_count == 0


# Themes --------------------------------------------------------------------------------------


def test_a_published_article_is_counted_where_it_moves():
    before, after = make_theme("Før"), make_theme("Efter")
    article = publish(make_news(theme=before))
    publish(make_news(theme=before))

    workflow.change_theme(article, after)

    assert (make_theme("Før").post_count, make_theme("Efter").post_count) == (1, 1)


def test_a_theme_can_be_taken_away():
    article = publish(make_news(theme=make_theme("Før")))

    workflow.change_theme(article, None)

    assert (fresh(article).theme, make_theme("Før").post_count) == (None, 0)


def test_an_unpublished_article_is_counted_nowhere():
    article = make_news(theme=make_theme("Før"))

    workflow.change_theme(article, make_theme("Efter"))

    assert (make_theme("Før").post_count, make_theme("Efter").post_count) == (0, 0)


# An article whose leg was given up -----------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("draft", "submit"),
        ("submitted", "approve"),
        ("submitted", "schedule"),
        ("submitted", "publish"),
        ("approved", "publish"),
        ("scheduled", "publish"),
    ],
)
def test_an_article_whose_leg_was_given_up_waits(status, step):
    article = put(make_leg_article(), status)
    baton.abandon(article.leg, by=None)

    assert refuses("given up", take, article, step, make_chief_editor(), publish_at=tomorrow())


def test_an_article_whose_leg_was_given_up_goes_out_as_news():
    article = put(make_leg_article(), "approved")
    relay = article.relay
    baton.abandon(article.leg, by=None)
    desk.make_news(article, by=make_editor())

    take(article, "publish", make_editor())

    assert Article.objects.public().get().relay is None
    assert leg_states(relay) == ["abandoned"]


def test_a_step_that_is_not_in_the_table_is_our_mistake():
    with pytest.raises(KeyError):
        take(make_news(), "burn", make_chief_editor())


# The table: every step, every status, every role (architecture.md §4) ------------------------

ROLES = [
    "stranger",
    "writer",
    "editor",
    "editor who wrote",
    "chief editor",
    "chief editor who wrote",
    "superuser",
    "clock",
]
WRITERS = {"writer", "editor who wrote", "chief editor who wrote"}
EDITORS = {
    "editor",
    "editor who wrote",
    "chief editor",
    "chief editor who wrote",
    "superuser",
}
OTHER_EYES = EDITORS - {"editor who wrote"}  # the chief editor who wrote gives a reason here
CHIEFS = {"chief editor", "chief editor who wrote", "superuser"}

ON_THE_ROAD = {
    "draft": {"submit": WRITERS | EDITORS},
    "submitted": {
        "take_back": WRITERS,
        "send_back": EDITORS,
        "approve": OTHER_EYES,
        "schedule": OTHER_EYES,
        "publish": OTHER_EYES,
    },
    "submitted, staff changed words": {
        "take_back": WRITERS,
        "send_back": EDITORS,
        "ask_writer": EDITORS,
        "approve": OTHER_EYES,
        "schedule": OTHER_EYES,
        "publish": OTHER_EYES,
    },
    "sent_back": {"submit": WRITERS | EDITORS},
    "sent_back, asked": {"submit": WRITERS | EDITORS, "agree": WRITERS | EDITORS},
    "approved": {"send_back": EDITORS, "schedule": OTHER_EYES, "publish": OTHER_EYES},
    "scheduled": {"unschedule": EDITORS, "publish": OTHER_EYES},
    "due": {"unschedule": EDITORS, "publish": OTHER_EYES | {"clock"}},
}
CORRECTED = {"draft", "submitted", "submitted, staff changed words"}
READ_BY_ALL = {"withdraw": CHIEFS, "remove": CHIEFS}
TABLE = {
    **ON_THE_ROAD,
    "live": READ_BY_ALL,
    "live, just out": {**READ_BY_ALL, "undo": OTHER_EYES},
    **{
        f"live, newer text {status}": {
            **steps,
            **READ_BY_ALL,
            "discard": EDITORS,
            **({"correct": EDITORS} if status in CORRECTED else {}),
        }
        for status, steps in ON_THE_ROAD.items()
    },
    "withdrawn": {"remove": CHIEFS, "restore": CHIEFS},
    "withdrawn, newer text draft": {
        "submit": WRITERS | EDITORS,
        "discard": EDITORS,
        "remove": CHIEFS,
        "restore": CHIEFS,
    },
    "gone": {"restore": CHIEFS},
}
STEPS = {
    "submit",
    "take_back",
    "send_back",
    "ask_writer",
    "agree",
    "approve",
    "schedule",
    "unschedule",
    "publish",
    "correct",
    "undo",
    "discard",
    "withdraw",
    "remove",
    "restore",
}


def scene(line):
    """An article as a line of the table says, and who plays which role."""
    people = {
        "stranger": publish_leg(make_relay()).leg.contributor.user,
        "writer": make_contributor().user,
        "editor": make_editor(),
        "editor who wrote": make_editor(),
        "chief editor": make_chief_editor(),
        "chief editor who wrote": make_chief_editor(),
        "superuser": make_superuser(),
        "clock": None,
    }
    article = make_leg_article()
    article.bylines.all().delete()
    for order, role in enumerate(sorted(WRITERS), start=1):
        person = getattr(people[role], "contributor", None) or make_contributor(user=people[role])
        Byline.objects.create(article=article, contributor=person, order=order)
    before, _comma, status = line.rpartition(", newer text ")
    before = before or ("" if line in ON_THE_ROAD else line)
    if before:
        article = publish(article)
    if before and before != "live, just out":
        long_ago = timezone.now() - timedelta(days=2)
        Article.objects.update(published_at=long_ago)
        Byline.objects.exclude(published_at=None).update(published_at=long_ago)
    if before in ("withdrawn", "gone"):
        take(article, {"withdrawn": "withdraw", "gone": "remove"}[before], people["chief editor"])
    if status in ON_THE_ROAD:
        article = write(article, title="Nyere") if before else article
        article = put(article, "scheduled" if status == "due" else status.split(",")[0])
    if status == "submitted, staff changed words":
        article = write(article, title="Ny titel", by=people["editor"])
    if status == "sent_back, asked":
        article = write(article, title="Ny titel", by=people["editor"])
        take(article, "submit", people["writer"])
        article = write(article, title="En bedre titel", by=people["editor"])
        take(article, "ask_writer", people["editor"])
    return make_due(article) if status == "due" else fresh(article), people


def works(article, step, by):
    """Really take the step, then forget it. What a refusal leaves behind is not forgotten."""
    with transaction.atomic():
        try:
            take(article, step, by, note="Alene på vagt.", publish_at=tomorrow())
        except RuleBroken:
            return False
        worked = steps(article)[-1] == step
        transaction.set_rollback(True)
    return worked


@pytest.mark.parametrize("line", TABLE)
def test_a_step_works_for_whom_the_table_says_and_for_nobody_else(line):
    article, people = scene(line)
    before = rows()

    worked = {
        step: {role for role in ROLES if works(article, step, people[role])} for step in STEPS
    }

    assert {step: roles for step, roles in worked.items() if roles} == TABLE[line]
    assert rows() == before


@pytest.mark.parametrize("line", TABLE)
def test_the_steps_on_offer_are_those_that_work(line):
    article, people = scene(line)

    offered = {role: workflow.steps_open_to(people[role], article) for role in ROLES[:-1]}

    assert offered == {
        role: {step: "" for step in workflow.STEPS if role in TABLE[line].get(step, ())}
        for role in ROLES[:-1]
    }


def test_the_table_knows_every_step_and_every_status():
    assert set(workflow.STEPS) == STEPS == {step for line in TABLE.values() for step in line}
    assert set(Status) == {line for line in TABLE if line in set(Status)}
    assert {line for line in TABLE if line.startswith("live, newer")} == {
        f"live, newer text {status}" for status in ON_THE_ROAD
    }


def test_a_hindered_step_says_what_is_missing():
    article = make_leg_article()
    desk.save_draft(article, {"title": ""}, by=None, version=article.draft.version)

    assert workflow.steps_open_to(article.leg.contributor.user, fresh(article)) == {
        "submit": "The text needs a title."
    }
