"""Writing letters: rows, made in the transaction of what they tell of, for `relays.outbox` to send.

A letter that has become untrue is cancelled by the event that made it so. Its words are fixed
when it is written; the personal link is made at sending, so that no row holds a secret. What
somebody else has typed is `harmless` in it: it makes no link and no header.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from email.utils import make_msgid
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relays import workdays
from relays.models import (
    Circular,
    Contributor,
    Handoff,
    HandoffState,
    HeldKind,
    Leg,
    Letter,
    LetterState,
    Relay,
    User,
)
from relays.models.link import is_over

MOST_A_DAY = 20  # letters to one address; the next one waits for an editor
LINK = "[[link]]"  # where the personal link goes, in a letter's words
CODE = "[[code]]"  # and where the code to log in with

# NOW: somebody sits and waits for it. No editor holds it, for it would be worth nothing later.
NOW, SOON, DAILY, LAST = 0, 1, 5, 9

# Whoever has answered needs none of these any more; whoever has not, none of the other two.
ASKING = ("invitation", "answer_soon", "answer_today")
NO_ANSWER = ("lapsed", "editor_lapsed")
A_YES = ("thanks_for_the_yes", "editor_yes", "giver_yes")
A_NO = ("editor_no", "giver_no")
DATES = ("extended", "editor_extended", "editor_asked_for_time")
# They speak of a day that is still to come, so the night after it makes them untrue.
BEFORE_THE_DAY = (
    *("answer_soon", "answer_today", "due_soon", "due_today", "morning"),
    "trial_ending",
)
# They speak of a day, but of no work: they wait neither for the morning nor for the end of summer.
AT_ANY_HOUR = ("trial_ending",)

# To people whom the newsroom has never met: their addresses are for chief editors alone.
TO_READERS = ("follow_request", "new_post")


class Kind(NamedTuple):
    priority: int
    carries_link: bool = False


KINDS = {
    "invitation": Kind(SOON, carries_link=True),
    "your_turn": Kind(SOON, carries_link=True),
    "thanks_for_the_yes": Kind(SOON, carries_link=True),
    "new_link": Kind(SOON, carries_link=True),
    "withdrawn": Kind(SOON),
    "stand_in": Kind(SOON, carries_link=True),
    "stood_down": Kind(SOON),
    "editor_stand_in": Kind(DAILY),
    "giver_stand_in": Kind(DAILY),
    "editor_yes": Kind(DAILY),
    "editor_no": Kind(DAILY),
    "giver_yes": Kind(DAILY),
    "giver_no": Kind(DAILY),
    "lapsed": Kind(SOON, carries_link=True),
    "editor_lapsed": Kind(DAILY),
    "extended": Kind(SOON, carries_link=True),
    "editor_extended": Kind(DAILY),
    "editor_asked_for_time": Kind(SOON),
    "answer_soon": Kind(DAILY, carries_link=True),
    "answer_today": Kind(DAILY, carries_link=True),
    "due_soon": Kind(DAILY, carries_link=True),
    "due_today": Kind(DAILY, carries_link=True),
    "overdue": Kind(DAILY, carries_link=True),
    "still_overdue": Kind(DAILY, carries_link=True),
    "editor_overdue": Kind(DAILY),
    "editor_still_overdue": Kind(DAILY),
    "editor_long_overdue": Kind(DAILY),
    "baton_free": Kind(DAILY),
    "editor_text_in": Kind(DAILY),
    "sent_back": Kind(SOON, carries_link=True),
    "asks_the_writer": Kind(SOON, carries_link=True),
    "editor_agreed": Kind(DAILY),
    "approved": Kind(DAILY, carries_link=True),
    "scheduled": Kind(DAILY, carries_link=True),
    "unscheduled": Kind(SOON),
    "published": Kind(SOON, carries_link=True),
    "not_out_yet": Kind(SOON, carries_link=True),
    "post_withdrawn": Kind(SOON),
    "post_restored": Kind(SOON),
    "editor_corrected": Kind(DAILY),
    "remark": Kind(DAILY, carries_link=True),
    "editor_remark": Kind(DAILY),
    "reply_approved": Kind(DAILY),
    "reply_declined": Kind(DAILY),
    "reply_to_writer": Kind(DAILY, carries_link=True),
    "reply_to_next": Kind(DAILY, carries_link=True),
    "morning": Kind(DAILY),
    "trial_ending": Kind(DAILY),
    "access_given": Kind(SOON),
    "editor_access_asked": Kind(SOON),
    "code": Kind(NOW),
    "follow_request": Kind(SOON, carries_link=True),
    "new_post": Kind(LAST, carries_link=True),
    "test": Kind(SOON),
}


def write(
    kind: str,
    *,
    to: Contributor | User | str,
    relay: Relay | None = None,
    handoff: Handoff | None = None,
    about_day: date | None = None,
    opens: str = "",
    opens_row: int | None = None,
    language: str | None = None,
    **words,
) -> Letter | None:
    """Put a letter into the outbox, in the transaction of what it tells of.

    Nobody without an address gets one: None. `words` go to templates/letters/<kind>.txt, whose
    first line is the subject. It speaks the relay's language, or the site's, unless told. Its link
    opens the handoff's turn, or the page `opens` for a row.
    """
    address = to if isinstance(to, str) else to.email
    if not address:
        return None
    about: dict = {"kind": kind, "relay": relay, "handoff": handoff, "about_day": about_day}
    if about_day and Letter.objects.filter(**about, address=address).exists():
        return None
    about |= {"opens": opens, "opens_row": opens_row}
    context = _context(relay, to=to, handoff=handoff, **words)
    person = {
        "contributor": to if isinstance(to, Contributor) else None,
        "user": to if isinstance(to, User) else None,
    }
    secrets = {"link": LINK, "code": CODE}
    letter = _put_in(about, address, context | secrets, language=language, **person)
    assistant = to.assistant_email if isinstance(to, Contributor) else None
    if assistant and assistant != address:
        _put_in(about, assistant, context, carries_link=False)
    return letter


def _context(relay, **words):
    return {
        "relay": relay,
        "editor": _answering(relay) if relay else None,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        **words,
    }


def _put_in(about, address, context, *, carries_link=True, language=None, **person):
    kind, relay = about["kind"], about["relay"]
    language = language or (relay.language if relay else settings.LANGUAGE_CODE)
    with translation.override(language):
        if not carries_link:
            name = harmless(context["to"].name)
            context = context | {
                "link": _("(This is a copy. The personal link went to %(name)s alone.)")
                % {"name": name}
            }
        subject, body = _rendered(f"letters/{kind}.txt", context)
    return Letter.objects.create(
        **about,
        **person,
        address=address,
        language=language,
        subject=subject,
        body=body,
        carries_link=carries_link and KINDS[kind].carries_link,
        priority=KINDS[kind].priority,
        state=LetterState.HELD if _is_held(kind, address) else LetterState.QUEUED,
        message_id=_new_message_id(),
    )


def _new_message_id():
    return make_msgid(domain=urlsplit(settings.SITE_URL).hostname)


def _is_held(kind, address):
    """Held for an editor to read: the kinds a newsroom has chosen, and a flood to one address."""
    if KINDS[kind].priority == NOW:
        return False
    if HeldKind.objects.filter(kind=kind).exists():
        return True
    today = Letter.objects.filter(
        address=address,
        circular=None,
        priority__gt=NOW,
        written__gt=timezone.now() - timedelta(days=1),
    )
    return today.count() >= MOST_A_DAY


def _rendered(template, context):
    # Plain text: nothing in it is HTML, so nothing is escaped; see quoted() for people's words.
    text = render_to_string(template, context).strip()
    subject, _newline, body = text.partition("\n")
    return " ".join(subject.split())[:200], re.sub(r"\n{3,}", "\n\n", body).strip()


def write_circular(
    kind: str, *, relay: Relay | None = None, circular: Circular | None = None, **words
) -> Circular:
    """The words of a letter to many; with a `circular`, those of it anew. Nobody gets it yet."""
    language = relay.language if relay else settings.LANGUAGE_CODE
    circular = circular or Circular(kind=kind, relay=relay)
    with translation.override(language):
        subject, body = _rendered(f"letters/{kind}.txt", _context(relay, link=LINK, **words))
    if (circular.language, circular.subject, circular.body) != (language, subject, body):
        circular.language, circular.subject, circular.body = language, subject, body
        circular.save()
        circular.letters.unsent().update(subject=subject)
    return circular


def post(circular: Circular, receivers: Iterable[tuple[str, int]], *, opens: str) -> None:
    """One letter each to these addresses, whose link opens that page for a row of their own.
    Whoever has one of this circular already gets no other."""
    is_held = HeldKind.objects.filter(kind=circular.kind).exists()
    Letter.objects.bulk_create(
        (
            Letter(
                kind=circular.kind,
                circular=circular,
                relay=circular.relay,
                language=circular.language,
                subject=circular.subject,
                address=address,
                carries_link=KINDS[circular.kind].carries_link,
                opens=opens,
                opens_row=row,
                priority=KINDS[circular.kind].priority,
                state=LetterState.HELD if is_held else LetterState.QUEUED,
                message_id=_new_message_id(),
            )
            for address, row in receivers
        ),
        ignore_conflicts=True,
    )


def harmless(words: str) -> str:
    """What somebody has typed, on one line, with nothing that a mail program would make
    clickable and no place for a personal link."""
    return re.sub(r"([.:@]|\[(?=\[))(?=\S)", "\\1\u200b", " ".join(words.split()))


def quoted(words: str) -> str:
    """Somebody's own words inside a letter, so that none could pass for a part of it."""
    return f"»{harmless(words)}«"


