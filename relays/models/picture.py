import secrets
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FOLDER = "pictures"


class Shape(models.TextChoices):
    """What is cut out of a picture, around its focal point."""

    WIDE = "wide", _("16:9, over an article")
    SQUARE = "square", _("square, of a person")

    @property
    def ratio(self):
        return {Shape.WIDE: (16, 9), Shape.SQUARE: (1, 1)}[self]

    @property
    def widths(self):
        """What a cut is written in; a smaller picture ends where it ends, and none is enlarged."""
        return {Shape.WIDE: (480, 960, 1600), Shape.SQUARE: (160, 320, 640)}[self]


def new_name():
    """A folder's name that nobody guesses."""
    return secrets.token_hex(16)


class Picture(models.Model):
    """One picture as it is shown. It never changes: another focal point is another picture.

    So a revision keeps the very cut and credit that somebody approved, and an address may be
    remembered for ever. `relays.pictures` is the only writer, of rows and of files.
    """

    name = models.CharField(max_length=32, unique=True, default=new_name)
    whole = models.CharField(
        max_length=32,
        default=new_name,
        db_index=True,
        help_text="The folder of the uncut picture: shared by its cuts, and told to no reader.",
    )
    shape = models.CharField(_("shape"), max_length=10, choices=Shape)
    width = models.PositiveIntegerField(_("width"), help_text="As it was sent, upright.")
    height = models.PositiveIntegerField(_("height"))
    widths = models.JSONField(help_text="Of the files, the smallest first.")
    focal_x = models.PositiveSmallIntegerField(_("focal point, % from the left"), default=50)
    focal_y = models.PositiveSmallIntegerField(_("focal point, % from the top"), default=50)
    credit = models.CharField(_("credit"), max_length=200, blank=True)
    checksum = models.CharField(max_length=64, help_text="Of all its files.")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    unused_since = models.DateTimeField(null=True, help_text="Nothing has pointed at it since.")

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.CheckConstraint(
                condition=Q(focal_x__lte=100, focal_y__lte=100), name="picture_focus_inside"
            ),
            models.CheckConstraint(condition=Q(shape__in=Shape.values), name="picture_shape_known"),
        ]

    def __str__(self):
        return self.name

    @property
    def in_words(self):
        """Which picture it is, where two texts are compared."""
        words = _("Picture %(number)s, focal point %(x)s and %(y)s. %(credit)s") % {
            "number": self.pk,
            "x": self.focal_x,
            "y": self.focal_y,
            "credit": self.credit,
        }
        return words.strip()

    @classmethod
    def root(cls):
        return Path(settings.MEDIA_ROOT) / FOLDER

    @property
    def files(self):
        """Every file of it, from `root` on."""
        cuts = [f"{self.name}/{width}.{kind}" for width in self.widths for kind in ("jpg", "webp")]
        return [*cuts, f"{self.whole}/preview.jpg", f"{self.whole}/whole.webp"]

    @property
    def cut_width(self):
        return self.widths[-1]

    @property
    def cut_height(self):
        across, down = Shape(self.shape).ratio
        return round(self.cut_width * down / across)

    @property
    def src(self):
        """For a browser that chooses for itself among none: not the largest."""
        return _address(f"{self.name}/{self.widths[:2][-1]}.jpg")

    @property
    def jpeg_set(self):
        return self._srcset("jpg")

    @property
    def webp_set(self):
        return self._srcset("webp")

    @property
    def preview(self):
        """The uncut picture, for whoever may choose its focal point."""
        return _address(f"{self.whole}/preview.jpg")

    def _srcset(self, kind):
        return ", ".join(
            f"{_address(f'{self.name}/{width}.{kind}')} {width}w" for width in self.widths
        )


def _address(file):
    return f"{settings.MEDIA_URL}{FOLDER}/{file}"
