"""People who press at the same moment: one result, and a kind sentence for everybody else.

Real threads with connections of their own. On SQLite the IMMEDIATE transaction is the lock.
"""

import os
import threading
import time
from contextlib import suppress
from copy import copy
from datetime import timedelta
from functools import partial
from itertools import cycle, islice

import pytest
from django.db import connection, transaction
from django.utils import timezone

from articles import checklist, desk, grants, replies, showings, workflow
from articles.models import (
    AccessRequest,
    Article,
    ChecklistItem,
    Draft,
    Grant,
    Network,
    Remark,
    Reply,
    Showing,
)
from relays import baton
from relays.errors import RuleBroken
from relays.invariants import breaches
from relays.models import Handoff, Letter, User
from tests.factories import (
    approve_reply,
    begin_leg,
    fresh,
    handoff_states,
    leg_states,
    make_contributor,
    make_editor,
    make_handoff,
    make_leg_article,
    make_news,
    make_reader,
    make_relay,
    make_reply,
    make_theme,
    moves,
    publish_leg,
    put,
    steps,
)

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 16
ROUNDS = int(os.environ.get("RACE_ROUNDS", "30"))  # `make race` runs 300
FEW_ROUNDS = 8
STEP = 0.001


def at_once(*acts):
    """Do all of this in the same moment, each in a thread and a connection of its own, and with
    a copy of the rows of its own, as two requests have.

    Returns what happened to each: its result, or what it raised.
    """
    barrier = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def do(place, act):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            if connection.vendor == "sqlite":
                # Whoever finds the database locked asks again after 1, 2, 5 … 100 ms. Who began
                # in the very same moment would do so in step, and one would get in each time.
                time.sleep(place * STEP)
            outcomes[place] = act()
        except Exception as raised:
            outcomes[place] = raised
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=act) for act in enumerate(map(_with_copies, acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


def _with_copies(act):
    if isinstance(act, partial):
        return partial(act.func, *map(copy, act.args), **act.keywords)
    return act


def succeeded(outcomes):
    """What went well. Everything else was refused in a whole sentence, or this fails."""
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, RuleBroken):
            raise outcome
    sentences = [str(outcome) for outcome in outcomes if isinstance(outcome, RuleBroken)]
    assert [sentence for sentence in sentences if not sentence.endswith(".")] == []
    return [outcome for outcome in outcomes if not isinstance(outcome, RuleBroken)]


# What can become of an offer that everybody presses at once: what the first press begins, and
# the yes that is still open after a no or a silence. | its moves | the letters that stay true
TAKEN = ["invitation", "thanks_for_the_yes", "editor_yes"]
WITH_A_YES = {
    ("accept", "take"): TAKEN,
    ("decline", "accept", "take"): TAKEN,
    ("lapse", "accept", "take"): TAKEN,
    ("withdraw",): ["invitation", "withdrawn"],
}
WITHOUT_A_YES = {
    ("decline",): ["invitation", "editor_no"],
    ("lapse",): ["invitation", "lapsed", "editor_lapsed"],
    ("withdraw",): ["invitation", "withdrawn"],
}
STATES = {"take": "taken", "decline": "declined", "lapse": "lapsed", "withdraw": "withdrawn"}


def make_offer_that_is_due(editor):
    """An offer whose letter is out, and whose date to answer by has passed."""
    relay = make_relay()
    relay.editors.add(editor)
    handoff = make_handoff(relay, offered=True)
    handoff.letters.update(state="sent", sent=timezone.now())
    yesterday = timezone.localdate() - timedelta(days=1)
    Handoff.objects.filter(pk=handoff.pk).update(answer_by=yesterday)
    return handoff


def letters_that_stand(handoff):
    standing = handoff.letters.exclude(state="cancelled").order_by("pk")
    return list(standing.values_list("kind", flat=True))


@pytest.mark.long
def test_sixteen_answer_withdraw_and_lapse_one_offer_and_it_has_one_outcome():
    editor = make_editor()
    for number in range(ROUNDS):
        handoff = make_offer_that_is_due(editor)
        theirs = handoff.receiver.user
        histories = WITHOUT_A_YES if number % 3 == 2 else WITH_A_YES
        presses = {
            "accept": partial(baton.accept, handoff, by=theirs),
            "decline": partial(baton.decline, handoff, by=theirs),
            "withdraw": partial(baton.withdraw, handoff, by=editor),
            "lapse": partial(baton.lapse, handoff),
        }
        if histories is WITHOUT_A_YES:
            del presses["accept"]

        outcomes = at_once(*islice(cycle(presses.values()), number // 3, number // 3 + CROWD))

        nominated, offered, *happened = handoff.moves.order_by("pk").values_list("verb", flat=True)
        assert (nominated, offered) == ("nominate", "offer")
        assert tuple(happened) in histories
        assert len(succeeded(outcomes)) == len([verb for verb in happened if verb != "take"])
        assert handoff_states(handoff.relay) == [STATES[happened[-1]]]
        assert leg_states(handoff.relay) == ["running"] * happened.count("take")
        assert letters_that_stand(handoff) == histories[tuple(happened)]
    assert list(breaches()) == []


def test_sixteen_people_accept_one_offer_and_one_leg_begins():
    for _round in range(ROUNDS):
        relay = make_relay()
        handoff = make_handoff(relay, offered=True)
        user = handoff.receiver.user

        outcomes = at_once(*[partial(baton.accept, handoff, by=user)] * CROWD)

        assert len(succeeded(outcomes)) == 1
        assert leg_states(relay) == ["running"]
        assert moves(relay) == ["nominate", "offer", "accept", "take"]


def test_a_yes_and_a_withdrawal_at_once_leave_one_of_them():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        relay = make_relay(running=True)
        handoff = make_handoff(relay, offered=True)
        user = handoff.receiver.user

        yes = partial(baton.accept, handoff, by=user)
        no = partial(baton.withdraw, handoff, by=editor)

        outcomes = at_once(yes, no, yes, no)

        # A yes that waits can still be withdrawn; a withdrawn offer can't be accepted.
        verbs = list(handoff.moves.order_by("pk").values_list("verb", flat=True))
        assert verbs in (
            ["nominate", "offer", "withdraw"],
            ["nominate", "offer", "accept", "withdraw"],
        )
        assert len(succeeded(outcomes)) == len(verbs) - 2
        assert handoff_states(relay) == ["taken", "withdrawn"]
        assert leg_states(relay) == ["running"]


def test_two_nominees_offered_at_once_are_not_both_asked():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        relay = make_relay()
        first, second = make_handoff(relay), make_handoff(relay)

        outcomes = at_once(
            *[partial(baton.offer, first, by=editor), partial(baton.offer, second, by=editor)] * 2
        )

        assert len(succeeded(outcomes)) == 1
        assert sorted(handoff_states(relay)) == ["nominated", "offered"]
        assert moves(relay).count("offer") == 1


def test_one_person_asked_in_two_relays_at_once_has_one_user():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        person = make_contributor(user=None)
        handoffs = [make_handoff(make_relay(), receiver=person) for _ in range(4)]
        users = User.objects.count()

        outcomes = at_once(*[partial(baton.offer, handoff, by=editor) for handoff in handoffs])

        assert len(succeeded(outcomes)) == 4
        assert User.objects.count() == users + 1


def test_editors_who_publish_one_article_at_once_publish_it_once():
    editors = [make_editor() for _ in range(4)]
    theme = make_theme("Mad")
    for number in range(1, FEW_ROUNDS + 1):
        leg = begin_leg(make_relay(theme=theme))
        waiting = make_handoff(leg.relay, accepted=True)
        article = put(make_leg_article(leg), "submitted")
        version = article.draft.version

        outcomes = at_once(
            *[
                partial(workflow.take_step, article, "publish", by=editor, version=version)
                for editor in editors
            ]
        )

        assert len(succeeded(outcomes)) == 1
        assert steps(article) == ["submit", "publish"]
        assert leg_states(leg.relay) == ["finished", "running"]
        assert leg.relay.legs.running().get().handoff == waiting
        assert make_theme("Mad").post_count == number


def test_two_clocks_publish_once():
    for _round in range(FEW_ROUNDS):
        articles = [put(make_news(), "scheduled") for _ in range(2)]
        due = timezone.now() - timedelta(minutes=1)
        Article.objects.filter(status="scheduled").update(publish_at=due)

        outcomes = at_once(*[workflow.publish_due] * 4)

        out = [article for went_out, _held in succeeded(outcomes) for article in went_out]
        assert sorted(article.pk for article in out) == [article.pk for article in articles]
        assert [steps(article) for article in articles] == [["submit", "schedule", "publish"]] * 2


def test_articles_with_one_title_published_at_once_get_addresses_of_their_own():
    editor = make_editor()
    for number in range(FEW_ROUNDS):
        articles = [put(make_news(f"Hvad nu, {number}?"), "submitted") for _ in range(4)]

        outcomes = at_once(
            *[
                partial(
                    workflow.take_step,
                    article,
                    "publish",
                    by=editor,
                    version=article.draft.version,
                )
                for article in articles
            ]
        )

        assert len(succeeded(outcomes)) == 4
        assert sorted(fresh(article).slug for article in articles) == [
            f"hvad-nu-{number}",
            *(f"hvad-nu-{number}-{place}" for place in (2, 3, 4)),
        ]


def test_a_leg_is_abandoned_or_published_never_both():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        leg = begin_leg(make_relay())
        article = put(make_leg_article(leg), "submitted")
        version, holder = article.draft.version, leg.contributor.user

        outcomes = at_once(
            *[
                partial(baton.abandon, leg, by=holder),
                partial(workflow.take_step, article, "publish", by=editor, version=version),
            ]
            * 2
        )

        succeeded(outcomes)
        state = {"abandoned": "submitted", "finished": "live"}
        assert [state[leg] for leg in leg_states(leg.relay)] == [fresh(article).status]
        assert moves(leg.relay).count("abandon") + moves(leg.relay).count("finish") == 1


def test_drafts_saved_at_once_lose_no_word():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        article = make_news()
        version = article.draft.version
        texts = [f"<p>Ord nummer {number}.</p>" for number in range(4)]

        outcomes = at_once(
            *[
                partial(desk.save_draft, article, {"body": text}, by=editor, version=version)
                for text in texts
            ]
        )

        [saved] = succeeded(outcomes)
        conflicts = [outcome for outcome in outcomes if isinstance(outcome, desk.Conflict)]
        assert len(conflicts) == 3
        assert {conflict.theirs.body for conflict in conflicts} == {saved.body}
        assert Draft.objects.get(article=article).body == saved.body
        assert Draft.objects.get(article=article).version == version + 1


def test_a_text_that_is_saved_while_an_approval_waits_is_not_passed_on_unseen():
    article = put(make_leg_article(title="Set"), "submitted")
    editor, colleague = make_editor(), make_editor("Mads")
    seen, is_saved = article.draft.version, threading.Event()

    def save():
        with transaction.atomic():
            desk.save_draft(article, {"title": "Uset"}, by=editor, version=seen)
            is_saved.set()
            time.sleep(0.3)  # the approval comes meanwhile, and waits

    def approve():
        is_saved.wait(10)
        workflow.take_step(article, "approve", by=colleague, version=seen)

    _saved, refused = at_once(save, approve)

    assert isinstance(refused, RuleBroken)
    assert (fresh(article).status, fresh(article).approved) == ("submitted", None)
    assert fresh(article).draft.title == "Uset"


def test_an_article_asked_for_at_once_is_made_once():
    for _round in range(FEW_ROUNDS):
        leg = begin_leg(make_relay())

        outcomes = at_once(*[partial(desk.article_for, leg)] * 4)

        assert len(succeeded(outcomes)) == 4
        assert Article.objects.filter(leg=leg).count() == 1


def test_sixteen_editors_tick_one_item_and_one_tick_stands():
    editors = [make_editor(f"Redaktør {n}") for n in range(CROWD)]
    item = ChecklistItem.objects.create(label="Fakta er tjekket")
    for _round in range(FEW_ROUNDS):
        article = make_news()

        outcomes = at_once(*[partial(checklist.tick, article, item, by=each) for each in editors])

        assert len(succeeded(outcomes)) == CROWD
        assert article.ticks.count() == 1
        assert steps(article) == ["tick"]


def test_an_answer_that_is_sent_sixteen_times_is_one():
    editor = make_editor()
    item = ChecklistItem.objects.create(label="Juristen har læst med")
    for _round in range(FEW_ROUNDS):
        article = make_news()
        showing, _address = showings.show(article, name="Jura", by=editor, item=item)

        outcomes = at_once(*[partial(showings.remark, showing, name="Jura Jensen")] * CROWD)

        assert len(set(succeeded(outcomes))) == 1
        assert Remark.objects.filter(showing=showing).count() == 1
        assert steps(article) == ["show", "tick"]


def test_an_answer_and_the_end_of_its_link_at_once_leave_a_whole_answer_or_none():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        showing, _address = showings.show(make_news(), name="Jura", by=editor)

        answer = partial(showings.remark, showing, name="Jura Jensen")
        end = partial(showings.revoke, showing, by=editor)

        answered = len(succeeded(at_once(answer, end, answer, end))) - 2

        assert Showing.objects.get(pk=showing.pk).revoked
        assert Remark.objects.filter(showing=showing).count() == (answered > 0)


def test_sixteen_links_made_at_once_show_one_revision():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        article = make_news()

        outcomes = at_once(*[partial(showings.show, article, name="Jura", by=editor)] * CROWD)

        assert len({address for _showing, address in succeeded(outcomes)}) == CROWD
        assert article.revisions.count() == 1


def test_a_trial_that_is_begun_sixteen_times_is_one():
    """By one reader, and by somebody who writes one inbox in two ways."""
    for number in range(FEW_ROUNDS):
        reader = make_reader(email=f"lea{number}@office.example")
        again = make_reader(email=f"lea{number}+igen@office.example")
        begin, begin_again = partial(grants.begin_trial, reader), partial(grants.begin_trial, again)

        begun = succeeded(at_once(*[begin, begin_again] * (CROWD // 2)))

        assert len([trial for trial in begun if trial]) == 1
        assert Grant.objects.filter(user__in=[reader, again]).count() == 1


def test_a_request_that_is_sent_sixteen_times_is_one_with_one_letter():
    for _round in range(FEW_ROUNDS):
        before = Letter.objects.count()
        reader = make_reader()

        asked = succeeded(at_once(*[partial(grants.ask, reader)] * CROWD))

        assert len(set(asked)) == 1
        assert AccessRequest.objects.filter(user=reader).count() == 1
        assert Letter.objects.count() == before + 1


def test_an_organisation_that_is_let_in_at_a_double_press_has_one_access():
    editor = make_editor()
    days = {"first": timezone.localdate(), "last": timezone.localdate() + timedelta(days=9)}
    for number in range(FEW_ROUNDS):
        admit = partial(grants.admit, f"kommune{number}.example", **days, by=editor)

        assert len(set(succeeded(at_once(*[admit] * 4)))) == 1


def test_two_clocks_tell_of_an_end_once():
    for _round in range(FEW_ROUNDS):
        reader = make_reader()
        trial = grants.begin_trial(reader)
        now = trial.ends - timedelta(days=1)

        at_once(*[partial(grants.remind, now)] * 4)

        assert Letter.objects.filter(user=reader).count() == 1


def test_an_end_that_two_editors_bring_about_is_one():
    editor = make_editor()
    for _round in range(FEW_ROUNDS):
        reader = make_reader()
        trial = grants.begin_trial(reader)

        ended = succeeded(at_once(*[partial(grants.end, trial, by=editor)] * 4))

        assert len(ended) == 1
        assert list(trial.moves.values_list("verb", flat=True)) == ["end", "begin"]


# Comments ------------------------------------------------------------------------------------------


def test_a_thousand_comments_in_a_minute_from_one_network_leave_five(settings):
    settings.REPLY_DAYS = 0
    relay = make_relay()
    articles = [publish_leg(relay), publish_leg(relay)]
    readers = [make_reader() for _each in range(CROWD)]
    rounds = 1_000 // CROWD + 1

    def send_many(reader):
        sent = []
        for number in range(rounds):
            with suppress(RuleBroken):
                article = articles[number % len(articles)]
                words = f"Nummer {number} fra {reader.pk}"
                address = f"2001:db8:1:2::{reader.pk % 5_000:x}"
                sent.append(make_reply(article, by=reader, words=words, network=address))
        return sent

    at_once(*(partial(send_many, reader) for reader in readers))

    assert rounds * CROWD >= 1_000
    assert Reply.objects.count() == 5
    assert Network.objects.get().address == "2001:db8:1:2::/64"


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_one_person_in_many_windows_stays_below_the_limit(_round):
    article, reader = publish_leg(make_relay()), make_reader()

    outcomes = at_once(
        *(
            partial(make_reply, article, by=reader, words=f"Nummer {n}", network=f"192.0.2.{n}")
            for n in range(CROWD)
        )
    )

    assert len(succeeded(outcomes)) == 5
    assert Reply.objects.count() == 5


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_a_double_press_is_one_comment(_round):
    article, reader = publish_leg(make_relay()), make_reader()

    outcomes = at_once(*(partial(make_reply, article, by=reader) for _each in range(6)))

    assert len({reply.pk for reply in succeeded(outcomes)}) == 1
    assert Reply.objects.count() == 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_of_editors_who_decide_at_once_one_is_heard(_round):
    reply = make_reply(publish_leg(make_relay()))
    verbs = islice(cycle(replies.VERBS), 6)

    outcomes = at_once(
        *(
            partial(replies.decide, reply, verb, by=make_editor(), seen="waiting", reason="Nej.")
            for verb in verbs
        )
    )

    [decided] = succeeded(outcomes)
    reply.refresh_from_db()
    assert reply.state == decided.state
    assert reply.moves.count() == 2
    assert Letter.objects.filter(kind__in=["reply_approved", "reply_declined"]).count() <= 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_an_editor_who_presses_twice_has_decided_once(_round):
    reply, editor = make_reply(publish_leg(make_relay())), make_editor()
    approve = partial(replies.decide, reply, "approve", by=editor, seen="waiting")

    outcomes = at_once(*[approve] * 4)

    assert [type(outcome) for outcome in outcomes] == [Reply] * 4
    assert reply.moves.count() == 2
    assert Letter.objects.filter(kind="reply_approved").count() == 1


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_an_answer_is_not_told_of_as_shown_where_what_it_answers_goes_meanwhile(_round):
    article = publish_leg(make_relay())
    thread = approve_reply(make_reply(article))
    answer = make_reply(article, answers=thread, words="Svar")

    succeeded(
        at_once(
            partial(replies.decide, answer, "approve", by=make_editor(), seen="waiting"),
            partial(replies.decide, thread, "spam", by=make_editor(), seen="approved"),
        )
    )

    told = Letter.objects.filter(kind="reply_approved", user=answer.user)
    assert not told.exclude(state="cancelled").exists()


@pytest.mark.parametrize("_round", range(FEW_ROUNDS))
def test_what_is_erased_while_it_is_approved_is_gone(_round):
    reply = make_reply(publish_leg(make_relay()))

    outcomes = at_once(
        partial(replies.erase, reply, by=reply.user),
        partial(replies.decide, reply, "approve", by=make_editor(), seen="waiting"),
    )

    succeeded(outcomes)
    reply.refresh_from_db()
    assert (reply.state, reply.words) == ("erased", "")
    assert not Letter.objects.filter(kind="reply_approved", state="queued").exists()
