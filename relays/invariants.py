"""What must be true of every chain, letter and link, and no constraint of the database can hold."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery
from django.urls import reverse

from relays import ladder, pictures
from relays.models import (
    BatonMove,
    Handoff,
    HandoffState,
    Leg,
    LegState,
    Letter,
    LetterState,
    Link,
    Picture,
    Relay,
)
from relays.models.chain import OPEN_HANDOFFS
from relays.verbs import MOST_NOMINATIONS


class Breach(NamedTuple):
    invariant: str
    row: str  # the model and the key, to be found in the admin
    sentence: str


def breach(invariant: str, row, sentence: str) -> Breach:
    return Breach(invariant, f"{row._meta.model_name} {row.pk}", sentence)


# The legs ------------------------------------------------------------------------------------


def numbers_without_gaps():
    counted = Relay.objects.annotate(
        standing=Count("legs", filter=~Q(legs__state=LegState.ABANDONED)), top=Max("legs__number")
    )
    for relay in counted.exclude(standing=0).exclude(standing=F("top")):
        yield relay, f"{relay.standing} legs stand, the highest number is {relay.top}."


def the_newest_leg_runs():
    for leg in Leg.objects.running():
        if Leg.objects.filter(relay=leg.relay_id, number__gt=leg.number).exists():
            yield leg, "it runs, but a later leg stands."


def a_leg_begins_after_the_one_before():
    # In an archive posts may have come out in another order.
    begun_here = Leg.objects.filter(moves__verb="take", number__gt=1)
    before = Leg.objects.filter(relay=OuterRef("relay"), number=OuterRef("number") - 1)
    for leg in begun_here.annotate(before=Subquery(before.values("began"))):
        if leg.before and leg.before > leg.began:
            yield leg, "it began before the leg in front of it."


def only_an_archive_has_legs_without_handoff():
    for leg in Leg.objects.filter(handoff=None).exclude(moves__verb="import"):
        yield leg, "nobody handed it on, and it was not imported."


def a_leg_has_its_handoff():
    wrong = Q(handoff__relay=F("relay"), handoff__receiver=F("contributor"))
    for leg in Leg.objects.filter(handoff__isnull=False).exclude(wrong):
        yield leg, "its handoff is for another relay or another person."


# The handoffs --------------------------------------------------------------------------------


def a_taken_handoff_has_its_leg():
    for handoff in Handoff.objects.filter(state=HandoffState.TAKEN, leg=None):
        yield handoff, "it was taken, but no leg came of it."
    for handoff in Handoff.objects.exclude(state=HandoffState.TAKEN).filter(leg__isnull=False):
        yield handoff, f"it has a leg, but is {handoff.state}."


def a_yes_waits_for_a_runner():
    runs = Q(relay__legs__state=LegState.RUNNING)
    for handoff in Handoff.objects.filter(state=HandoffState.ACCEPTED).exclude(runs):
        yield handoff, "a yes waits, though nobody runs."


def a_giver_is_of_the_same_relay():
    for handoff in Handoff.objects.exclude(giver=None).exclude(giver__relay=F("relay")):
        yield handoff, "it is given by a leg of another relay."


def the_baton_comes_from_the_leg_before():
    numbered = Handoff.objects.filter(leg__number__isnull=False)
    for handoff in numbered.filter(giver=None).exclude(leg__number=1):
        yield handoff, "nobody gave it, but it is not for the first leg."
    given = numbered.filter(giver__number__isnull=False, giver__relay=F("relay"))
    for handoff in given.exclude(leg__number=F("giver__number") + 1):
        yield handoff, "its leg does not come after its giver's."


def nobody_answers_unasked():
    answers = [HandoffState.ACCEPTED, HandoffState.DECLINED, HandoffState.LAPSED]
    taken_here = Q(state=HandoffState.TAKEN) & ~Q(leg=None) & ~Q(leg__moves__verb="import")
    for handoff in Handoff.objects.filter(Q(state__in=answers) | taken_here, offered=None):
        yield handoff, f"it is {handoff.state}, but was never offered."
    answered = [HandoffState.ACCEPTED, HandoffState.DECLINED, HandoffState.TAKEN]
    for handoff in Handoff.objects.filter(state__in=answered, answered=None):
        yield handoff, f"it is {handoff.state}, but has no date of an answer."
    for handoff in Handoff.objects.nominated().exclude(offered=None):
        yield handoff, "it is nominated, but was offered."


def a_runner_can_be_known():
    asked = [HandoffState.OFFERED, HandoffState.ACCEPTED]
    for handoff in Handoff.objects.filter(state__in=asked, receiver__user=None):
        yield handoff, "the person who was asked has no user."


def few_are_nominated():
    nominated = Handoff.objects.nominated().values("relay", "giver").annotate(count=Count("pk"))
    for crowd in nominated.filter(count__gt=MOST_NOMINATIONS):
        yield Relay.objects.get(pk=crowd["relay"]), f"{crowd['count']} are nominated at once."


# The relay -----------------------------------------------------------------------------------


def a_finished_relay_is_quiet():
    for relay in Relay.objects.finished().filter(legs__state=LegState.RUNNING):
        yield relay, "it has finished, but a leg runs."
    waiting = [HandoffState.NOMINATED, HandoffState.OFFERED, HandoffState.ACCEPTED]
    for relay in Relay.objects.finished().filter(handoffs__state__in=waiting).distinct():
        yield relay, "it has finished, but somebody is named or asked."


def a_relay_is_open_once_a_leg_began():
    began = Q(legs__isnull=False)
    for relay in Relay.objects.filter(began, opened=None).distinct():
        yield relay, "legs began, but it never opened."
    for relay in Relay.objects.exclude(opened=None).filter(legs=None):
        yield relay, "it opened, but no leg ever began."
    for relay in Relay.objects.annotate(first=Min("legs__began")).filter(first__lt=F("opened")):
        yield relay, "a leg began before it opened."
    for relay in Relay.objects.filter(closed__lt=F("opened")):
        yield relay, "it closed before it opened."


def a_relay_has_a_language_of_the_site():
    for relay in Relay.objects.exclude(language__in=dict(settings.LANGUAGES)):
        yield relay, f"its language is “{relay.language}”."


# The moves -----------------------------------------------------------------------------------

# The last move of a row says how it came to stand where it stands.
LEG_MOVES = {
    LegState.RUNNING: ["take"],
    LegState.FINISHED: ["finish", "import", "amend"],
    LegState.ABANDONED: ["abandon"],
}
HANDOFF_MOVES = {
    HandoffState.NOMINATED: ["nominate"],
    HandoffState.OFFERED: ["offer"],
    HandoffState.ACCEPTED: ["accept"],
    HandoffState.TAKEN: ["take", "stand_in", "import", "amend"],
    HandoffState.DECLINED: ["decline"],
    HandoffState.LAPSED: ["lapse"],
    HandoffState.WITHDRAWN: ["withdraw", "replace", "keep", "amend"],
}


def every_state_was_recorded():
    for model, name, moves in ((Leg, "leg", LEG_MOVES), (Handoff, "handoff", HANDOFF_MOVES)):
        # Others, such as a new date or a corrected address, leave the state as it was.
        changing = {verb for verbs in moves.values() for verb in verbs}
        theirs = BatonMove.objects.filter(**{name: OuterRef("pk")}, verb__in=changing)
        last = theirs.order_by("-pk").values("verb")
        for state, verbs in moves.items():
            rows = model.objects.filter(state=state).annotate(said=Subquery(last[:1]))
            for row in rows.filter(Q(said=None) | ~Q(said__in=verbs)):
                yield row, f"it is {state}, but its last move says “{row.said}”."
    ends = BatonMove.objects.filter(relay=OuterRef("pk"), verb__in=["close", "reopen"])
    for relay in Relay.objects.annotate(said=Subquery(ends.order_by("-pk").values("verb")[:1])):
        if (relay.said == "close") != (relay.closed is not None):
            yield relay, f"its last end says “{relay.said}”."


# The letters and links -----------------------------------------------------------------------


def what_is_sent_has_a_date():
    # The other way round the database holds it.
    for letter in Letter.objects.exclude(state=LetterState.SENT).exclude(sent=None):
        yield letter, f"it is {letter.state}, but has a date of sending."


def a_personal_letter_is_about_a_turn():
    for letter in Letter.objects.filter(carries_link=True, handoff=None, opens=""):
        yield letter, "it carries a personal link, but is about no handoff."
    elsewhere = Letter.objects.exclude(handoff=None).exclude(handoff__relay=F("relay"))
    for letter in elsewhere:
        yield letter, "its handoff is of another relay."


def a_letter_holds_no_secret():
    path = reverse("relays:link", args=["_"]).removesuffix("_/")
    told = Letter.objects.exclude(error__contains=f"{path}…").filter(error__contains=path)
    for letter in Letter.objects.filter(body__contains=path) | told:
        yield letter, "a personal link stands in it."
    pages = Letter.objects.exclude(opens="").order_by().values_list("opens", flat=True).distinct()
    for page in pages:
        path = reverse(page, args=["_"]).removesuffix("_/")
        letters = Letter.objects.filter(opens=page)
        told = letters.exclude(error__contains=f"{path}…").filter(error__contains=path)
        for letter in letters.filter(body__contains=path) | told:
            yield letter, "the address of a page for its receiver stands in it."


def nobody_is_reminded_in_vain():
    """A reminder that may still go out is about somebody who can still act on it."""
    waiting = Letter.objects.unsent().exclude(about_day=None)
    answer = [rung.kind for rung in ladder.ANSWER]
    asked = Q(handoff__state=HandoffState.OFFERED)
    for letter in waiting.filter(kind__in=answer).exclude(asked):
        yield letter, "it asks for an answer that has come."
    writing = Q(handoff__leg__state=LegState.RUNNING, handoff__leg__handed_in=None)
    for letter in waiting.filter(kind__in=ladder.DUE_KINDS).exclude(writing):
        yield letter, "it asks for a text that nobody owes."
    busy = Q(relay__legs__state=LegState.RUNNING) | Q(relay__handoffs__state__in=OPEN_HANDOFFS)
    for letter in waiting.filter(busy, kind="baton_free").distinct():
        yield letter, "it says that nobody has the baton, but somebody has."


def a_withdrawn_offer_opens_nothing():
    for link in Link.objects.live().filter(handoff__state=HandoffState.WITHDRAWN):
        yield link, "it is alive, but its offer was withdrawn."


def every_picture_has_its_files():
    for picture in Picture.objects.iterator(chunk_size=500):
        try:
            if pictures.checksum_of(picture) != picture.checksum:
                yield picture, "one of its files is not what was written."
        except OSError as error:
            yield picture, f"a file cannot be read: {error.filename}."


INVARIANTS: list[Callable[[], Iterator]] = [
    numbers_without_gaps,
    the_newest_leg_runs,
    a_leg_begins_after_the_one_before,
    only_an_archive_has_legs_without_handoff,
    a_leg_has_its_handoff,
    a_taken_handoff_has_its_leg,
    a_yes_waits_for_a_runner,
    a_giver_is_of_the_same_relay,
    the_baton_comes_from_the_leg_before,
    nobody_answers_unasked,
    a_runner_can_be_known,
    few_are_nominated,
    a_finished_relay_is_quiet,
    a_relay_is_open_once_a_leg_began,
    a_relay_has_a_language_of_the_site,
    every_state_was_recorded,
    what_is_sent_has_a_date,
    a_personal_letter_is_about_a_turn,
    a_letter_holds_no_secret,
    nobody_is_reminded_in_vain,
    a_withdrawn_offer_opens_nothing,
    every_picture_has_its_files,
]


def breaches() -> Iterator[Breach]:
    for invariant in INVARIANTS:
        for row, sentence in invariant():
            yield breach(invariant.__name__, row, sentence)
