"""A reader's page is the same for everybody, asks nobody who they are, and lets nothing foreign run."""

import re
from pathlib import Path

import pytest
from django.conf import settings as site_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_chief_editor, make_editor, make_superuser, make_user
from tests.sites import make_site

pytestmark = pytest.mark.django_db

CSS_LIMIT = 20_000


@pytest.fixture(scope="module")
def site(made_once):
    return make_site()


@pytest.fixture
def addresses(site):
    return dict(site.addresses)


def read(client, address, **words):
    """The whole answer, and what was asked of the database for it."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, **words)
    return response, [query["sql"] for query in queries]


def logged_in(user):
    client = Client()
    client.force_login(user)
    client.get("/admin/")  # a session with a life of its own, and a token for its forms
    return client


# The same bytes ------------------------------------------------------------------------------


def test_no_page_sets_a_cookie_or_depends_on_one(client, addresses):
    for name, address in addresses.items():
        response, queries = read(client, address)

        assert not response.cookies, name
        assert "Cookie" not in response.headers.get("Vary", ""), name
        assert not any("django_session" in sql for sql in queries), name
        assert not client.cookies, name


def test_who_is_logged_in_gets_the_same_bytes_headers_and_queries(client, addresses):
    people = [make_user(), make_editor(), make_chief_editor(), make_superuser()]
    clients = {person.name: logged_in(person) for person in people}

    for name, address in addresses.items():
        response, queries = read(client, address)
        for person, their_client in clients.items():
            theirs, their_queries = read(their_client, address)

            assert theirs.content == response.content, (name, person)
            assert theirs.headers == response.headers, (name, person)
            assert their_queries == queries, (name, person)
            assert not theirs.cookies, (name, person)


def test_a_page_is_a_function_of_its_address_not_of_who_asks_how(client, addresses):
    headers = {
        "accept-language": "en",
        "user-agent": "Elsewhere/1.0",
        "referer": "https://elsewhere.example/",
        "x-forwarded-host": "elsewhere.example",
        "x-requested-with": "XMLHttpRequest",
    }

    for name, address in addresses.items():
        assert client.get(address, headers=headers).content == client.get(address).content, name


# What may run --------------------------------------------------------------------------------


def policy_of(response):
    parts = response.headers["Content-Security-Policy"].split("; ")
    return {name: set(words) for name, *words in (part.split() for part in parts)}


def with_the_database_away(client, address):
    def away(execute, *_args):
        raise OperationalError("the database is away")

    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        return client.get(address)


def test_every_page_says_what_may_run_on_it(client, addresses):
    answers = {name: client.get(address) for name, address in addresses.items()}
    answers["a server error"] = with_the_database_away(client, "/")
    answers["the log-in"] = client.get("/admin/login/")

    for name, response in answers.items():
        policy = policy_of(response)
        said = set().union(*policy.values())
        assert policy["default-src"] == {"'none'"}, name
        assert policy["script-src"] == {"'self'"}, name
        assert policy["style-src"] == {"'self'"}, name
        assert policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}, name
        assert not said & {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"}, name


def test_every_page_has_the_other_headers(client, addresses):
    answers = {name: client.get(address) for name, address in addresses.items()}
    answers["a server error"] = with_the_database_away(client, "/")

    for name, response in answers.items():
        assert response.headers["X-Content-Type-Options"] == "nosniff", name
        assert response.headers["Referrer-Policy"] == "same-origin", name
        assert response.headers["X-Frame-Options"] == "DENY", name
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert "camera=()" in response.headers["Permissions-Policy"], name


def test_no_page_has_a_script_or_a_style_of_its_own(client, addresses):
    addresses.pop("a leg")  # leads on, without a page
    addresses["follow by mail"] = "/follow/"

    for name, address in addresses.items():
        html = client.get(address).content.decode()

        for form in re.findall(r"<form[^>]*>", html):  # each posts to a page of its own of ours
            assert re.search(r' action="/(search|follow|articles|account)/', form), name
        assert "csrfmiddlewaretoken" not in html, name
        scripts = re.findall("<script[^>]*>", html)
        assert scripts in ([], ['<script type="application/ld+json">']), name  # data, runs nothing
        assert not re.search(r"<style|javascript:| style=| on[a-z]+=", html), name
        assert len(re.findall('<link rel="stylesheet"', html)) == 2, name
        html = re.sub('<link rel="canonical" [^>]*>', "", html)
        assert not re.search(r'(src|href)="(https?:)?//', html), name


def test_the_styles_of_a_page_stay_small():
    css = [site_settings.BASE_DIR / "static" / "css" / name for name in ("tokens.css", "site.css")]

    assert sum(path.stat().st_size for path in css) < CSS_LIMIT


# Files ---------------------------------------------------------------------------------------


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (tmp_path / "secret.txt").write_text("hemmeligt")
    return settings.MEDIA_ROOT


def body_of(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.webp", "image/webp"), ("a.svg", "image/svg+xml"), ("a.html", "text/html")],
)
def test_an_uploaded_file_is_served_without_debug_and_nothing_in_it_may_run(
    client, settings, media, name, kind
):
    (media / name).write_bytes(b"<script>alert(1)</script>")

    response = client.get(f"/media/{name}")

    assert settings.DEBUG is False
    assert body_of(response) == b"<script>alert(1)</script>"
    assert response.headers["Content-Type"] == kind
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert policy_of(response)["sandbox"] == set()
    assert policy_of(response)["default-src"] == {"'none'"}
    assert not response.cookies


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "..%2Fsecret.txt",
        "%2e%2e/secret.txt",
        "a/../../secret.txt",
        "..%5Csecret.txt",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "%00",
        "a.webp%00.txt",
        "",
        "a",
        "nowhere.webp",
    ],
)
def test_nothing_outside_the_uploads_is_served(client, media, path):
    (media / "a").mkdir()
    (media / "a.webp").write_bytes(b"a")

    response = client.get(f"/media/{path}")

    assert response.status_code in (400, 404)
    assert b"hemmeligt" not in response.content


def test_a_file_can_only_be_read(client, media):
    (media / "a.webp").write_bytes(b"a")

    assert client.post("/media/a.webp").status_code == 405
    assert client.delete("/media/a.webp").status_code == 405


def test_static_files_are_served_under_hashed_names_without_debug(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = False
    settings.STORAGES = site_settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    client = Client()  # its handler looks for the files when it first answers

    html = client.get("/").content.decode()
    [tokens, styles] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    response = client.get(styles)

    assert re.fullmatch(r"/static/css/tokens\.[0-9a-f]{12}\.css", tokens)
    assert re.fullmatch(r"/static/css/site\.[0-9a-f]{12}\.css", styles)
    assert response.status_code == 200
    assert body_of(response) == Path(staticfiles_storage.path(styles[8:])).read_bytes()
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert client.get("/static/css/nowhere.css").status_code == 404
    assert client.get("/static/../manage.py").status_code == 404


def test_a_broken_cookie_is_nobodys_business(client, addresses):
    for name, address in addresses.items():
        response = client.get(address)
        broken = Client()
        broken.cookies.load({"sessionid": "x", "csrftoken": "broken", "messages": "[]"})
        theirs = broken.get(address)

        assert not theirs.cookies, name
        assert (theirs.content, theirs.headers) == (response.content, response.headers), name


def test_no_file_has_a_name_longer_than_a_file_can_have(client):
    assert client.get(f"/media/{'a' * 300}.webp").status_code == 404