def invitation(handoff: Handoff) -> None:
    nobody_waits(handoff.relay)
    due = handoff.write_by or workdays.in_days(
        handoff.relay.write_days, after=handoff.answer_by or timezone.localdate()
    )
    write("invitation", to=handoff.receiver, relay=handoff.relay, handoff=handoff, due=due)


def is_still_to_be_asked(handoff: Handoff) -> bool:
    """Their invitation waits for an editor or the mail server, or their address was refused."""
    return Letter.objects.cancellable().filter(handoff=handoff, kind="invitation").exists()


def said_yes(handoff: Handoff, *, by: User | None) -> None:
    """The receiver learns what happens next, the editors and the giver that it was a yes."""
    cancel(handoff, *ASKING, *NO_ANSWER, *A_NO)
    nobody_waits(handoff.relay)
    leg = _leg_of(handoff)
    write("thanks_for_the_yes", to=handoff.receiver, relay=handoff.relay, handoff=handoff, leg=leg)
    _tell_the_others("yes", handoff, by=by)


def said_no(handoff: Handoff, *, by: User | None) -> None:
    cancel(handoff, *ASKING, *A_YES)
    _tell_the_others("no", handoff, by=by)


def your_turn(handoff: Handoff) -> None:
    """For somebody who said yes and waited: now the leg begins."""
    leg = _leg_of(handoff)
    write("your_turn", to=handoff.receiver, relay=handoff.relay, handoff=handoff, leg=leg)


