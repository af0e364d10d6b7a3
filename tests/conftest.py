"""What every test may lean on: a quick flush, a real Chromium, no silent skips."""

import os
import shutil
from functools import cache

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.cache import cache as counters
from django.db import connection, transaction
from django.test import TransactionTestCase

from relays.roles import GROUPS
from tests.postbox import Postbox

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium", path="/usr/bin")
    or shutil.which("google-chrome")
)

# Nothing but the pages under test may use the network.
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", event =>
  reportViolation(`${event.effectiveDirective} blocked ${event.blockedURI} ${event.sample}`))
"""


def pytest_addoption(parser):
    parser.addoption(
        "--no-skips",
        action="store_true",
        default=os.environ.get("CI") == "true",
        help="a skipped test fails the run (always so where CI=true)",
    )


def pytest_collection_modifyitems(items):
    # What takes long begins first, so that at the end no core waits for another.
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
    if not CHROMIUM:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip("no Chromium found: install it or set CHROMIUM"))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.OK and forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    skips = forbidden_skips(config)
    if skips:
        terminalreporter.section("skipped, and no test may be skipped here", red=True)
        for report in skips:
            terminalreporter.line(f"{report.nodeid}: {report.longrepr[2]}")


def forbidden_skips(config):
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("skipped", []) if config.getoption("--no-skips") else []


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    settings.VAR_DIR.mkdir(exist_ok=True)  # where SQLite's files are; a fresh clone has none


@pytest.fixture(scope="session", autouse=True)
def _uploads_of_their_own(tmp_path_factory):
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """For rows that every test of a module looks at, and that none of them changes for the next."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def kept_once(django_db_setup, django_db_blocker):
    """`made_once` for browser tests, whose server has a connection of its own: the rows are really
    there, and what a test adds stays too, until the module ends."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test_case: None)
        yield
        delete_rows(None)


# What migrations made, and no transactional test changes; a group of its own goes with it.
OF_THE_MIGRATIONS = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
}


@pytest.fixture(scope="session", autouse=True)
def _a_flush_is_quick_and_leaves_what_migrations_made():
    """A transactional test ends by emptying the tables. Django does so by TRUNCATE, which writes
    every table of PostgreSQL and each of its indexes anew, and then makes permissions again, one
    by one; our groups, which a migration made, would be gone. Here the few rows are deleted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete_rows)
        yield


def delete_rows(_test_case):
    with transaction.atomic(), connection.cursor() as cursor:  # keys are looked at when it ends
        for table in sorted(tables() - OF_THE_MIGRATIONS):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608
        Group.objects.exclude(name__in=GROUPS).delete()


@cache
def tables():
    return set(connection.introspection.django_table_names(only_existing=True, include_views=False))


@pytest.fixture(autouse=True)
def _nobody_has_tried_before(request):
    """How often a network has tried is counted in the cache. Its table is no model's, so that the end
    of a transactional test does not empty it."""
    mark = request.node.get_closest_marker("django_db")
    if mark and mark.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        counters.clear()


@pytest.fixture(autouse=True)
def _no_page_asks_for_its_foot(monkeypatch):
    """Once a minute some page asks for what every foot says; here none does, unless it is told to
    (`pages._kept = None`): the numbers of queries are literals."""
    from articles.publication import pages

    monkeypatch.setattr(pages, "_kept", (0.0, []))
    monkeypatch.setattr(pages, "SECONDS_KEPT", float("inf"))


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import Locator, sync_playwright

    click = Locator.click

    def click_through(locator, **options):
        click(locator, **options)
        locator.page.wait_for_load_state()

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # A click that leads on returns with the first byte of the answer, when half a page and none
        # of its styles may be there. No test has to think of that: here it waits for the whole page.
        patch.setattr(Locator, "click", click_through)
        # Playwright keeps an event loop in this thread; Django would take every query for async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server):
    """Open a page as a reader of one's own; `open_page(java_script_enabled=False)` and the like.

    What a page must never do is collected in `open_page.troubles`, and fails the test at its end.
    """
    contexts = []
    troubles = []

    def open_page(**options):
        context = chromium.new_context(base_url=live_server.url, **({"locale": "da-DK"} | options))
        contexts.append(context)
        context.expose_function("reportViolation", lambda words: troubles.append(words))
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("weberror", note_script_errors)
        context.on("console", note_policy_errors)
        context.on("response", note_server_errors)
        return context.new_page()

    def note_script_errors(event):
        # Chromium says so itself when one leaves a page that cross-fades for one that does not,
        # and when a test makes the window smaller while it fades.
        said = ("ViewTransition opt-in disabled", "Viewport size changed")
        if not any(words in str(event.error) for words in said):
            troubles.append(f"script error: {event.error}")

    def note_policy_errors(message):
        if message.type == "error" and "Content Security Policy" in message.text:
            troubles.append(message.text)

    def note_server_errors(response):
        if response.status >= 500:
            troubles.append(f"{response.status} from {response.request.method} {response.url}")

    open_page.troubles = troubles
    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def postbox(settings):
    box = Postbox()
    box.open()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
    yield box
    box.close()
