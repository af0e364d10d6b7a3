import unicodedata

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase

from relays.danish import unique_slug


def tag_key(word: str) -> str:
    """Two spellings with one key are one tag: "Ældre " and "ÆLDRE"."""
    return " ".join(unicodedata.normalize("NFC", word).casefold().split())


class Tag(TagBase):
    """A free keyword, shown as it was first spelled."""

    key = models.CharField(max_length=120, unique=True, editable=False)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["key"]

    def get_absolute_url(self):
        return reverse("articles:tag", args=[self.slug])


class TaggedArticle(ItemBase):
    content_object = models.ForeignKey("articles.Article", models.CASCADE, related_name="taggings")
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="taggings")

    class Meta:
        verbose_name = _("tag on an article")
        verbose_name_plural = _("tags on articles")
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="article_tagged_once")
        ]


def tags_for(words) -> list[Tag]:
    """The tags of these words, made where they are new. taggit itself knows no keys."""
    wanted = {tag_key(word): " ".join(word.split()) for word in words if word.strip()}
    tags = {tag.key: tag for tag in Tag.objects.filter(key__in=wanted)}
    for key, word in wanted.items():
        if key not in tags:
            slug = unique_slug(word, Tag.objects)
            tags[key], _created = Tag.objects.get_or_create(
                key=key, defaults={"name": word, "slug": slug}
            )
    return [tags[key] for key in wanted]
