"""The whole of a members' article, for those who may read it; for the others the gate that fits."""

from django.contrib.auth.views import redirect_to_login
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from articles import access, grants
from articles.models import Article
from articles.publication import replies
from articles.publication.moved import keeps_answering
from articles.publication.views import around
from relays.links import unindexed

REST = "#rest"  # the place of the cut, on the whole article's page


def address_of_the_rest(article: Article) -> str:
    return article.get_full_url() + REST


@require_safe
@keeps_answering(Article)
def full(request, slug):
    return unindexed(_full(request, slug))


def _full(request, slug):
    article = get_object_or_404(Article.objects.public().for_page(), slug=slug)
    if access.visible_part(article, None).complete:
        return redirect(article)  # everybody reads it there
    if not request.user.is_authenticated:
        return redirect_to_login(address_of_the_rest(article))
    part = access.visible_part(article, request.user)
    context = around(article) | {"article": article, "part": part}
    context["below"] = replies.below(article, request.GET, complete=part.complete)
    if not part.complete:
        context["gate"] = grants.gate_for(request.user)
    return render(request, "access/full.html", context)
