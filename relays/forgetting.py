"""Nominees who were never asked are forgotten after a year.

They do not know that we have their name. Whoever was asked once knows, and stays; so does
whoever has run, or has a user. A person named again within the year begins a new one.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from relays import addresses, baton
from relays.danish import unique_slug
from relays.models import BatonMove, Contributor, Handoff, Leg, Relay

REMEMBERED = timedelta(days=365)


def forget_nominees(*, keep: QuerySet) -> list[int]:
    """Forget whom nobody has asked for a year. Returns their keys. The clock's part.

    `keep` holds the keys of contributors whom somebody else needs: relays know no article.
    """
    named_before = timezone.now() - REMEMBERED
    waiting = _never_asked(named_before, keep).order_by("pk").values_list("pk", flat=True)
    return [pk for pk in list(waiting) if _forget(pk, named_before, keep)]


def _never_asked(named_before: datetime, keep: QuerySet) -> QuerySet[Contributor]:
    handoffs = Handoff.objects.filter(receiver=OuterRef("pk"))
    nominations = BatonMove.objects.filter(handoff__receiver=OuterRef("pk"), verb="nominate")
    return (
        Contributor.objects.remembered()
        .filter(
            Exists(nominations),
            ~Exists(nominations.filter(at__gte=named_before)),
            ~Exists(handoffs.exclude(offered=None, answered=None)),
            ~Exists(Leg.objects.filter(contributor=OuterRef("pk"))),
            user=None,
        )
        .exclude(pk__in=keep)
    )


@transaction.atomic
def _forget(pk: int, named_before: datetime, keep: QuerySet) -> bool:
    named = Handoff.objects.filter(receiver=pk)
    relays = Relay.objects.filter(pk__in=named.nominated().values("relay")).order_by("pk")
    locked = list(relays.select_for_update(no_key=True))  # before the person, as the verbs do
    # Not no_key: from here on nobody can name them, in whatever relay.
    Contributor.objects.select_for_update().get(pk=pk)
    person = _never_asked(named_before, keep).filter(pk=pk).first()
    if person is None or named.nominated().exclude(relay__in=locked).exists():
        return False  # named, asked or forgotten a moment ago
    for handoff in named.nominated():
        baton.withdraw(handoff, by=None)
    named.update(message="", override_reason="", reason="")
    _anonymise(person)
    return True


def _anonymise(person):
    with translation.override(settings.LANGUAGE_CODE):
        person.name = _("Anonymised")
    person.slug = unique_slug(person.name, Contributor.objects)
    person.email = person.assistant_email = person.portrait = None
    person.phone = person.job_title = person.organisation = person.biography = ""
    person.forgotten = timezone.now()
    person.save()
    addresses.forget(Contributor, [person.pk])  # made of the name
    theirs = {
        "content_type": ContentType.objects.get_for_model(Contributor),
        "object_id": person.pk,
    }
    LogEntry.objects.filter(**theirs).update(object_repr=person.name)
