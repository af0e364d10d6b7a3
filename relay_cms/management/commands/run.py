"""Serve the site on this machine: what `make run` does once the environment stands.

The port is SITE_URL's, so that links, cookies and the server cannot disagree. The server and
the clock run as children with process groups of their own: Ctrl-C reaches only this command,
which then stops both and leaves nothing behind.
"""

import contextlib
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.urls import reverse

from articles.models import Access, Article
from relay_cms.management.commands import demo
from relays.models import Handoff, HandoffState, Link, Relay, User

HOST = "127.0.0.1"
SECONDS_TO_START = 30
SECONDS_TO_STOP = 8


class StopAsked(Exception):
    """Ctrl-C, a closed terminal, or a polite kill."""


class Command(BaseCommand):
    help = "Prepare the database and the static files, then serve the site until Ctrl-C."

    def handle(self, **options):
        listen_for_stop()
        try:
            port = free_port()
            self.prepare()
            status = self.serve(port)
        except StopAsked:
            self.tell("Stopped.")
            return
        if status:
            sys.exit(status)

    def tell(self, line):
        self.stdout.write(line)
        self.stdout.flush()

    def prepare(self):
        make_writable(settings.VAR_DIR)
        if static_files_changed():
            self.tell("Preparing styles and scripts (some ten seconds, only when they changed).")
            call_command("collectstatic", interactive=False, verbosity=0)
            remember_static_files()
        call_command("migrate", interactive=False, verbosity=0)
        if not Relay.objects.exists() and not get_user_model().objects.exists():
            self.tell("An empty database: setting up the demo newsroom.")
            call_command("demo", stdout=io.StringIO())  # what it prints is told at every start
        if Article.objects.public().filter(search_row=None).exists():
            self.tell("Indexing the posts for the search (once).")
            call_command("rebuild_search", stdout=io.StringIO())

    def serve(self, port):
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(child(*server_command(port)))
            if wait_until_open(port, server):
                self.tell("\n  ".join(["", *addresses()]))
            # After that, or what it logs would stand in the midst of it.
            clock = stack.enter_context(child(sys.executable, "manage.py", "tick", "--forever"))
            while True:
                if server.poll() is not None:
                    self.tell("The server has stopped by itself, so everything stops.")
                    return exit_status(server)
                if clock.poll() is not None:
                    self.tell(
                        "The clock (manage.py tick) has stopped by itself, so everything stops."
                    )
                    return exit_status(clock)
                time.sleep(0.2)


def listen_for_stop():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # under nohup it stays ignored
        signal.signal(signal.SIGHUP, ask_to_stop)


def ask_to_stop(number, frame):
    # Asked once is enough: a second Ctrl-C must not interrupt the stopping.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise StopAsked


def free_port():
    try:
        port = urlsplit(settings.SITE_URL).port or 8000
    except ValueError:
        raise CommandError(f"SITE_URL has no usable port: {settings.SITE_URL}") from None
    with socket.socket() as probe:
        # As the server will do it; else a port just left counts as taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CommandError(f"Only root may use port {port}: try PORT=8001 make run.") from None
        except OSError:
            raise CommandError(
                f"Port {port} on {HOST} is in use: stop what runs there, or PORT={port + 1} make run."
            ) from None
    return port


def make_writable(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"Cannot make the folder {folder}: {error.strerror}.") from None
    if not os.access(folder, os.W_OK):
        raise CommandError(
            f"Relay CMS keeps its files in {folder}, where this user has no right to write."
        )


def addresses():
    """Where to go, who may log in, and what else somebody needs to know, a line each."""
    yield f"{settings.SITE_NAME}: {settings.SITE_URL}/"
    yield f"Newsroom: {settings.SITE_URL}/admin/"
    for user in demo_users():
        yield f"{user.name} logs in with {user.email} / {demo.PASSWORD}"
    for name, email, address in demo_readers():
        yield f"{name} reads {settings.SITE_URL}{address} with {email} and a code by mail"
    if link := personal_link():
        yield f"A contributor's own page, without a log-in: {link}"
    if getattr(settings, "EMAIL_FILE_PATH", None):
        yield f"Letters are written to {settings.EMAIL_FILE_PATH}"
    yield "Ctrl-C stops it."


def demo_readers():
    """Who reads what is for subscribers, and where; nobody where the demo is gone."""
    article = Article.objects.public().filter(access=Access.MEMBERS).order_by("pk").first()
    emails = [email for _name, email in demo.READERS]
    readers = User.objects.filter(email__in=emails) if article else []
    return [(reader.name, reader.email, article.get_absolute_url()) for reader in readers]


def demo_users():
    """Those of the demo newsroom who are still there, with the password that everybody knows."""
    emails = [email for _name, email, *_group in (*demo.STAFF, demo.ADMINISTRATOR)]
    users = get_user_model().objects.filter(email__in=emails).order_by("pk")
    return [user for user in users if user.check_password(demo.PASSWORD)]


def personal_link():
    """A fresh link to somebody's turn, to try; of the demo newsroom only."""
    handoff = Handoff.objects.filter(state=HandoffState.OFFERED).order_by("pk").first()
    if not (handoff and demo_users()):
        return ""
    return settings.SITE_URL + reverse("relays:link", args=[Link.make(handoff)])


# Collecting hashes and compresses every file, so it waits until one has changed ---------------


def static_files_changed():
    if settings.DEBUG:
        return False  # served from where they lie
    marker = marker_file()
    return not marker.exists() or marker.read_text() != static_fingerprint()


def remember_static_files():
    marker_file().write_text(static_fingerprint())


def marker_file():
    return settings.VAR_DIR / "static.made"


def static_fingerprint():
    fingerprint = hashlib.sha256(str(settings.STATIC_ROOT).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = Path(storage.path(path)).stat()
            fingerprint.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return fingerprint.hexdigest()


# Children -------------------------------------------------------------------------------------


def server_command(port):
    return (
        str(Path(sys.executable).with_name("granian")),
        *("--interface", "wsgi", "--host", HOST, "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "5"),
        *("--log-level", "warning", "relay_cms.wsgi:application"),
    )


@contextlib.contextmanager
def child(*command, env=None):
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=settings.BASE_DIR,
        env=env,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # whatever it started and did not stop
        process.wait()


def wait_until_open(port, server):
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        time.sleep(0.1)
    return False


def exit_status(process):
    """As a shell would tell it: death by signal 9 is 137."""
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
