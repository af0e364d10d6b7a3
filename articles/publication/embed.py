"""The blog box: a window into a relay that stands on other people's pages."""

from html import escape

from csp.decorators import csp_replace
from django import forms
from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from articles.models import Article
from articles.publication.listing import address_of
from articles.publication.moved import keeps_answering
from relays.models import Relay

POSTS_IN_THE_BOX = 3
THEMES = ["light", "dark"]
WIDTH, HEIGHT = 320, 520


class BoxForm(forms.Form):
    """Without a theme the box is light or dark as each reader's system is."""

    theme = forms.ChoiceField(choices=[(theme, theme) for theme in THEMES], required=False)


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@keeps_answering(Relay)
def relay(request, slug):
    """The only page that may stand in a frame: no link of it acts, nothing of it is personal."""
    relay = get_object_or_404(Relay.objects.public().with_strip(), slug=slug)
    posts = Article.objects.public().filter(relay=relay).order_by("-leg__number").for_cards()
    with translation.override(relay.language):
        response = render(
            request,
            "embed/relay.html",
            {
                "relay": relay,
                "articles": posts[:POSTS_IN_THE_BOX],
                "theme": address_of(BoxForm(request.GET))["theme"],
            },
        )
    response.headers["Content-Language"] = relay.language
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def code_for(relay: Relay) -> str:
    """The HTML that puts the box on a page. The page that it stands on is not told to us."""
    address = settings.SITE_URL + reverse("articles:embed", args=[relay.slug])
    title = escape(f"{relay.name} – {settings.SITE_NAME}")
    return (
        f'<iframe src="{address}" title="{title}" width="{WIDTH}" height="{HEIGHT}" '
        'loading="lazy" referrerpolicy="no-referrer"></iframe>'
    )
