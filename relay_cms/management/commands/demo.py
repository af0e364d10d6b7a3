"""The demo newsroom: fictional people who run real-looking relays, each at another place."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from articles import desk, grants, notes, replies, workflow
from articles.models import Access, Article, Byline, ChecklistItem, Draft, Follower, Page, Reply
from articles.models.tag import tags_for
from articles.transfer import import_relay, read_relay
from relay_cms import drawings
from relays import accounts, baton, danish, pictures
from relays.danish import unique_slug
from relays.models import Channel, Contributor, Handoff, Leg, Relay, Shape, Theme, User
from relays.richtext import clean_html

TEXTS = Path(__file__).resolve().parents[2] / "demo"
WRITTEN_ON = date(2026, 11, 21)  # the day that the texts take for today
PASSWORD = "stafetten"  # noqa: S105  (of the demo only, printed at every start)

STAFF = [
    ("Vibeke Sandholt", "vibeke@depechen.example", "Chief editor"),
    ("Mads Lindelund", "mads@depechen.example", "Editor"),
]
ADMINISTRATOR = ("Teknisk ansvarlig", "admin@depechen.example")

# They log in by a code: the letter with it is a file in var/letters.
READERS = [("Tine Prøvelund", "tine@laeser.example"), ("Svend Abildtoft", "svend@laeser.example")]
FOR_SUBSCRIBERS = "Tre kroner til forskel"

THEMES = {
    "Velfærd": "Det, vi har aftalt at være fælles om, og de mange hænder, der udfører det. "
    "Her mødes dem, der leverer, og dem, der betaler.",
    "Politik": "Reglerne, vi laver for hinanden, og hvad der sker, når de rammer en tirsdag.",
    "Ledelse": "Om at bestemme, lade være og stå ved det bagefter.",
    "Bæredygtighed": "Det, der skal holde længere, end vi gør.",
}

RELAYS = [
    "frivilligstafetten",
    "pendlerstafetten",
    "madstafetten",
    "nattestafetten",
    "byggestafetten",
    "hoeringsstafetten",
    "tillidsstafetten",
]

DRAWN = "Tegning: Depechen"
# By the beginning of an article's title: what is drawn, what it shows, and what stands below.
PICTURES = {
    "Sådan løber en stafet": (
        drawings.crossing,
        "En blå bane og en rød dobbeltbane bytter side, og en stafet ligger, hvor de krydser.",
        "Stafetten skifter hænder, hvor banerne krydser.",
    ),
    "Mursten har god tid": (drawings.wall, "En mur af røde sten. Én sten mangler.", ""),
    "Et måltid kan ikke": (
        drawings.tray,
        "En bakke set ovenfra: en tallerken, der ikke er spist tom, et glas og en ske.",
        "Bakkerne ruller ud klokken 11.40 og tilbage klokken 13.15.",
    ),
}
PORTRAITS = {
    "Birgitte Ravnsø": (drawings.PUBLIC, "#3b2a20"),
    "Gorm Vestervang": (drawings.PRIVATE, "#b9b3a8"),
    "Samira Lysholt": (drawings.INK, "#1a1512"),
}


class Command(BaseCommand):
    help = "Fill an empty database with the demo newsroom."

    @transaction.atomic
    def handle(self, **options):
        if any(model.objects.exists() for model in (User, Contributor, Theme, Relay, Article)):
            raise CommandError("This database is not empty; the demo newsroom needs an empty one.")
        self.shift = timezone.localdate() - WRITTEN_ON
        self.staff = self._staff()
        vibeke, mads = self.staff.values()
        for name, description in THEMES.items():
            slug = unique_slug(name, Theme.objects)
            Theme.objects.create(name=name, description=description, slug=slug)
        for name in RELAYS:
            import_relay(self._relay(name))
        for at, relay in enumerate(Relay.objects.order_by("pk")):
            relay.editors.add(mads if at % 3 == 2 else vibeke)
        self._present()
        self._news(vibeke, mads)
        for page in _read("pages.json")["pages"]:
            slug = unique_slug(page["title"], Page.objects)
            Page.objects.create(slug=slug, **page | {"body": clean_html(page["body"])})
        self._illustrate()
        for comment in _read("present.json")["comments"]:
            self._comment(comment, editor=vibeke)
        self._let_readers_in(vibeke)
        reader = Follower.objects.create(address="inger.lund@laeser.example")
        reader.follows.create(relay=Relay.objects.get(short_name="Madstafetten"))
        # Last: from now on nothing is published unread.
        for position, item in enumerate(_read("present.json")["checklist"], start=1):
            ChecklistItem.objects.create(position=position, **item)
        for name, email in ((person[0], person[1]) for person in (*STAFF, ADMINISTRATOR)):
            self.stdout.write(f"{name}: {email} / {PASSWORD}")

    def _staff(self):
        staff = {}
        for name, email, group in STAFF:
            user = User.objects.create_user(email, PASSWORD, name=name, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
            staff[name] = user
        name, email = ADMINISTRATOR
        User.objects.create_superuser(email, PASSWORD, name=name)
        return staff

    def _relay(self, name):
        given = read_relay((TEXTS / f"{name}.json").read_bytes())
        given["started"] += self.shift
        for post in given["posts"]:
            post["published"] += self.shift
        return given

    def _present(self):
        """Each relay's present, by the very verbs that editors use."""
        present = _read("present.json")
        for turn in present["running"]:
            self._run(turn)
        for turn in present["free"]:
            self._be_declined(turn)
        for relay in present["prepared"]:
            self._prepare(relay)

    def _run(self, turn):
        """Somebody said yes some days ago and has, or had, some days left."""
        editor = self.staff[turn["editor"]]
        handoff = baton.accept(self._offered(turn), by=editor, channel=Channel.MAIL)
        began = timezone.now() + timedelta(days=turn["began"])
        due = timezone.localdate() + timedelta(days=turn["due"])
        Leg.objects.filter(handoff=handoff).update(due=due, began=began)
        Handoff.objects.filter(pk=handoff.pk).update(offered=began, answered=began)
        handoff.moves.update(at=began)
        if "text" in turn:
            self._write(desk.article_for(handoff.leg), turn, editor, handoff.receiver.user)
        if "next" in turn:
            person, message = self._person(**turn["next"]["person"]), turn["next"]["message"]
            baton.nominate(handoff.relay, person, by=handoff.receiver.user, message=message)

    def _write(self, article, turn, editor, writer):
        """A text as it stands, after the first round of changes where it has seen one."""
        if "first_text" in turn:
            draft = desk.save_draft(article, turn["first_text"], by=writer, version=1)
            workflow.take_step(article, "submit", by=writer)
            answers = {
                notes.write(
                    article, note["words"], by=editor, version=draft.version, block=note["block"]
                ): note["answer"]
                for note in turn["notes"]
            }
            workflow.take_step(article, "send_back", by=editor, note=turn["sent_back"])
            for note, answer in answers.items():
                if answer:
                    notes.answer(note, answer, by=writer)
        version = Draft.objects.get(article=article).version
        desk.save_draft(article, turn["text"], by=writer, version=version)
        if turn.get("submitted"):
            workflow.take_step(article, "submit", by=writer)

    def _be_declined(self, turn):
        baton.decline(
            self._offered(turn),
            by=self.staff[turn["editor"]],
            reason=turn["reason"],
            ask_again_after=timezone.localdate() + timedelta(days=turn["ask_again"]),
            channel=Channel.PHONE,
        )

    def _offered(self, turn):
        relay = Relay.objects.get(slug=turn["relay"])
        return baton.offer(self._nominated(relay, turn), by=self.staff[turn["editor"]])

    def _prepare(self, given):
        """A relay that readers do not know of yet: somebody is asked to begin, or only named."""
        editor = self.staff[given["editor"]]
        relay = Relay.objects.create(
            title=given["title"],
            short_name=given["short_name"],
            slug=unique_slug(given["short_name"], Relay.objects),
            theme=Theme.objects.get(name=given["theme"]),
        )
        relay.editors.add(editor)
        handoff = self._nominated(relay, given)
        if given["offered"]:
            baton.offer(handoff, by=editor)

    def _nominated(self, relay, turn):
        editor = self.staff[turn["editor"]]
        receiver = self._person(**turn["person"])
        return baton.nominate(relay, receiver, by=editor, message=turn["message"])

    def _person(self, name, organisation, **fields):
        slug = unique_slug(name, Contributor.objects)
        return Contributor.objects.create(
            name=name,
            slug=slug,
            email=f"{slug}@{danish.slug(organisation)}.example",
            organisation=organisation,
            **fields,
        )

    def _news(self, vibeke, mads):
        author = Contributor.objects.create(
            name=vibeke.name,
            slug=unique_slug(vibeke.name, Contributor.objects),
            user=vibeke,
            email=vibeke.email,
            job_title="redaktør",
            organisation="Depechen",
        )
        for item in _read("news.json")["news"]:
            theme = Theme.objects.filter(name=item["theme"]).first()
            article = Article.objects.create(theme=theme)
            Draft.objects.create(article=article)
            Byline.objects.create(article=article, contributor=author)
            content = {name: item[name] for name in ("title", "standfirst", "body", "interests")}
            draft = desk.save_draft(article, content, by=vibeke, version=1)
            article.tags.set(tags_for(item["tags"]))
            workflow.take_step(article, "submit", by=vibeke)
            workflow.take_step(article, "publish", by=mads, version=draft.version)
            out = datetime.combine(
                date.fromisoformat(item["published"]) + self.shift, datetime.min.time()
            ) + timedelta(hours=6)
            workflow.correct_publication_date(article, timezone.make_aware(out))

    def _comment(self, given, *, editor, thread=None):
        """What a reader says, read by an editor or not yet."""
        article = Article.objects.public().get(draft__title__startswith=given["article"])
        reader = User.objects.create_user(given["email"], name=given["name"])
        reply = replies.send(
            article, by=reader, name=given["name"], words=given["words"], answers=thread
        )
        sent = timezone.now() - timedelta(days=given["days_ago"], hours=1)
        Reply.objects.filter(pk=reply.pk).update(sent=sent)
        if given["approved"]:
            reply = replies.decide(reply, "approve", by=editor, seen=reply.state)
        for answer in given.get("answers", []):
            said = answer | {"article": given["article"]}
            self._comment(said, editor=editor, thread=reply)

    def _illustrate(self):
        for beginning, (draw, alt, caption) in PICTURES.items():
            article = Article.objects.for_desk().get(draft__title__startswith=beginning)
            picture = pictures.take(draw(), shape=Shape.WIDE, credit=DRAWN)
            words = {"picture": picture, "alt": alt, "caption": caption}
            desk.save_draft(article, words, by=None, version=article.draft.version)
            workflow.publish_import(article, published_at=article.published_at, slug=article.slug)
        for name, colours in PORTRAITS.items():
            portrait = pictures.take(drawings.portrait(*colours), shape=Shape.SQUARE, credit=DRAWN)
            Contributor.objects.filter(name=name).update(portrait=portrait)

    def _let_readers_in(self, editor):
        """One article for subscribers, somebody who tries, and somebody who subscribes."""
        article = Article.objects.get(draft__title__startswith=FOR_SUBSCRIBERS)
        workflow.change_access(article, Access.MEMBERS, by=editor)
        today = timezone.localdate()
        trying, subscribed = READERS
        reader = User.objects.create_user(trying[1], name=trying[0])
        accounts.confirm(reader, trying[1])
        grants.begin_trial(reader)
        days = {"first": today - timedelta(days=100), "last": today + timedelta(days=264)}
        grants.subscribe(subscribed[1], subscribed[0], **days, by=editor)


def _read(name):
    return json.loads((TEXTS / name).read_text(encoding="utf-8"))
