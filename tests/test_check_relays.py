"""Every invariant is broken once by hand and found; what the database guards, it refuses."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import CheckConstraint, UniqueConstraint
from django.utils import timezone

from articles import cards, search, showings, workflow
from articles import invariants as article_invariants
from articles.models import (
    AccessRequest,
    Announcement,
    Article,
    Byline,
    Card,
    ChecklistItem,
    Draft,
    FollowRequest,
    Look,
    Network,
    Page,
    Revision,
    SearchRow,
    Tag,
    TaggedArticle,
    Tick,
)
from relays import baton, codes, letters, outbox
from relays import invariants as relay_invariants
from relays.models import (
    BatonMove,
    Code,
    Contributor,
    Handoff,
    HeldKind,
    Leg,
    Letter,
    Link,
    OldAddress,
    Picture,
    Theme,
    User,
)
from tests.factories import (
    approve_reply,
    begin_leg,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_follower,
    make_handoff,
    make_leg_article,
    make_news,
    make_picture,
    make_reader,
    make_relay,
    make_reply,
    make_subscriber,
    make_theme,
    make_trial_reader,
    make_user,
    publish,
    publish_leg,
    put,
    reload,
    write,
)

pytestmark = pytest.mark.django_db

YESTERDAY = timedelta(days=-1)


def check(**options):
    """What the command says, and its exit code."""
    told = StringIO()
    try:
        call_command("check_relays", stdout=told, **options)
    except SystemExit as stopped:
        return told.getvalue(), stopped.code
    return told.getvalue(), 0


def update(row, **fields):
    """As a slip in the database would, past every rule of the program."""
    type(row).objects.filter(pk=row.pk).update(**fields)
    return row


def indexed(article):
    """What was slipped past the program is found as it is now: the slip breaks one rule alone."""
    search.index(Article.objects.filter(pk=article.pk))
    return article


# The ways to break a site: each returns the row that the breach names, or several ------------

BREAKS = []


def breaks(invariant, sentence):
    """The function breaks this invariant alone, and the command says this sentence of it."""

    def keep(function):
        BREAKS.append(pytest.param(invariant, sentence, function, id=function.__name__))
        return function

    return keep


@breaks("numbers_without_gaps", "2 legs stand, the highest number is 3.")
def a_number_is_missing():
    relay = make_relay(finished_legs=2)
    update(relay.legs.get(number=2), number=3)
    Handoff.objects.filter(leg__number=3).update(giver=None)
    Handoff.objects.filter(leg__number=3).update(giver=abandoned_leg(relay))
    return relay


def abandoned_leg(relay):
    return baton.abandon(begin_leg(relay), by=make_editor())


@breaks("the_newest_leg_runs", "it runs, but a later leg stands.")
def an_older_leg_runs():
    relay = make_relay(finished_legs=1)
    later = begin_leg(relay)
    first = relay.legs.get(number=1)
    Leg.objects.filter(pk=later.pk).update(state="finished")
    BatonMove.objects.create(relay=relay, leg=later, verb="finish")
    publish_by_hand(make_leg_article_of(later))
    update(first, state="running")
    first.moves.filter(verb="finish").delete()
    article = first.article
    indexed(update(article, leg=None, relay=None))
    return first


def make_leg_article_of(leg):
    article = Article.objects.create(leg=leg, relay=leg.relay)
    Draft.objects.create(article=article, title="Uden om")
    Byline.objects.create(article=article, contributor=leg.contributor)
    return article


def publish_by_hand(article):
    return workflow.publish_import(article, published_at=timezone.now(), slug="uden-om")


@breaks("a_leg_begins_after_the_one_before", "it began before the leg in front of it.")
def a_leg_begins_too_early():
    relay = make_relay(finished_legs=1, running=True)
    first, second = relay.legs.order_by("number")
    update(relay, opened=first.began + YESTERDAY)
    return update(second, began=first.began + YESTERDAY)


@breaks("only_an_archive_has_legs_without_handoff", "nobody handed it on, and it was not imported.")
def a_leg_lost_its_handoff():
    leg = make_relay(finished_legs=1).legs.get()
    Handoff.objects.filter(leg=leg).update(state="withdrawn")
    BatonMove.objects.create(relay=leg.relay, handoff=leg.handoff, verb="withdraw")
    return update(leg, handoff=None)


@breaks("a_leg_has_its_handoff", "its handoff is for another relay or another person.")
def a_leg_has_anothers_handoff():
    leg = make_relay(finished_legs=1).legs.get()
    Handoff.objects.filter(leg=leg).update(receiver=make_contributor())
    return leg


@breaks("a_leg_has_its_handoff", "its handoff is for another relay or another person.")
def a_leg_has_a_handoff_but_nobody_runs():
    return update(make_relay(finished_legs=1).legs.get(), contributor=None)


@breaks("a_taken_handoff_has_its_leg", "it was taken, but no leg came of it.")
def a_taken_handoff_has_no_leg():
    handoff = make_handoff(make_relay(), offered=True)
    BatonMove.objects.create(relay=handoff.relay, handoff=handoff, verb="take")
    return update(handoff, state="taken", answered=timezone.now())


@breaks("a_taken_handoff_has_its_leg", "it has a leg, but is declined.")
def a_declined_handoff_has_a_leg():
    handoff = make_relay(finished_legs=1).legs.get().handoff
    BatonMove.objects.create(relay=handoff.relay, handoff=handoff, verb="decline")
    return update(handoff, state="declined")


@breaks("a_yes_waits_for_a_runner", "a yes waits, though nobody runs.")
def a_yes_waits_for_nobody():
    handoff = make_handoff(make_relay(finished_legs=1), offered=True)
    BatonMove.objects.create(relay=handoff.relay, handoff=handoff, verb="accept")
    return update(handoff, state="accepted", answered=timezone.now())


@breaks("a_giver_is_of_the_same_relay", "it is given by a leg of another relay.")
def a_giver_is_of_another_relay():
    handoff = make_handoff(make_relay(finished_legs=1))
    return update(handoff, giver=make_relay(finished_legs=1).legs.get())


@breaks("the_baton_comes_from_the_leg_before", "nobody gave it, but it is not for the first leg.")
def nobody_gave_the_second_leg():
    relay = make_relay(finished_legs=2)
    return update(relay.legs.get(number=2).handoff, giver=None)


@breaks("the_baton_comes_from_the_leg_before", "its leg does not come after its giver's.")
def the_first_leg_gave_the_third():
    relay = make_relay(finished_legs=3)
    return update(relay.legs.get(number=3).handoff, giver=relay.legs.get(number=1))


@breaks("nobody_answers_unasked", "it is declined, but was never offered.")
def a_decline_came_unasked():
    handoff = make_handoff(make_relay(), offered=True)
    return update(baton.decline(handoff, by=None), offered=None)


@breaks("nobody_answers_unasked", "it is taken, but was never offered.")
def a_baton_was_taken_unasked():
    return update(begin_leg(make_relay()).handoff, offered=None)


@breaks("nobody_answers_unasked", "it is declined, but has no date of an answer.")
def a_decline_has_no_date():
    handoff = make_handoff(make_relay(), offered=True)
    return update(baton.decline(handoff, by=None), answered=None)


@breaks("nobody_answers_unasked", "it is nominated, but was offered.")
def a_nominee_was_offered():
    return update(make_handoff(make_relay()), offered=timezone.now())


@breaks("a_runner_can_be_known", "the person who was asked has no user.")
def the_asked_has_no_user():
    handoff = make_handoff(make_relay(), offered=True)
    update(handoff.receiver, user=None)
    return handoff


@breaks("few_are_nominated", "4 are nominated at once.")
def four_are_nominated():
    relay = make_relay()
    for _ in range(3):
        make_handoff(relay)
    fourth = relay.handoffs.create(receiver=make_contributor())
    BatonMove.objects.create(relay=relay, handoff=fourth, verb="nominate")
    return relay


def closed(relay):
    update(relay, closed=timezone.now())
    BatonMove.objects.create(relay=relay, verb="close")
    return relay


@breaks("a_finished_relay_is_quiet", "it has finished, but a leg runs.")
def a_finished_relay_runs():
    return closed(make_relay(running=True))


@breaks("a_finished_relay_is_quiet", "it has finished, but somebody is named or asked.")
def a_finished_relay_asks():
    return closed(make_handoff(make_relay(finished_legs=1)).relay)


@breaks("a_relay_is_open_once_a_leg_began", "legs began, but it never opened.")
def a_relay_with_legs_never_opened():
    return update(make_relay(finished_legs=2), opened=None)


@breaks("a_relay_is_open_once_a_leg_began", "it opened, but no leg ever began.")
def a_relay_without_legs_opened():
    return update(make_relay(), opened=timezone.now())


@breaks("a_relay_is_open_once_a_leg_began", "a leg began before it opened.")
def a_relay_opened_after_its_first_leg():
    return update(make_relay(running=True), opened=timezone.now())


@breaks("a_relay_is_open_once_a_leg_began", "it closed before it opened.")
def a_relay_closed_before_it_opened():
    relay = closed(make_relay(finished_legs=1))
    return update(relay, closed=relay.opened + YESTERDAY)


@breaks("a_relay_has_a_language_of_the_site", "its language is “tlh”.")
def a_relay_is_in_klingon():
    return update(make_relay(), language="tlh")


@breaks("every_state_was_recorded", "it is running, but its last move says “None”.")
def nobody_knows_how_a_leg_began():
    leg = begin_leg(make_relay())
    BatonMove.objects.filter(verb="take").update(leg=None)
    return leg


@breaks("every_state_was_recorded", "it is finished, but its last move says “take”.")
def nobody_knows_who_finished_a_leg():
    leg = make_relay(finished_legs=1).legs.get()
    BatonMove.objects.filter(verb="finish").delete()
    return leg


@breaks("every_state_was_recorded", "it is offered, but its last move says “nominate”.")
def nobody_knows_who_asked():
    handoff = make_handoff(make_relay(), offered=True)
    BatonMove.objects.filter(verb="offer").delete()
    return handoff


@breaks("every_state_was_recorded", "its last end says “None”.")
def nobody_knows_who_closed():
    return update(make_relay(finished_legs=1), closed=timezone.now())


@breaks("every_state_was_recorded", "its last end says “close”.")
def nobody_knows_who_reopened():
    relay = baton.close(make_relay(finished_legs=1), by=make_editor())
    return update(relay, closed=None)


def waiting(kind, handoff):
    return letters.write(
        kind,
        to=handoff.receiver,
        relay=handoff.relay,
        handoff=handoff,
        leg=Leg.objects.filter(handoff=handoff).first(),
        about_day=timezone.localdate(),
    )


@breaks("what_is_sent_has_a_date", "it is queued, but has a date of sending.")
def an_unsent_letter_has_a_date():
    return update(letters.write("test", to="bent@office.example"), sent=timezone.now())


@breaks("a_personal_letter_is_about_a_turn", "it carries a personal link, but is about no handoff.")
def a_personal_letter_opens_no_turn():
    return update(letters.write("test", to="bent@office.example"), carries_link=True)


@breaks("a_personal_letter_is_about_a_turn", "its handoff is of another relay.")
def a_letter_is_about_another_relay():
    handoff = make_handoff(make_relay(), offered=True)
    return update(handoff.letters.get(), relay=make_relay())


A_LINK = "http://testserver/baton/link/abc/"


@breaks("a_letter_holds_no_secret", "a personal link stands in it.")
def a_letter_has_a_link_in_its_row():
    return update(letters.write("test", to="bent@office.example"), body=A_LINK)


@breaks("a_letter_holds_no_secret", "a personal link stands in it.")
def an_error_quotes_a_link():
    return update(letters.write("test", to="bent@office.example"), error=f"554 {A_LINK}")


A_PAGE = {"opens": "follow:stop", "opens_row": 1}


@breaks("a_letter_holds_no_secret", "the address of a page for its receiver stands in it.")
def an_error_quotes_the_address_of_a_page():
    error = "554 http://testserver/follow/stop/1.abc/"
    return update(letters.write("test", to="bent@office.example", **A_PAGE), error=error)


@breaks("nobody_is_reminded_in_vain", "it asks for an answer that has come.")
def the_asked_is_reminded_after_the_answer():
    handoff = begin_leg(make_relay()).handoff
    return waiting("answer_today", handoff)


@breaks("nobody_is_reminded_in_vain", "it asks for a text that nobody owes.")
def a_writer_is_reminded_after_the_text():
    leg = begin_leg(make_relay())
    baton.hand_in(leg)
    return waiting("due_today", leg.handoff)


@breaks("nobody_is_reminded_in_vain", "it asks for a text that nobody owes.")
def a_writer_is_reminded_after_the_publication():
    return waiting("overdue", publish_leg(make_relay()).leg.handoff)


@breaks("nobody_is_reminded_in_vain", "it says that nobody has the baton, but somebody has.")
def the_baton_is_called_free_while_somebody_runs():
    relay, today = make_relay(finished_legs=1, running=True), timezone.localdate()
    return letters.write("baton_free", to=make_editor(), relay=relay, about_day=today)


@breaks("a_withdrawn_offer_opens_nothing", "it is alive, but its offer was withdrawn.")
def a_withdrawn_offer_has_a_link():
    handoff = make_handoff(make_relay(), offered=True)
    baton.withdraw(handoff, by=make_editor())
    Link.make(handoff)
    return Link.objects.get()


@breaks("every_article_has_a_draft", "it has no draft.")
def an_article_lost_its_draft():
    article = make_news()
    Draft.objects.filter(article=article).delete()
    return article


@breaks("revisions_belong_to_their_article", "its live revision is another article's.")
def readers_see_another_articles_text():
    article, other = publish(make_news("Samme")), publish(make_news("Samme"))
    return update(article, live=other.live)


@breaks("revisions_belong_to_their_article", "its approved revision is another article's.")
def another_articles_text_was_approved():
    article, other = put(make_news("Samme"), "approved"), put(make_news("Samme"), "approved")
    return update(article, approved=other.approved)


@breaks("revision_numbers_without_gaps", "1 revisions, numbered 2 to 2.")
def a_revision_is_missing():
    article = publish(make_news())
    update(article.live, number=2)
    return article


@breaks("revision_numbers_without_gaps", "2 revisions, numbered 0 to 2.")
def revisions_count_from_nothing():
    article = put(make_news(), "submitted")
    article.revisions.update(number=2)
    Revision.objects.create(article=article, number=0)
    return article


@breaks("an_article_is_in_its_legs_relay", "its relay is not its leg's.")
def an_article_is_in_another_relay():
    return update(make_leg_article(), relay=make_relay())


@breaks("an_article_is_in_its_legs_relay", "it has a relay, but no leg.")
def news_is_in_a_relay():
    return update(make_news(), relay=make_relay())


@breaks("a_finished_leg_was_published", "it has finished, but nothing of it was ever published.")
def a_finished_leg_has_no_article():
    article = publish_leg(make_relay())
    indexed(update(article, leg=None, relay=None))
    return article.leg


@breaks("a_published_leg_has_finished", "its article is published, but it is running.")
def a_published_leg_runs_on():
    article = make_leg_article()
    publish_by_hand(article)
    return article.leg


@breaks("the_status_fits_the_text", "it is live, but its draft says something else.")
def a_live_article_has_another_draft():
    article = publish(make_news())
    update(article.draft, title="Noget andet")
    return article


@breaks("the_status_fits_the_text", "it is approved, but its draft is not what was approved.")
def an_approved_article_has_another_draft():
    article = put(make_news(), "approved")
    update(article.draft, title="Noget andet")
    return article


@breaks("the_status_fits_the_text", "it is submitted, but a revision is approved.")
def a_submitted_article_is_approved():
    article = put(make_news(), "submitted")
    return update(article, approved=article.revisions.get())


@breaks("the_status_fits_the_text", "it is draft, but has a time of publication.")
def a_draft_has_a_time_of_publication():
    return update(make_news(), publish_at=timezone.now())


NOT_FROZEN = "the article is published, but the byline is not frozen as of that day."


@breaks("bylines_are_frozen_at_publication", NOT_FROZEN)
def a_published_byline_is_not_frozen():
    return update(publish(make_news()).bylines.get(), published_at=None)


@breaks("bylines_are_frozen_at_publication", NOT_FROZEN)
def a_byline_is_frozen_as_of_another_day():
    return update(publish(make_news()).bylines.get(), published_at=timezone.now() + YESTERDAY)


@breaks("bylines_are_frozen_at_publication", "it is frozen, but the article was never published.")
def an_unpublished_byline_is_frozen():
    return update(make_news().bylines.get(), published_at=timezone.now())


@breaks("a_post_has_its_writers", "its leg's runner is not among its writers.")
def a_runner_has_no_byline():
    article = make_leg_article()
    article.bylines.update(contributor=make_contributor())
    return article


@breaks("a_post_has_its_writers", "it is published, and nobody has written it.")
def news_was_written_by_nobody():
    article = publish(make_news())
    article.bylines.all().delete()
    return indexed(article)


@breaks("what_is_published_has_come_out", "it has a date of publication, but was never published.")
def an_unpublished_article_has_a_date():
    return update(make_news(), published_at=timezone.now())


@breaks("what_is_published_has_come_out", "it is published as of a day to come.")
def an_article_is_from_the_future():
    return publish(make_news(), at=timezone.now() + timedelta(days=1))


@breaks("what_is_published_has_come_out", "readers see no title.")
def readers_see_no_title():
    article = publish(make_news())
    for text in (article.live, article.draft):
        update(text, title="")
    return indexed(article)


@breaks("an_article_has_a_language_of_the_site", "its language is “tlh”.")
def an_article_is_in_klingon():
    return update(make_news(), language="tlh")


@breaks("theme_counts_are_right", "it counts 5 posts, readers see 1.")
def a_theme_is_counted_wrong():
    theme = make_theme()
    publish(make_news(theme=theme))
    return update(theme, post_count=5)


@breaks("theme_counts_are_right", "it counts 1 posts, readers see 0.")
def an_empty_theme_counts():
    return make_theme(post_count=1)


@breaks("what_is_public_can_be_found", "readers can see it, but no search finds it.")
def a_post_is_found_by_nobody():
    article = publish(make_news())
    article.search_row.delete()
    return article


@breaks("what_is_public_can_be_found", "a search finds it, but it is not public.")
def a_draft_is_found():
    article = make_news()
    SearchRow.objects.create(article=article, title="hemmelig")
    return article


@breaks("the_search_knows_its_words", "a search does not find what it says now.")
def somebody_has_another_name_by_now():
    article = publish(make_news())
    update(article.bylines.get().contributor, name="Åse Ørskov")
    return article


@breaks("tags_have_their_key", "its key is “lys”.")
def a_tag_has_anothers_key():
    return Tag.objects.create(name="Mørke", slug="moerke", key="lys")


@breaks("a_card_shows_what_readers_see", "readers do not see its text any more.")
def a_text_that_is_not_out_has_a_card():
    publish(make_news())
    [card] = cards.draw_due()
    return update(card, revision=put(make_news(), "submitted").revisions.get())


@breaks("a_card_shows_what_readers_see", "its file is missing.")
def the_file_of_a_card_is_lost():
    publish(make_news())
    [card] = cards.draw_due()
    card.path.unlink()
    return card


@breaks("old_addresses_lead_to_what_is_elsewhere_now", "it leads to nothing.")
def an_old_address_leads_nowhere():
    return OldAddress.objects.create(kind="relay", slug="foer", row=0)


@breaks("old_addresses_lead_to_what_is_elsewhere_now", "what it leads to has this address still.")
def an_old_address_is_the_newest():
    theme = make_theme()
    return OldAddress.objects.create(kind="theme", slug=theme.slug, row=theme.pk)


@breaks("old_addresses_lead_to_what_is_elsewhere_now", "nothing of this kind has an address.")
def an_old_address_is_of_no_known_kind():
    return OldAddress.objects.create(kind="letter", slug="foer", row=1)


@breaks("every_stored_text_is_clean", "its text was never sanitised.")
def a_page_holds_a_script():
    return Page.objects.create(title="Om", slug="om", body="<script>alert(1)</script>")


@breaks("every_stored_text_is_clean", "its text was never sanitised.")
def a_draft_holds_a_script():
    draft = make_news().draft
    return update(draft, body=f"{draft.body}<script>alert(1)</script>")


@breaks("every_stored_text_is_clean", "its text was never sanitised.")
def a_revision_holds_a_script():
    revision = put(make_news(), "submitted").revisions.get()
    return update(revision, body=f"{revision.body}<script>alert(1)</script>")


@breaks("every_publication_was_recorded", "it is published, but no move says so.")
def nobody_knows_who_published():
    article = publish(make_news())
    article.moves.filter(step="publish").update(step="edit")
    return article


@breaks("the_last_move_leads_to_the_status", "it is sent_back, but its last move led to submitted.")
def nobody_knows_who_sent_it_back():
    return update(put(make_news(), "submitted"), status="sent_back")


@breaks("the_last_move_leads_to_the_status", "it is submitted, but its last move led to None.")
def nobody_knows_who_submitted():
    return update(make_news(), status="submitted")


@breaks("every_withdrawal_was_recorded", "its last withdrawal says “None”.")
def nobody_knows_who_withdrew():
    return indexed(update(publish(make_news()), withdrawal="gone"))


@breaks("every_withdrawal_was_recorded", "its last withdrawal says “withdraw”.")
def nobody_knows_who_restored():
    article = workflow.take_step(publish(make_news()), "withdraw", by=make_chief_editor())
    return indexed(update(article, withdrawal=""))


@breaks(
    "a_published_picture_is_told_in_words", "readers get a picture, and no word of what it shows."
)
def nobody_says_what_a_picture_shows():
    article = publish(write(make_news(), picture=make_picture(), alt="En bakke"))
    update(article.live, alt="")
    update(article.draft, alt="")
    return article


@breaks("every_picture_has_its_files", "one of its files is not what was written.")
def a_picture_is_scratched():
    picture = make_picture()
    (picture.root() / picture.files[0]).write_bytes(b"ridset")
    return picture


@breaks("moves_name_their_own_revisions", "it names another article's revision.")
def a_move_names_anothers_revision():
    move = put(make_news(), "submitted").moves.get()
    return update(move, revision=put(make_news(), "submitted").revisions.get())


@breaks("a_tick_comes_of_an_answer_about_its_article", "an answer about another article made it.")
def a_tick_stands_on_another_article():
    return update(answered().ticks.get(), article=make_news())


@breaks("a_preview_is_answered_by_nobody", "it is for reading only, and somebody has answered.")
def a_preview_is_answered():
    showing = shown()
    showings.remark(showing, name="Jura Jensen")
    return update(showing, purpose="preview")


@pytest.mark.parametrize(("invariant", "sentence", "break_it"), BREAKS)
def test_a_broken_invariant_is_reported_with_its_row(invariant, sentence, break_it):
    row = break_it()

    found = {"invariant": invariant, "row": f"{row._meta.model_name} {row.pk}"}
    assert check() == (f"{invariant}: {found['row']}: {sentence}\n", 1)
    told, code = check(json=True)
    assert (json.loads(told), code) == ([found | {"sentence": sentence}], 1)


def test_a_file_of_a_picture_that_is_gone_is_named():
    picture = make_picture()
    gone = picture.root() / picture.files[0]
    gone.unlink()

    told = f"every_picture_has_its_files: picture {picture.pk}: a file cannot be read: {gone}.\n"
    assert check() == (told, 1)


def test_every_invariant_is_broken_once():
    invariants = [*relay_invariants.INVARIANTS, *article_invariants.INVARIANTS]

    assert {parameters.values[0] for parameters in BREAKS} == {
        invariant.__name__ for invariant in invariants
    }
    assert len(set(invariants)) == len(invariants)


def test_every_function_of_the_two_modules_is_checked():
    for module in (relay_invariants, article_invariants):
        functions = {
            function.__name__
            for function in vars(module).values()
            if callable(function) and getattr(function, "__module__", "") == module.__name__
        }
        listed = {invariant.__name__ for invariant in module.INVARIANTS}
        assert functions - listed - {"Breach", "breach", "breaches"} == set()


def test_several_breaches_are_several_lines():
    relay, news = a_relay_is_in_klingon(), an_article_is_in_klingon()

    told, code = check()

    assert told.splitlines() == [
        f"a_relay_has_a_language_of_the_site: relay {relay.pk}: its language is “tlh”.",
        f"an_article_has_a_language_of_the_site: article {news.pk}: its language is “tlh”.",
    ]
    assert code == 1


# A clean site --------------------------------------------------------------------------------


def test_an_empty_site_has_no_breach():
    assert check() == ("", 0)
    assert check(json=True) == ("[]\n", 0)


def test_a_site_in_full_swing_has_no_breach():
    editor, chief = make_editor(), make_chief_editor()
    running = make_relay(finished_legs=2, running=True, theme=make_theme())
    make_handoff(running, accepted=True)
    make_leg_article(reload(running).baton.leg)
    leg, soon = reload(running).baton.leg, timezone.localdate() + timedelta(days=5)
    baton.ask_for_time(leg, soon, by=leg.contributor.user)
    baton.rest(baton.extend(leg, soon, by=editor), soon, by=editor)
    asked = make_handoff(make_relay(finished_legs=1), offered=True)
    baton.rest(asked, soon, by=editor)
    outbox.send_due()
    baton.decline(baton.readdress(asked, by=editor, email="ny@office.example"), by=editor)
    baton.withdraw(make_handoff(make_relay()), by=editor)
    baton.abandon(begin_leg(make_relay()), by=editor)
    baton.close(make_handoff(make_relay(finished_legs=1)).relay, by=editor)
    baton.reopen(baton.close(make_relay(finished_legs=1), by=editor), by=editor)
    for status in ("draft", "submitted", "sent_back", "approved", "scheduled"):
        put(make_news(), status)
    write(publish(make_news(theme=make_theme("Ledelse"))), title="Skrevet om")
    publish(write(make_news(), picture=make_picture(), is_decorative=True))
    for step in ("withdraw", "remove"):
        workflow.take_step(publish(make_news()), step, by=chief)
    gone = workflow.take_step(publish(make_news()), "withdraw", by=chief)
    workflow.take_step(gone, "restore", by=chief)

    answered()
    shown(put(make_news(), "submitted"))

    assert check() == ("", 0)


# What the database itself refuses ------------------------------------------------------------


@breaks("an_answer_stands_below_its_comment", "it answers a comment on another article.")
def an_answer_has_moved():
    thread = approve_reply(make_reply(make_published_news()))
    return update(
        make_reply(thread.article, answers=thread, words="Svar"), article=make_published_news()
    )


@breaks("an_answer_stands_below_its_comment", "it answers an answer.")
def an_answer_is_answered():
    thread = approve_reply(make_reply(make_published_news()))
    first, second = (make_reply(thread.article, answers=thread, words=words) for words in "ab")
    return update(second, answers=first)


@breaks("the_last_move_decided_the_comment", "it is approved, but its last move says “send”.")
def a_comment_was_approved_by_nobody():
    reply = make_reply(make_published_news())
    return update(reply, state="approved", decided=timezone.now())


@breaks("networks_are_forgotten", "where it came from is still known.")
def a_network_is_remembered():
    reply = make_reply(make_published_news(), network="192.0.2.7")
    return update(reply, sent=timezone.now() - timedelta(days=32))


def make_published_news():
    return publish(make_news())


REFUSED = []


def refused(constraint):
    def keep(function):
        REFUSED.append(pytest.param(constraint, function, id=constraint))
        return function

    return keep


@refused("leg_one_runner")
def two_legs_run():
    relay = make_relay(finished_legs=1, running=True)
    first = relay.legs.get(number=1)
    Leg.objects.filter(pk=first.pk).update(state="running", due=timezone.localdate())


@refused("leg_number_once")
def two_legs_have_one_number():
    make_relay(finished_legs=2).legs.update(number=1)


@refused("leg_state_known")
def a_leg_is_in_no_known_state():
    make_relay(finished_legs=1).legs.update(state="lost")


@refused("leg_numbered_while_it_stands")
def a_finished_leg_has_no_number():
    make_relay(finished_legs=1).legs.update(number=None)


@refused("leg_numbered_while_it_stands (abandoned)")
def an_abandoned_leg_has_a_number():
    relay = make_relay()
    baton.abandon(begin_leg(relay), by=make_editor())
    relay.legs.update(number=1)


@refused("leg_runner_known")
def nobody_runs_a_running_leg():
    make_relay(running=True).legs.update(contributor=None)


@refused("leg_runner_known (due)")
def a_running_leg_is_never_due():
    make_relay(running=True).legs.update(due=None)


@refused("leg_sector_known")
def a_leg_is_of_a_third_sector():
    make_relay(finished_legs=1).legs.update(sector="church")


@refused("handoff_one_open")
def two_are_asked():
    relay = make_relay()
    make_handoff(relay, offered=True)
    today = timezone.localdate()
    Handoff.objects.create(
        relay=relay,
        receiver=make_contributor(),
        state="offered",
        offered=timezone.now(),
        answer_by=today,
    )


@refused("handoff_state_known")
def a_handoff_is_in_no_known_state():
    update(make_handoff(make_relay()), state="dropped")


@refused("handoff_offer_dated")
def an_offer_has_no_date():
    update(make_handoff(make_relay(), offered=True), answer_by=None)


@refused("relay_alternation_known")
def a_relay_alternates_at_random():
    update(make_relay(), alternation="random")


@refused("user_email_never_empty")
def a_user_has_an_empty_address():
    # Past AddressField, which makes null of it.
    update_raw(User, make_user(), "email", "")


@refused("contributor_email_never_empty")
def a_contributor_has_an_empty_address():
    update_raw(Contributor, make_contributor(), "email", "")


@refused("contributor_sector_known")
def a_contributor_is_of_a_third_sector():
    update(make_contributor(), sector="church")


@refused("article_live_is_published")
def a_live_article_was_never_published():
    update(publish(make_news()), published_at=None)


@refused("article_live_is_published (slug)")
def a_live_article_has_no_address():
    update(publish(make_news()), slug=None)


@refused("article_scheduled_is_approved")
def a_scheduled_article_is_not_approved():
    update(put(make_news(), "scheduled"), approved=None)


@refused("article_scheduled_is_approved (time)")
def a_scheduled_article_has_no_time():
    update(put(make_news(), "scheduled"), publish_at=None)


@refused("article_asked_is_sent_back")
def a_text_that_is_with_the_editors_asks_its_writer():
    article = put(make_news(), "submitted")
    update(article, asked=article.revisions.get())


@refused("note_answered_was_told")
def a_note_is_answered_that_nobody_was_told():
    article = put(make_news(), "submitted")
    note = article.notes.create(revision=article.revisions.get(), words="Kortere?")
    update(note, answered=timezone.now())


@refused("look_one_each")
def somebody_looked_twice():
    article = put(make_news(), "submitted")
    look = {"article": article, "user": make_editor(), "revision": article.revisions.get()}
    Look.objects.create(**look)
    Look.objects.create(**look)


@refused("article_live_has_text")
def a_live_article_has_no_text():
    update(make_news(), status="live")


@refused("article_withdrawn_was_live")
def what_was_never_published_is_withdrawn():
    update(make_news(), withdrawal="gone")


@refused("article_status_known")
def an_article_has_no_known_status():
    update(make_news(), status="lost")


@refused("article_withdrawal_known")
def an_article_is_withdrawn_somehow():
    update(publish(make_news()), withdrawal="a_bit")


@refused("article_access_known")
def an_article_is_for_somebody_else():
    update(publish(make_news()), access="friends")


@refused("grant_kind_known")
def an_access_is_of_another_kind():
    update(make_subscriber().grants.get(), kind="gift")


@refused("grant_begins_before_it_ends")
def an_access_ends_when_it_begins():
    grant = make_subscriber().grants.get()
    update(grant, ends=grant.begins)


@refused("grant_trial_is_marked")
def a_trial_leaves_no_mark():
    update(make_trial_reader().grants.get(), trial_mark="")


@refused("grant_trial_is_marked (subscription)")
def a_subscription_counts_as_a_trial():
    update(make_subscriber().grants.get(), trial_mark="x")


@refused("grant_one_trial_each")
def two_trials_are_one_readers():
    mark = make_trial_reader().grants.get().trial_mark
    update(make_trial_reader().grants.get(), trial_mark=mark)


@refused("grant_is_for_somebody")
def a_subscription_is_nobodys():
    update(make_subscriber().grants.get(), user=None)


@refused("grant_is_for_somebody (domain)")
def a_trial_is_a_whole_workplaces():
    update(make_trial_reader().grants.get(), domain="office.example")


@refused("access_asked_once")
def a_reader_has_asked_twice():
    reader = make_reader()
    for _time in range(2):
        AccessRequest.objects.create(user=reader)


@refused("revision_number_once")
def two_revisions_have_one_number():
    revision = put(make_news(), "submitted").revisions.get()
    Revision.objects.create(article=revision.article, number=revision.number)


@refused("byline_once")
def somebody_stands_twice_among_the_writers():
    byline = make_news().bylines.get()
    Byline.objects.create(article=byline.article, contributor=byline.contributor)


@refused("byline_sector_known")
def a_byline_is_of_a_third_sector():
    make_news().bylines.update(sector="church")


@refused("article_tagged_once")
def an_article_has_one_tag_twice():
    tag, article = Tag.objects.create(name="Lys", slug="lys", key="lys"), make_news()
    for _ in range(2):
        TaggedArticle.objects.create(content_object=article, tag=tag)


@refused("Tag.key")
def two_tags_have_one_key():
    for name in ("lys", "Lys"):
        Tag.objects.create(name=name, slug=name, key="lys")


@refused("Draft.article")
def an_article_has_two_drafts():
    Draft.objects.create(article=make_news())


@refused("Article.leg")
def a_leg_has_two_articles():
    Article.objects.create(leg=make_leg_article().leg)


@refused("Leg.handoff")
def two_legs_come_of_one_handoff():
    first, second = make_relay(finished_legs=2).legs.order_by("number")
    update(second, handoff=first.handoff)


@refused("Contributor.user")
def two_contributors_are_one_user():
    update(make_contributor(), user=make_contributor().user)


@refused("User.email")
def two_users_have_one_address():
    for address in ("vibeke@depechen.example", "Vibeke@Depechen.example"):
        make_user(email=address)


@refused("Theme.name")
def two_themes_have_one_name():
    Theme.objects.create(name="Velfærd", slug="velfaerd")
    Theme.objects.create(name="Velfærd", slug="velfaerd-2")


def two_at_one_address(make):
    for _ in range(2):
        make()


@refused("Relay.slug")
def two_relays_have_one_address():
    two_at_one_address(lambda: make_relay(slug="madstafetten"))


@refused("Contributor.slug")
def two_contributors_have_one_address():
    two_at_one_address(lambda: make_contributor(slug="aase"))


@refused("Article.slug")
def two_articles_have_one_address():
    two_at_one_address(lambda: make_news(slug="lys"))


@refused("Picture.name")
def two_pictures_have_one_name():
    make_picture()
    make_picture()
    Picture.objects.update(name="x")


@refused("picture_focus_inside")
def a_picture_is_looked_at_from_outside():
    update(make_picture(), focal_x=101)


@refused("picture_shape_known")
def a_picture_is_round():
    update(make_picture(), shape="round")


@refused("Theme.slug")
def two_themes_have_one_address():
    Theme.objects.create(name="Ledelse", slug="tema")
    Theme.objects.create(name="Velfærd", slug="tema")


@refused("Page.slug")
def two_pages_have_one_address():
    Page.objects.create(title="Om", slug="om")
    Page.objects.create(title="Os", slug="om")


@refused("Card.name")
def two_cards_have_one_file():
    Card.objects.create(name="x")
    Card.objects.create(name="x")


@refused("Card.revision")
def one_text_has_two_cards():
    revision = publish(make_news()).live
    Card.objects.create(revision=revision)
    Card.objects.create(revision=revision)


@refused("old_address_once")
def one_old_address_leads_to_two_rows():
    OldAddress.objects.create(kind="relay", slug="foer", row=1)
    OldAddress.objects.create(kind="relay", slug="foer", row=2)


@refused("Tag.slug")
def two_tags_have_one_address():
    Tag.objects.create(name="lys", slug="lys", key="lys")
    Tag.objects.create(name="lyse", slug="lys", key="lyse")


@refused("Tag.name")
def two_tags_have_one_name():
    Tag.objects.create(name="lys", slug="lys", key="lys")
    Tag.objects.create(name="lys", slug="lys-2", key="lys-2")


@refused("letter_state_known")
def a_letter_is_lost_somehow():
    update(letters.write("test", to="bent@office.example"), state="lost")


@refused("letter_sent_is_dated")
def a_letter_was_sent_on_no_day():
    update(letters.write("test", to="bent@office.example"), state="sent")


@refused("letter_reminds_once")
def somebody_is_reminded_twice_of_one_day():
    handoff = begin_leg(make_relay()).handoff
    letter = waiting("overdue", handoff)
    update(waiting("due_today", handoff), kind=letter.kind)


@refused("Letter.message_id")
def two_letters_have_one_message_id():
    first, second = (letters.write("test", to="bent@office.example") for _ in range(2))
    update(second, message_id=first.message_id)


@refused("HeldKind.kind")
def a_kind_is_held_twice():
    for _ in range(2):
        HeldKind.objects.create(kind="invitation")


@refused("Link.token_hash")
def two_links_have_one_token():
    handoff = make_handoff(make_relay())
    for _ in range(2):
        Link.objects.create(handoff=handoff, token_hash="0" * 64)


@refused("showing_purpose_known")
def a_text_is_shown_for_no_known_purpose():
    update(shown(), purpose="poster")


@refused("showing_preview_ticks_nothing")
def a_preview_ticks_an_item():
    update(shown(), purpose="preview", item=item())


@refused("Showing.token_hash")
def two_showings_have_one_token():
    update(shown(), token_hash=shown().token_hash)


@refused("tick_once")
def an_item_is_ticked_twice():
    article, editor, facts = make_news(), make_editor(), item()
    for _ in range(2):
        Tick.objects.create(article=article, item=facts, by=editor)


@refused("tick_by_user_or_remark")
def nobody_has_ticked():
    Tick.objects.create(article=make_news(), item=item())


@refused("tick_by_user_or_remark (both)")
def a_user_and_a_remark_have_ticked():
    update(answered().ticks.get(), by=make_editor())


@refused("article_replies_known")
def comments_are_in_no_known_state():
    update(make_news(), replies="lost")


@refused("Network.address")
def a_network_has_two_rows():
    for _ in range(2):
        Network.objects.create(address="192.0.2.7")


@refused("reply_state_known")
def a_comment_is_in_no_known_state():
    update(make_reply(make_published_news()), state="lost", decided=timezone.now())


@refused("reply_voice_known")
def a_comment_has_no_known_voice():
    update(make_reply(make_published_news()), voice="lost")


@refused("reply_decided_is_dated")
def a_decision_has_no_day():
    update(make_reply(make_published_news()), state="approved")


@refused("reply_decided_is_dated (waiting)")
def a_comment_waits_and_is_decided():
    update(make_reply(make_published_news()), decided=timezone.now())


@refused("reply_declined_has_reason")
def a_comment_is_declined_without_a_word():
    update(make_reply(make_published_news()), state="declined", decided=timezone.now())


@refused("reply_erased_says_nothing")
def an_erased_comment_still_speaks():
    update(make_reply(make_published_news()), state="erased", decided=timezone.now())


@refused("reply_erased_says_nothing (words)")
def a_comment_says_nothing():
    update(make_reply(make_published_news()), words="")


@refused("reply_erased_says_nothing (user)")
def nobody_has_sent_a_comment():
    update(make_reply(make_published_news()), user=None)


@refused("letter_to_many_once_each")
def a_follower_has_two_letters_of_a_post():
    circular = letters.write_circular("test", to=None)
    for number in range(2):
        letter_to_many(circular, f"<{number}@many.example>")


@refused("letter_opens_a_row")
def a_letter_opens_a_page_for_no_row():
    letter_to_many(None, "<1@many.example>", opens_row=None)


def letter_to_many(circular, message_id, **words):
    words = {"opens": "follow:stop", "opens_row": 1, **words}
    Letter.objects.create(
        kind="test",
        circular=circular,
        address="laeser@home.example",
        language="da",
        message_id=message_id,
        **words,
    )


@refused("Follower.address")
def one_address_follows_twice():
    make_follower(address="laeser@home.example")
    make_follower(address="laeser@home.example")


@refused("follow_relay_once")
def a_relay_is_followed_twice():
    relay = make_relay()
    make_follower(relay, relay)


@refused("follow_theme_once")
def a_theme_is_followed_twice():
    make_follower(make_theme(), make_theme())


@refused("follow_everything_once")
def everything_is_followed_twice():
    make_follower(None, None)


@refused("follow_of_one")
def a_follow_is_of_a_relay_and_a_theme():
    make_follower(make_relay()).follows.update(theme=make_theme())


@refused("follow_request_of_one")
def a_request_is_for_a_relay_and_a_theme():
    asked_to_follow(relay=make_relay(), theme=make_theme())


@refused("follow_request_numbered")
def two_requests_of_a_day_have_one_number():
    asked_to_follow()
    asked_to_follow()


@refused("follow_request_few_a_day")
def a_fourth_letter_goes_to_an_address():
    asked_to_follow(number=4)


def asked_to_follow(**words):
    words = {"number": 1, "day": timezone.localdate(), **words}
    FollowRequest.objects.create(address="laeser@home.example", **words)


@refused("Announcement.article")
def an_article_is_announced_twice():
    article = put(make_news(), "live")
    Announcement.objects.create(article=article)


@refused("Announcement.circular")
def two_articles_are_announced_in_the_same_words():
    circular = letters.write_circular("test", to=None)
    for _article in range(2):
        put(make_news(), "live")
    Announcement.objects.update(circular=circular)


def item():
    return ChecklistItem.objects.create(label="Fakta er tjekket")


def shown(article=None, **tied):
    return showings.show(article or make_news(), name="Jura", by=make_editor(), **tied)[0]


def answered():
    """An article with an item that an answer has ticked."""
    showing = shown(item=item())
    showings.remark(showing, name="Jura Jensen")
    return showing.article


def update_raw(model, row, column, value):
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, row.pk])  # noqa: S608


@refused("code_three_tries")
def a_code_is_tried_a_fourth_time():
    Code.objects.create(address="ny@office.example", tries=4)


@refused("Code.letter")
def one_letter_brings_two_codes():
    code = codes.send("ny@office.example")
    Code.objects.create(address=code.address, letter=code.letter)


@pytest.mark.parametrize(("constraint", "break_it"), REFUSED)
def test_the_database_refuses_it(constraint, break_it):
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it()


def guards():
    """What our models ask the database to hold: constraints by name, unique fields by field."""
    for app in ("relays", "articles"):
        for model in apps.get_app_config(app).get_models():
            for constraint in model._meta.constraints:
                assert isinstance(constraint, CheckConstraint | UniqueConstraint)
                yield constraint.name
            for field in model._meta.local_fields:
                if field.unique and not field.primary_key:
                    yield f"{model.__name__}.{field.name}"


def test_everything_that_the_database_guards_is_tried():
    tried = {parameters.values[0].partition(" (")[0] for parameters in REFUSED}

    assert tried == set(guards())
