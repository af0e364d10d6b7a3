"""What each kind of reader's page costs, with few articles and with many. Prints; decides nothing.

The site is served as `make run` serves it, on 127.0.0.1 alone, from databases of invented articles
that are made beside DATABASE_URL's own and kept for the next time. Beside each page stand a bare
granian application and a bare Django view that answer with the same bytes (`relay_cms.bare`).
"""

import contextlib
import http.client
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from articles.models import Article, Tag
from articles.publication.forms import query_of
from relay_cms.management.commands import run
from relays.models import Contributor, Relay, Theme

READERS = 2  # at once
REQUESTS = 400  # of a page, at most
SECONDS = 2.0  # for a page, at most
COLUMNS = "{:<24}{:>8}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>13}{:>11}"


class Answers(NamedTuple):
    """What a server did with as many requests as it got."""

    milliseconds: list[float]  # of each
    seconds: float  # of all

    @property
    def a_second(self):
        return len(self.milliseconds) / self.seconds


class Command(BaseCommand):
    help = "Measure the readers' pages on databases of so many articles each, and print it."

    def add_arguments(self, parser):
        parser.add_argument("articles", type=int, nargs="+", help="how many, for each database")

    def handle(self, *, articles, **options):
        run.listen_for_stop()
        if settings.DEBUG:
            raise CommandError("With DEBUG=on nothing is as fast as readers have it.")
        port = run.free_port()
        run.make_writable(settings.VAR_DIR)
        if run.static_files_changed():
            call_command("collectstatic", interactive=False, verbosity=0)
            run.remember_static_files()
        with contextlib.suppress(run.StopAsked):
            for count in articles:
                self._measure(port, count)

    def _measure(self, port, count):
        environment = use_database_of(count)
        call_command("migrate", interactive=False, verbosity=0)
        if not Article.objects.exists():
            call_command("fill", str(count))
        addresses = pages()
        self.stdout.write(
            f"\n{count:,} articles on {connection.vendor}, {READERS} readers at once\n"
        )
        heads = (
            "",
            "queries",
            "SQL ms",
            "p50 ms",
            "p95 ms",
            "a second",
            "CPU ms",
            "of it DB",
            "bytes",
        )
        self.stdout.write(COLUMNS.format(*heads, "bare Django", "granian"))
        with contextlib.ExitStack() as stack:
            site = stack.enter_context(served(port, environment))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for name, address in addresses.items():
                (folder / address_of(name)).write_bytes(read(port, address))
            bare = [
                stack.enter_context(served_bare(factory, folder))
                for factory in ("django", "server")
            ]
            for name, address in addresses.items():
                self._row(name, address, port, site, bare, folder)

    def _row(self, name, address, port, site, bare, folder):
        queries, milliseconds = asked(address)
        server, before = cpu_of_group(site.pid), cpu_of_database()
        answers = load(port, address)
        server, after = cpu_of_group(site.pid) - server, cpu_of_database()
        database = sum(after[pid] - before.get(pid, 0.0) for pid in after)
        requests = len(answers.milliseconds)
        beside = [load(other, f"/{address_of(name)}", SECONDS / 4).a_second for other in bare]
        self.stdout.write(
            COLUMNS.format(
                name,
                queries,
                f"{milliseconds:.1f}",
                f"{median(answers.milliseconds):.1f}",
                f"{quantiles(answers.milliseconds, n=20)[-1]:.1f}",
                f"{answers.a_second:.0f}",
                f"{(server + database) / requests * 1000:.1f}",
                f"{database / requests * 1000:.1f}",
                (folder / address_of(name)).stat().st_size,
                *(f"{each:.0f}" for each in beside),
            )
        )
        self.stdout.flush()


# The databases --------------------------------------------------------------------------------


def use_database_of(count: int) -> dict[str, str]:
    """From here on, this process and whoever gets this environment use another database."""
    if connection.vendor == "sqlite":
        name = str(settings.VAR_DIR / f"bench-{count}.sqlite3")
        address = f"sqlite:///{name}"
    else:
        name = f"bench_{count}"
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    connection.settings_dict["NAME"] = name
    return {**os.environ, "DATABASE_URL": address, "LOG_LEVEL": "ERROR"}


