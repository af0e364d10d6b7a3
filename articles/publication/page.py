"""A reader's page: what its template shows, and what its head says to machines."""

from django.shortcuts import render

from articles.publication import linked_data


def show(request, template: str, context: dict, *, query: str = "", about=(), status: int = 200):
    """Render a page that has an address of its own.

    `query` is what the address says beside its path: known words only, in one order, so that one
    page has one canonical address however it was asked for. `about` is its JSON-LD.
    """
    head = {
        "canonical": request.path + query,
        "linked_data": linked_data.as_block(*about) if about else "",
    }
    return render(request, template, context | head, status=status)
