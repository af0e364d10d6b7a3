"""What `manage.py bench` measures the pages beside: the same bytes, by a server that does nothing
for them, and by a Django that does nothing but find the view.

For `granian --factory`, in a process without the site's settings. The path says which page of
those in $PAGES is wanted.
"""

import os
from pathlib import Path


def _pages():
    return {f"/{path.name}": path.read_bytes() for path in Path(os.environ["PAGES"]).iterdir()}


def server():
    pages = _pages()

    def application(environ, start_response):
        page = pages[environ["PATH_INFO"]]
        headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]
        start_response("200 OK", headers)
        return [page]

    return application


def django():
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse
    from django.urls import re_path

    pages = _pages()

    class Addresses:
        urlpatterns = [re_path("", lambda request: HttpResponse(pages[request.path]))]

    settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=Addresses)
    return get_wsgi_application()
