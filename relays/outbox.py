"""Sending letters: the tick's part, the urgent first, each claimed so that it goes out once.

The personal link is made at sending, so that no row holds a secret.
"""

import logging
import re
import time
from contextlib import suppress
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, linebreaks
from django.utils.safestring import mark_safe

from relays import signed, workdays
from relays.letters import AT_ANY_HOUR, CODE, LINK, NOW, cancel_what_has_passed, reply_address
from relays.models import Code, Letter, LetterState, Link, Relay

log = logging.getLogger("relays.outbox")

MOST_ATTEMPTS = 6
# A claim that is older belongs to a clock that died while it sent.
CLAIM_LASTS = timedelta(minutes=10)
# Letters to many go out for so long in each tick; then the clock does the rest of its work.
SECONDS_FOR_MANY = 30
CLOSING = 421  # what a mail server says that closes the line
LETTERS_IN_A_CALL = 100  # after so many a mail server may have had enough of us
# Of what a server says in refusing (RFC 3463): 5.1 nobody has this address, 5.2.1 not any more.
# Anything else is about us, the letter or a full box, and says nothing of the address.
NOBODY_THERE = re.compile(rb"\b5\.(1\.\d{1,3}|2\.1)\b")
SAYS_WHY = re.compile(rb"\b5\.\d{1,3}\.\d{1,3}\b")


def send_due(now: datetime | None = None) -> int:
    """Send what waits, the urgent first; returns how many went out.

    Each letter is claimed by a conditional UPDATE, so that several clocks share the work. While
    the mail server is away everything waits, in order, and uses up no attempt.
    """
    cancel_what_has_passed(timezone.localdate(now))
    _take_back_dead_claims(now or timezone.now())
    sent = 0
    connection = get_connection()
    many_until = time.monotonic() + SECONDS_FOR_MANY
    while letter := _claim(now or timezone.now(), to_many=time.monotonic() < many_until):
        try:
            connection.open()
        except (SMTPException, OSError) as error:
            _put_back(letter, error)
            break
        try:
            sent += _send(letter, connection)
            if sent % LETTERS_IN_A_CALL == 0:
                _hang_up(connection)
        except SMTPRecipientsRefused as error:
            _refused(letter, error)
        except SMTPDataError as error:
            # About this letter alone, unless the server is about to close.
            _postpone(letter, error)
            if error.smtp_code == CLOSING:
                break
            _hang_up(connection)
        except OSError as error:  # as every other exception of smtplib is
            # In the middle of this letter, so perhaps because of it: others go first next time.
            _postpone(letter, error)
            break
        except Exception as error:  # our own mistake, and no other letter's
            log.exception("Letter %s could not be made.", letter.pk)
            _postpone(letter, error)
            _hang_up(connection)  # a server that has had enough of us may greet us again
    _hang_up(connection)
    return sent


def somebody_waits() -> bool:
    """Somebody sits and waits for a letter, and cannot go on without it."""
    waiting = Letter.objects.filter(state=LetterState.QUEUED, next_try__lte=timezone.now())
    return waiting.filter(priority=NOW).exists()


def _hang_up(connection):
    with suppress(SMTPException, OSError):
        connection.close()


def _take_back_dead_claims(now):
    dead = Letter.objects.filter(state=LetterState.SENDING, next_try__lte=now - CLAIM_LASTS)
    dead.update(state=LetterState.QUEUED)


def _claim(now, *, to_many=True):
    """The next letter that is due, ours alone from now on."""
    due = _awake(Letter.objects.filter(state=LetterState.QUEUED, next_try__lte=now), now)
    if not to_many:
        due = due.filter(circular=None)
    while pk := due.order_by("priority", "pk").values_list("pk", flat=True).first():
        claimed = due.filter(pk=pk).update(
            state=LetterState.SENDING, next_try=now, attempts=F("attempts") + 1
        )
        if claimed:
            return Letter.objects.select_related("relay", "handoff", "circular").get(pk=pk)
    return None


def _awake(due, now):
    """Reminders of work sleep at night and over weekends; the morning's letter gets up first."""
    if workdays.in_office_hours(now):
        return due
    awake = Q(about_day=None) | Q(kind__in=AT_ANY_HOUR)
    if workdays.in_office_hours(now, opens=workdays.MORNING):
        awake |= Q(kind="morning")
    return due.filter(awake)