def pages() -> dict[str, str]:
    """Every kind of page, at the address of a row that has much to show."""
    posts = Article.objects.public().newest_first()
    middle = posts[posts.count() // 2]
    newest_year = timezone.localtime(posts[0].published_at).year
    post = posts.exclude(leg=None).filter(published_at__lte=middle.published_at)[0]
    relay = Relay.objects.get(pk=post.relay_id)
    theme = Theme.objects.order_by("-post_count")[0]
    tag = Tag.objects.filter(taggings__content_object=posts.exclude(taggings=None)[0])[0]
    writer = Contributor.objects.get(legs=post.leg)
    year = reverse("articles:archive", args=[timezone.localtime(middle.published_at).year])
    month = timezone.localtime(middle.published_at).month
    rare = post.search_row.title.split()[1]  # a town
    second, deep = posts.filter(theme=theme)[19], posts.filter(theme=theme)[theme.post_count // 2]
    search = reverse("articles:search")
    return {
        "front": reverse("articles:front"),
        "relays": reverse("articles:relays"),
        "relays, older": reverse("articles:relays") + query_of(key_of(relay.opened, relay)),
        "relay": relay.get_absolute_url(),
        "relay that runs": posts.exclude(leg=None)[0].relay.get_absolute_url(),
        "whole relay": reverse("articles:whole-relay", args=[relay.slug]),
        "article": post.get_absolute_url(),
        "news": posts.filter(leg=None)[0].get_absolute_url(),
        "themes": reverse("articles:themes"),
        "theme": theme.get_absolute_url(),
        "theme, page 2": theme.get_absolute_url() + query_of(key_of(second.published_at, second)),
        "theme, half-way": theme.get_absolute_url() + query_of(key_of(deep.published_at, deep)),
        "tag": tag.get_absolute_url(),
        "contributors": reverse("articles:contributors"),
        "contributors at S": reverse("articles:contributors") + "?letter=S",
        "contributor": writer.get_absolute_url(),
        "archive, newest year": reverse("articles:archive", args=[newest_year]),
        "archive, a year": year,
        "archive, a month": f"{year}?month={month}",
        "search, common word": f"{search}?q=kommunen",
        "search, two words": f"{search}?q=kommunen+nattevagt",
        "search, common, theme": f"{search}?q=kommunen&theme={theme.slug}",
        "search, rare word": f"{search}?q={rare}",
        "search, nothing": f"{search}?q=hestestald",
        "feed": reverse("articles:feed"),
        "theme's feed": reverse("articles:theme-feed", args=[theme.slug]),
        "contributor's feed": reverse("articles:contributor-feed", args=[writer.slug]),
        "sitemap": reverse("articles:sitemaps"),
        "sitemap of posts": reverse("articles:sitemap-of-posts", args=[newest_year]),
        "sitemap of tags": reverse("articles:sitemap", args=["tags"]),
        "sitemap of people": reverse("articles:sitemap", args=["contributors"]),
        "box": reverse("articles:embed", args=[relay.slug]),
        "nothing there": reverse("articles:article", args=["hestestald"]),
    }


def key_of(moment: datetime | None, row: Model) -> dict:
    return {"before": (moment, row.pk)}


def asked(address: str) -> tuple[int, float]:
    """How often a page asks the database, and how many milliseconds it waits for it."""
    client = Client(SERVER_NAME=run.HOST)
    client.get(address)  # what the foot of a page says is known from now on
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return len(queries), sum(float(query["time"]) for query in queries) * 1000


# The servers ----------------------------------------------------------------------------------


@contextlib.contextmanager
def served(port: int, environment: dict, *command: str) -> Iterator:
    with run.child(*(command or run.server_command(port)), env=environment) as server:
        if not run.wait_until_open(port, server):
            raise CommandError("The server did not start.")
        yield server


@contextlib.contextmanager
def served_bare(factory: str, folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind((run.HOST, 0))
        port = probe.getsockname()[1]
    *command, _application = run.server_command(port)
    environment = {**os.environ, "PAGES": str(folder)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with served(port, environment, *command, "--factory", f"relay_cms.bare:{factory}"):
        yield port


def address_of(name):
    return name.replace(" ", "-").replace(",", "").replace("'", "")


def cpu_of_group(group: int) -> float:
    """The seconds that a process and its children have worked."""
    return sum(
        cpu_of(pid)
        for pid in (int(each.name) for each in Path("/proc").glob("[0-9]*"))
        if group_of(pid) == group
    )


def cpu_of_database() -> dict[int, float]:
    """The same of each of PostgreSQL's connections, where it runs on this machine."""
    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend'"
        )
        return {pid: cpu_of(pid) for (pid,) in cursor.fetchall()}


def group_of(pid):
    with contextlib.suppress(OSError):
        return os.getpgid(pid)


def cpu_of(pid):
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


# The readers ----------------------------------------------------------------------------------


def load(port: int, path: str, seconds: float = SECONDS) -> Answers:
    """Readers who ask for one page again and again, until it is enough."""
    times: list[float] = []
    started = time.perf_counter()
    readers = [
        threading.Thread(target=read_again, args=(port, path, times, started + seconds))
        for _reader in range(READERS)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return Answers(times, time.perf_counter() - started)


def read_again(port, path, times, until):
    line = http.client.HTTPConnection(run.HOST, port, timeout=30)
    line.connect()
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while len(times) < 2 or (len(times) < REQUESTS and time.perf_counter() < until):
        asked = time.perf_counter()
        line.request("GET", path)
        line.getresponse().read()
        times.append((time.perf_counter() - asked) * 1000)
    line.close()


def read(port, path) -> bytes:
    line = http.client.HTTPConnection(run.HOST, port, timeout=60)
    for _time in range(5):  # each of the server's threads has to begin once
        line.request("GET", path)
        answer = line.getresponse()
        page = answer.read()
    line.close()
    if answer.status >= 500:
        raise CommandError(f"{path} answers {answer.status}.")
    return page
