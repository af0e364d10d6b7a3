from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from relays.danish import danish
from relays.models.picture import Picture


class AddressField(models.EmailField):
    """An e-mail address, case-folded on its way to the database; never '', null instead."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return value.strip().casefold() or None if value is not None else None

    def formfield(self, **kwargs):
        return super().formfield(empty_value=None, **kwargs)


ADDRESS_OR_NONE = Q(email__isnull=True) | Q(email__contains="@")


class Sector(models.TextChoices):
    PUBLIC = "public"
    PRIVATE = "private"

    @property
    def label(self):
        names = {
            Sector.PUBLIC: settings.SECTOR_PUBLIC or _("Public"),
            Sector.PRIVATE: settings.SECTOR_PRIVATE or _("Private"),
        }
        return names[self]

    @property
    def other(self):
        return Sector.PRIVATE if self == Sector.PUBLIC else Sector.PUBLIC


def sector_choices():
    """A function, so that a newsroom's own names for the sectors are no migration."""
    return [(sector.value, sector.label) for sector in Sector]


def languages():
    """A function, like the default below, so that a newsroom's own language is no migration."""
    return settings.LANGUAGES


def site_language():
    return settings.LANGUAGE_CODE


class UserManager(BaseUserManager["User"]):
    def create_user(self, email=None, password=None, **fields):
        user = self.model(email=email, **fields)
        user.set_password(password)  # None: nobody can log in with it
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        if not email:
            raise self.model.DoesNotExist
        return self.get(email=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Whoever can act. Everyone who is asked to write has a row, without a password."""

    email = AddressField(_("e-mail"), unique=True, help_text=_("The log-in."))
    name = models.CharField(_("name"), max_length=120)
    is_staff = models.BooleanField(
        _("staff"), default=False, help_text=_("May enter this administration.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Untick instead of deleting a person who leaves.")
    )
    deputy = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="deputises_for",
        limit_choices_to={"is_staff": True, "is_active": True},
        verbose_name=_("deputy"),
        help_text=_("Gets this person's letters and rows while they are away."),
    )
    away_until = models.DateField(
        _("away until"), null=True, blank=True, help_text=_("The first day back.")
    )
    confirmed_email = AddressField(
        editable=False, help_text="The address that they have last proved to read, by a code."
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = [danish("name"), "pk"]
        constraints = [
            models.CheckConstraint(condition=ADDRESS_OR_NONE, name="user_email_never_empty")
        ]

    def __str__(self):
        return self.name or gettext("Reader %(number)s") % {"number": self.pk}

    def get_full_name(self):
        return self.name

    def _get_session_auth_hash(self, secret=None):
        """A session ends with the password that began it, and with the address: should an editor
        correct that, whoever read the wrong one is out."""
        password = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        known = password + (self.email or "").casefold()
        return salted_hmac("session", known, secret=secret, algorithm="sha256").hexdigest()

    @property
    def is_confirmed(self):
        """Have they proved that they read the address that they have now?"""
        return bool(self.email) and self.email == self.confirmed_email

    @property
    def is_away(self):
        return bool(self.deputy_id and self.away_until and timezone.localdate() < self.away_until)

    @property
    def on_duty(self):
        """This person, or who stands in for them today."""
        return self.deputy if self.is_away else self

    def get_short_name(self):
        return self.name.split(" ")[0]


class ContributorQuerySet(models.QuerySet):
    def remembered(self):
        """Everybody but the forgotten."""
        return self.filter(forgotten=None)


class Contributor(models.Model):
    """A person who writes, as readers know them. Anonymised, never cascaded away."""

    user = models.OneToOneField(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="contributor"
    )
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=80, unique=True, blank=True)
    email = AddressField(
        _("e-mail"), help_text=_("Never shown. Two people may share an office address.")
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True, help_text=_("Never shown."))
    assistant_email = AddressField(
        _("assistant's e-mail"), help_text=_("Gets a copy of letters, without the personal link.")
    )
    sector = models.CharField(
        _("sector"),
        max_length=10,
        choices=sector_choices,
        blank=True,
        help_text=_("Empty where neither fits, or nobody knows."),
    )
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    biography = models.TextField(_("biography"), blank=True)
    portrait = models.ForeignKey(
        Picture,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("portrait"),
    )
    forgotten = models.DateTimeField(
        null=True, editable=False, help_text="Since when nothing here tells who this was."
    )

    objects = ContributorQuerySet.as_manager()

    class Meta:
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        ordering = [danish("name"), "pk"]
        constraints = [
            models.CheckConstraint(condition=ADDRESS_OR_NONE, name="contributor_email_never_empty"),
            models.CheckConstraint(
                condition=Q(sector__in=["", *Sector.values]), name="contributor_sector_known"
            ),
        ]
        indexes = [models.Index(fields=["name"], name="contributor_name")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:contributor", args=[self.slug])

    @property
    def presentation(self):
        """Job title and organisation as they stand after a name."""
        return ", ".join(part for part in (self.job_title, self.organisation) if part)

    @property
    def first_name(self):
        return self.name.split(" ")[0]

    @property
    def initials(self):
        names = self.name.split()
        return "".join(name[0] for name in [*names[:1], *names[1:][-1:]]).upper()
