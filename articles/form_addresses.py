"""Addresses that take a form in and have no page of their own."""

from functools import wraps

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods


def takes_the_form_of(page, *keys):
    """For a view that only a POST is for.

    Browsers ask for such an address all the same: a phone that has discarded the tab of a refused
    form loads it again. Whoever looks is led to the page that has the form, and that page says
    whether it is there for them. `keys` are those of the address that the page's own has too.
    """

    def decorate(view):
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def address(request, **named):
            if request.method == "POST":
                return view(request, **named)
            return redirect(page, *(named[key] for key in keys))

        return address

    return decorate
