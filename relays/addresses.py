"""Published addresses keep answering: what was where, before its slug changed.

A slug that something else has by now is that one's. Whoever looks an old address up sees only
what readers may see there now; that is asked by the page itself (`articles.publication.moved`).
"""

from django.db import transaction
from django.db.models import Exists

from relays.models import OldAddress


@transaction.atomic
def remember(row, slug: str) -> None:
    """This row was at `slug` until now. What was there before it is there no more."""
    addresses = OldAddress.objects.of(type(row))
    addresses.filter(slug=row.slug).delete()  # it may be back at where it once was
    if slug and slug != row.slug:
        _point(type(row), slug, row)


@transaction.atomic
def lead_on(row, to) -> None:
    """Every address that `row` has or had leads to another row of its kind from now on."""
    OldAddress.objects.of(type(row)).filter(row=row.pk).update(row=to.pk)
    _point(type(row), row.slug, to)


def forget(model, keys) -> None:
    """These rows are gone: their old addresses lead nowhere."""
    OldAddress.objects.of(model).filter(row__in=list(keys)).delete()


def current_slug(model, slug: str) -> str | None:
    """Where the row that once was at `slug` is now; None where nothing was, or something is."""
    taken = model._default_manager.filter(slug=slug)
    old = OldAddress.objects.of(model).filter(slug=slug).exclude(Exists(taken))
    there = model._default_manager.filter(pk__in=old.values("row"))
    return there.values_list("slug", flat=True).first()


def _point(model, slug, row):
    kind = model._meta.model_name
    OldAddress.objects.update_or_create(kind=kind, slug=slug, defaults={"row": row.pk})