def _send(letter, connection):
    body, headers = letter.words, {"Message-ID": letter.message_id}
    headers["Auto-Submitted"] = "auto-generated"
    if letter.carries_link:
        address = _personal_address(letter)
        if address is None:
            return False
        body = body.replace(LINK, address)
        if letter.circular:
            headers |= _list_headers(letter, address)
    if letter.kind == "code":
        code = Code.objects.open().filter(letter=letter).first()
        if code is None:
            _ours(letter).update(state=LetterState.CANCELLED)  # too late to be of use to anybody
            return False
        body = body.replace(CODE, code.make())
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.address],
        reply_to=reply_address(letter.relay),
        headers=headers,
        connection=connection,
    )
    html = render_to_string("letters/letter.html", {"letter": letter, "paragraphs": _as_html(body)})
    message.attach_alternative(html, "text/html")
    message.send()
    # Whatever has happened to the row meanwhile: it is out.
    Letter.objects.filter(pk=letter.pk).update(
        state=LetterState.SENT, sent=timezone.now(), error=""
    )
    return True


def _list_headers(letter, address):
    """What lets a mail program offer to stop letters to many, with one press (RFC 8058)."""
    host = urlsplit(settings.SITE_URL).hostname
    return {
        "List-Id": f"<{letter.relay.slug}.{host}>" if letter.relay else f"<{host}>",
        "List-Unsubscribe": f"<{address}>, <mailto:{settings.CONTACT_EMAIL}?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Precedence": "bulk",
    }


def _as_html(body):
    """The words in paragraphs. Our own link, alone on its line, is the one thing to press."""
    html = linebreaks(escape(body))
    return mark_safe(  # noqa: S308  (escaped above)
        re.sub(
            rf"{re.escape(escape(settings.SITE_URL))}/[^\s<]+",
            lambda match: f'<a href="{match[0]}" style="color:#14201c">{match[0]}</a>',
            html,
        )
    )


def _personal_address(letter):
    """A link of its own; None where the letter has become untrue in this very moment."""
    if letter.opens:
        return signed.address_of(letter.opens, letter.opens_row)
    return _address_of_turn(letter)


@transaction.atomic
def _address_of_turn(letter):
    Relay.objects.select_for_update(no_key=True).get(pk=letter.handoff.relay_id)
    if not _ours(letter).exists():
        return None
    return settings.SITE_URL + reverse("relays:link", args=[Link.make(letter.handoff)])


def _refused(letter, error):
    """The receiver's server says no: for good (5xx), or for now (4xx, greylisting)."""
    answers = error.recipients.values()
    if all(code >= 500 for code, _words in answers):
        log.warning("Letter %s was refused by the receiver's server.", letter.pk)
        _fail(letter, error, is_refused=all(_knows_nobody(*answer) for answer in answers))
    else:
        _postpone(letter, error)


def _knows_nobody(code, words):
    if SAYS_WHY.search(words):
        return bool(NOBODY_THERE.search(words))
    return code in (550, 551, 553)


def _put_back(letter, error):
    """The mail server is away: everything waits, and this letter has used up no attempt."""
    why = _in_words(letter, error)
    log.warning("The mail server is away (see EMAIL_URL); letter %s waits. %s", letter.pk, why)
    _ours(letter).update(state=LetterState.QUEUED, attempts=letter.attempts - 1, error=why)


def _postpone(letter, error):
    log.warning("Letter %s could not be sent (attempt %s).", letter.pk, letter.attempts)
    if letter.attempts >= MOST_ATTEMPTS:
        _fail(letter, error)
        return
    wait = timedelta(minutes=2**letter.attempts)
    _ours(letter).update(
        state=LetterState.QUEUED, next_try=timezone.now() + wait, error=_in_words(letter, error)
    )


def _fail(letter, error, **more):
    _ours(letter).update(state=LetterState.FAILED, error=_in_words(letter, error), **more)


def _ours(letter):
    """The row, while our claim on it stands: nobody has cancelled it or taken it back."""
    return Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING, next_try=letter.next_try)


def _in_words(letter, error):
    # A mail server that dislikes a link may quote it in its answer.
    said = f"{type(error).__name__}: {error}"
    for page in filter(None, ("relays:link", letter.opens)):
        path = re.escape(reverse(page, args=["_"]).removesuffix("_/"))
        said = re.sub(rf"({path})[^/\s\"']+", r"\1…", said)
    return said[:500]