def stands_in(handoff: Handoff, leg: Leg, before: Handoff, *, by: User | None) -> None:
    """A colleague has the baton now: they, whoever had it, the editors and the giver hear of it."""
    words: dict[str, Any] = {"relay": leg.relay, "leg": leg, "before": before.receiver}
    write("stand_in", to=handoff.receiver, handoff=handoff, **words)
    write("stood_down", to=before.receiver, handoff=before, **words)
    for editor in editors_on_duty(leg.relay):
        if editor != by:
            write("editor_stand_in", to=editor, handoff=handoff, **words)
    giver = before.giver and before.giver.contributor
    if giver:
        write("giver_stand_in", to=giver, handoff=handoff, **words)


def withdrawn(handoff: Handoff) -> None:
    """A kind word to whoever has heard of the offer; nothing to anybody else."""
    has_heard = handoff.answered or _was_told(handoff)
    cancel(handoff)
    if has_heard:
        write("withdrawn", to=handoff.receiver, relay=handoff.relay, handoff=handoff)


def _was_told(handoff):
    """Has a letter about it gone to the receiver, or is it on its way in this moment?"""
    return _told(handoff).exists()


def last_told(handoff: Handoff, *kinds: str) -> str:
    """Which of these letters the receiver got last, if any."""
    theirs = _told(handoff).filter(kind__in=kinds).order_by("-pk")
    return theirs.values_list("kind", flat=True).first() or ""


def _told(handoff):
    theirs = Letter.objects.filter(handoff=handoff, contributor=handoff.receiver)
    return theirs.filter(state__in=[LetterState.SENDING, LetterState.SENT])


def lapsed(handoff: Handoff) -> None:
    was_told = _was_told(handoff)
    cancel(handoff, *ASKING)
    words: dict[str, Any] = {"relay": handoff.relay, "handoff": handoff}
    if was_told:
        write("lapsed", to=handoff.receiver, **words)
    for editor in editors_on_duty(handoff.relay):
        write("editor_lapsed", to=editor, **words)


def extended(leg: Leg, *, by: User | None) -> None:
    """Whoever did not move the date hears of it."""
    cancel(leg.handoff, *DATES)
    words: dict[str, Any] = {"relay": leg.relay, "handoff": leg.handoff, "leg": leg}
    writer = leg.contributor
    if writer and (by is None or writer.user_id != by.pk):
        write("extended", to=writer, **words)
    for editor in editors_on_duty(leg.relay):
        if editor != by:
            write("editor_extended", to=editor, **words)


def asked_for_time(leg: Leg, *, note: str) -> None:
    cancel(leg.handoff, "editor_asked_for_time")
    for editor in editors_on_duty(leg.relay):
        write(
            "editor_asked_for_time",
            to=editor,
            relay=leg.relay,
            handoff=leg.handoff,
            leg=leg,
            note=note,
        )


