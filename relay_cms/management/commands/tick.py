import logging
import signal
import threading

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from articles import announcements, cards, following, grants, mornings, replies, workflow
from articles.models import Byline
from relays import accounts, baton, codes, forgetting, ladder, outbox, pictures
from relays.models import Clock

SECONDS_BETWEEN_TICKS = 20
SECONDS_FOR_A_CODE = 2  # somebody sits and waits for it

log = logging.getLogger("relay_cms.tick")


class Command(BaseCommand):
    help = "Do everything that time causes: publish, lapse, send what is due. Safe to repeat."

    def add_arguments(self, parser):
        parser.add_argument("--forever", action="store_true", help="tick until told to stop")

    def handle(self, *, forever, **options):
        if not forever:
            self._tick()
            return
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_args: stop.set())
        log.info("The clock is running, a tick every %s seconds.", SECONDS_BETWEEN_TICKS)
        while not stop.is_set():
            try:
                self._tick()
            except Error:
                # A clock outlives a database that is away for a moment.
                log.exception("The database did not answer; trying again.")
            except OSError:
                log.exception("Files can't be read or written; trying again.")
            close_old_connections()
            self._wait(stop)

    def _wait(self, stop):
        """Until the next tick, with an eye on letters that somebody waits for."""
        for _glance in range(SECONDS_BETWEEN_TICKS // SECONDS_FOR_A_CODE):
            if stop.wait(SECONDS_FOR_A_CODE):
                return
            try:
                if outbox.somebody_waits():
                    outbox.send_due()
            except (Error, OSError):
                return  # the tick says so, and tries again
            finally:
                close_old_connections()

    def _tick(self):
        published, held = workflow.publish_due()
        for article in published:
            log.info("Published article %s.", article.pk)
        for article, sentence in held:
            log.warning("Article %s is due and was not published: %s", article.pk, sentence)
        for handoff in baton.lapse_due():
            log.info("The offer %s has lapsed.", handoff.pk)
        for person in forgetting.forget_nominees(keep=Byline.objects.values("contributor")):
            log.info("Contributor %s was never asked, and is forgotten.", person)
        ladder.climb()
        mornings.mornings()
        grants.remind()
        announcements.write_due()
        sent = outbox.send_due()
        if sent:
            log.info("Sent %s letters.", sent)
        replies.forget_networks()
        if refused := following.heed_refusals():
            log.info("%s followers can't be reached any more.", refused)
        following.sweep()
        announcements.sweep()
        codes.sweep()
        accounts.sweep()
        pictures.sweep()
        cards.draw_due()
        Clock.note()
