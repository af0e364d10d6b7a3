"""The text of a writer who sent a Word file by mail becomes the draft."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from articles import desk, permissions, word
from articles.forms import WordForm
from articles.models import Article, Draft
from articles.newsroom.forms import change_approved_field
from relays.errors import RuleBroken


class WordIntoDraftForm(WordForm):
    """A file in place of the draft that was opened as `version`."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    change_approved = change_approved_field()

    def __init__(self, *args, article: Article, **kwargs):
        super().__init__(*args, initial={"version": article.draft.version}, **kwargs)
        if article.status not in desk.PASSED_ON:
            del self.fields["change_approved"]

    def ask_again(self, conflict):
        """Somebody has saved meanwhile. Who sends the file once more knows of that text."""
        self.add_error(None, str(conflict))
        self.add_error(
            None, _("Send the file once more: the text as it is now is then kept as a revision.")
        )
        self.data = self.data.copy()
        self.data["version"] = conflict.theirs.version


class WordPages:
    """The address of the file, for the admin of articles."""

    admin_site: Any
    opts: Any

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:article_id>/word/", view(self.take_word), name="articles_article_word"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def take_word(self, request, article_id):
        if not permissions.is_editor(request.user):
            raise PermissionDenied
        article = get_object_or_404(Article.objects.for_desk(), pk=article_id)
        is_sent = request.method == "POST"
        form = WordIntoDraftForm(
            request.POST if is_sent else None, request.FILES if is_sent else None, article=article
        )
        status = 422 if is_sent else 200
        if form.is_valid():
            text = form.cleaned_data.pop("word")
            try:
                kept = desk.replace_text(
                    article, text.content, by=request.user, **form.cleaned_data
                )
            except desk.Conflict as conflict:
                form.ask_again(conflict)
                status = 409
            except RuleBroken as broken:
                form.add_error(None, str(broken))
                status = 409
            else:
                draft = Draft.objects.get(article=article)
                messages.success(request, word.tidings(text, draft=draft, kept=kept))
                return redirect("admin:articles_article_change", article_id)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take the text from a Word file"),
            "opts": self.opts,
            "original": article,
            "form": form,
        }
        return render(request, "admin/articles/article/word.html", context, status=status)