def new_links(person: Contributor) -> None:
    """A fresh link to each turn that this person has open; one letter a turn, and one an hour."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    open_states = [HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.TAKEN]
    for handoff in person.handoffs.filter(state__in=open_states).select_related("relay"):
        recent = Letter.objects.filter(handoff=handoff, kind="new_link", written__gt=an_hour_ago)
        if not recent.exists() and not is_over(handoff):
            write("new_link", to=person, relay=handoff.relay, handoff=handoff)


def editors_on_duty(relay: Relay) -> list[User]:
    """The relay's editors, or their deputies while they are away."""
    editors = relay.editors.filter(is_active=True).select_related("deputy").order_by("pk")
    return list(dict.fromkeys(editor.on_duty for editor in editors))


def _leg_of(handoff):
    return Leg.objects.filter(handoff=handoff).first()


def _tell_the_others(answer, handoff, *, by):
    words: dict[str, Any] = {"relay": handoff.relay, "handoff": handoff, "leg": _leg_of(handoff)}
    for editor in editors_on_duty(handoff.relay):
        if editor != by:
            write(f"editor_{answer}", to=editor, **words)
    giver = handoff.giver and handoff.giver.contributor
    if giver:
        write(f"giver_{answer}", to=giver, **words)


def cancel(handoff: Handoff | None, *kinds: str) -> int:
    """Letters about this handoff that have become untrue stay unsent. Returns how many."""
    if handoff is None:  # an imported leg; else every letter that is about no handoff would go
        return 0
    untrue = Letter.objects.cancellable().filter(handoff=handoff)
    return _cancel(untrue.filter(kind__in=kinds) if kinds else untrue)


def cancel_for(user: User, *kinds: str) -> int:
    """Letters of these kinds to this person that have become untrue stay unsent."""
    return _cancel(Letter.objects.cancellable().filter(user=user, kind__in=kinds))


def nobody_waits(relay: Relay) -> int:
    """The baton is not free, or the relay rests: a letter that says otherwise is untrue."""
    return _cancel(Letter.objects.cancellable().filter(relay=relay, kind="baton_free"))


def call_back(circular: Circular) -> int:
    """Whoever has not got it yet does not get it."""
    return _cancel(Letter.objects.cancellable().filter(circular=circular))


def cancel_opening(page: str, rows: Iterable[int]) -> int:
    """Letters whose link is to open this page for a row that is no more."""
    return _cancel(Letter.objects.cancellable().filter(opens=page, opens_row__in=rows))


def cancel_what_has_passed(today: date) -> int:
    """A reminder of a day to come is untrue on the day after it."""
    passed = Letter.objects.unsent().filter(kind__in=BEFORE_THE_DAY, about_day__lt=today)
    return _cancel(passed)


def _cancel(untrue):
    # Without its day: should the letter become true again, it may be written again.
    return untrue.update(state=LetterState.CANCELLED, about_day=None)


def release(letter: Letter) -> bool:
    """A held letter goes out with the next tick. False where somebody was faster."""
    held = Letter.objects.filter(pk=letter.pk, state=LetterState.HELD)
    return bool(held.update(state=LetterState.QUEUED, next_try=timezone.now()))


def drop(letter: Letter) -> bool:
    """A letter that waits is not sent at all. False where it is too late."""
    waiting = Letter.objects.unsent().filter(pk=letter.pk)
    return bool(waiting.update(state=LetterState.CANCELLED))


def take_back(letter: Letter) -> bool:
    """A letter that has become untrue stays unsent. False where it is out."""
    return bool(_cancel(Letter.objects.cancellable().filter(pk=letter.pk)))


def try_again(letter: Letter) -> bool:
    """A letter that could not be sent gets six new attempts, to the person's present address."""
    person = letter.contributor or letter.user
    address = (person.email if person else None) or letter.address
    failed = Letter.objects.failed().filter(pk=letter.pk)
    return bool(
        failed.update(
            state=LetterState.QUEUED,
            attempts=0,
            error="",
            is_refused=False,
            address=address,
            next_try=timezone.now(),
        )
    )


def reply_address(relay: Relay | None) -> list[str]:
    """Answers by mail go to the relay's editor, or to the newsroom."""
    editor = _answering(relay) if relay else None
    return [editor.email if editor and editor.email else settings.CONTACT_EMAIL]


def _answering(relay) -> User | None:
    """Whose name stands under a relay's letters: the first editor on duty who can be written to."""
    editors = editors_on_duty(relay)
    return next((editor for editor in editors if editor.email), editors[0] if editors else None)
