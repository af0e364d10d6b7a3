"""The demo newsroom: fictional people who run real-looking relays, each at another place."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from articles import desk, workflow
from articles.models import Article, Byline, Draft
from articles.models.tag import tags_for
from articles.transfer import import_relay, read_relay
from relays import baton
from relays.danish import unique_slug
from relays.models import Channel, Contributor, Handoff, Leg, Relay, Theme, User

TEXTS = Path(__file__).resolve().parents[2] / "demo"
WRITTEN_ON = date(2026, 11, 21)  # the day that the texts take for today
PASSWORD = "stafetten"  # noqa: S105  (of the demo only, printed at every start)

STAFF = [
    ("Vibeke Sandholt", "vibeke@depechen.example", "Chief editor"),
    ("Mads Lindelund", "mads@depechen.example", "Editor"),
]
ADMINISTRATOR = ("Teknisk ansvarlig", "admin@depechen.example")

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


class Command(BaseCommand):
    help = "Fill an empty database with the demo newsroom."

    @transaction.atomic
    def handle(self, **options):
        if User.objects.exists() or Relay.objects.exists():
            raise CommandError("This database is not empty; the demo newsroom needs an empty one.")
        self.shift = timezone.localdate() - WRITTEN_ON
        vibeke, mads = self._staff()
        for name, description in THEMES.items():
            slug = unique_slug(name, Theme.objects)
            Theme.objects.create(name=name, description=description, slug=slug)
        for name in RELAYS:
            import_relay(self._relay(name))
        for at, relay in enumerate(Relay.objects.order_by("pk")):
            relay.editors.add(mads if at % 3 == 2 else vibeke)
        self._present(vibeke, mads)
        self._news(vibeke, mads)
        for name, email in ((person[0], person[1]) for person in (*STAFF, ADMINISTRATOR)):
            self.stdout.write(f"{name}: {email} / {PASSWORD}")

    def _staff(self):
        people = []
        for name, email, group in STAFF:
            user = User.objects.create_user(email, PASSWORD, name=name, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
            people.append(user)
        name, email = ADMINISTRATOR
        User.objects.create_superuser(email, PASSWORD, name=name)
        return people

    def _relay(self, name):
        given = read_relay((TEXTS / f"{name}.json").read_bytes())
        given["started"] += self.shift
        for post in given["posts"]:
            post["published"] += self.shift
        return given

    def _present(self, vibeke, mads):
        """Each relay's present, by the very verbs that editors use."""
        jonas = self._person("Jonas Hedelund-Aarsø", "køkkenchef", "Kantinekompagniet", "private")
        self._running(
            "madstafetten",
            jonas,
            "Jonas laver tre tusind frokoster om dagen til folk, der selv må vælge, om de vil "
            "spise dem. Hvad ville du bede mig om at slette i mit udbud?",
            by=vibeke,
            due_in=13,
        )
        linea = self._person("Linea Møgelvang", "ejendomschef", "Sønderå Kommune", "public")
        self._running(
            "byggestafetten",
            linea,
            "Linea skal passe på 41 skoler. Hvilken af dem ville hun bygge igen?",
            by=mads,
            due_in=2,
            text=(
                "Den skole, jeg ville bygge igen",
                "",
                (
                    "<p>Den ligger på Nørrevang og er fra 1931. Taget er tæt, vinduerne kan "
                    "skilles ad med en skruetrækker, og pedellen kan stå i kælderen uden at dukke "
                    "sig.</p><p>De tre nyeste af mine 41 skoler kan ingen af delene.</p>"
                ),
            ),
        )
        peder = self._person(
            "Peder Uldahl", "vagtchef", "Natlogistik", "private", phone="00 00 00 17"
        )
        self._running(
            "nattestafetten",
            peder,
            "Peder sender tyve lastbiler ud hver nat. Hvem ringer de til, når det går galt?",
            by=vibeke,
            due_in=-3,
        )
        ditte = self._person("Ditte Marvang", "kontorchef", "Styrelsen for Lovkvalitet", "public")
        self._running(
            "hoeringsstafetten",
            ditte,
            "Ditte får alle svarene. Læser nogen dem?",
            by=vibeke,
            due_in=3,
            text=(
                "Høring er ikke et pligtløb",
                "1.140 svar på et år. Jeg har læst dem alle, og jeg vil ikke undvære et eneste.",
                (
                    "<p>Sidste år modtog mit kontor 1.140 høringssvar. Jeg har læst dem alle. Det tog "
                    "71 arbejdsdage, og jeg vil ikke undvære en eneste.</p><p>Palle har ret i, at en "
                    "lille forening ikke kan læse 212 sider i sin sommerferie. Derfor prøver vi noget "
                    "nyt fra januar: Fire sider først, resten til dem, der vil have det.</p>"
                    "<h2>En kvittering, der betyder noget</h2><p>I dag får man et journalnummer. Fra "
                    "januar får man også at vide, hvilken paragraf der blev ændret – eller hvorfor "
                    "den ikke gjorde. Det er det mindste, vi skylder et menneske, der har brugt sin "
                    "lørdag på os.</p><p>Jeg ved ikke, om det giver færre svar. Jeg håber, det giver "
                    "bedre. Men det kræver, at nogen tør skrive kort til os, og det kan jeg ikke "
                    "beslutte alene.</p>"
                ),
            ),
            submit=True,
        )
        holm = self._person("Bodil Holm", "direktør", "Styrelsen for Tilsyn", "public")
        declined = self._offered(
            "tillidsstafetten", holm, "Bodil fører tilsyn med tillid. Hvad måler hun?", by=vibeke
        )
        baton.decline(
            declined,
            by=vibeke,
            reason="Har ikke tid før jul. Spørg gerne igen i det nye år.",
            ask_again_after=timezone.localdate() + timedelta(days=45),
            channel=Channel.PHONE,
        )
        self._prepared(vibeke, mads)

    def _prepared(self, vibeke, mads):
        """Two relays that readers do not know of yet: one has asked, one has only named."""
        maintenance = self._new(
            "Hvem betaler for det, der ikke gik i stykker?", "Vedligeholdelsen", "Politik", vibeke
        )
        yrsa = self._person("Yrsa Kvistgaard", "vejchef", "Vesterlund Kommune", "public")
        nominated = baton.nominate(
            maintenance,
            yrsa,
            by=vibeke,
            message="Vi beder Yrsa begynde, fordi hun har et budget til det, ingen opdager.",
        )
        baton.offer(nominated, by=vibeke)
        reading = self._new("Hvem lærer de voksne at læse?", "Læsestafetten", "Velfærd", mads)
        rigmor = self._person("Rigmor Skovbjælke", "bibliotekschef", "Sønderå Kommune", "public")
        baton.nominate(reading, rigmor, by=mads)

    def _news(self, vibeke, mads):
        author = Contributor.objects.create(
            name=vibeke.name,
            slug=unique_slug(vibeke.name, Contributor.objects),
            user=vibeke,
            email=vibeke.email,
            job_title="redaktør",
            organisation="Depechen",
        )
        items = json.loads((TEXTS / "news.json").read_text(encoding="utf-8"))["news"]
        for item in items:
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

    def _person(self, name, job_title, organisation, sector, **fields):
        slug = unique_slug(name, Contributor.objects)
        return Contributor.objects.create(
            name=name,
            slug=slug,
            email=f"{slug}@{unique_slug(organisation, Contributor.objects)}.example",
            job_title=job_title,
            organisation=organisation,
            sector=sector,
            **fields,
        )

    def _new(self, title, short_name, theme, editor):
        relay = Relay.objects.create(
            title=title,
            short_name=short_name,
            slug=unique_slug(short_name, Relay.objects),
            theme=Theme.objects.get(name=theme),
        )
        relay.editors.add(editor)
        return relay

    def _offered(self, slug, receiver, message, *, by):
        relay = Relay.objects.get(slug=slug)
        nominated = baton.nominate(relay, receiver, by=by, message=message)
        return baton.offer(nominated, by=by)

    def _running(self, slug, receiver, message, *, by, due_in, text=None, submit=False):
        """Somebody who said yes and has, or had, so many days left."""
        offered = self._offered(slug, receiver, message, by=by)
        handoff = baton.accept(offered, by=by, channel=Channel.MAIL)
        due = timezone.localdate() + timedelta(days=due_in)
        began = timezone.now() - timedelta(days=max(1, 15 - due_in))
        Leg.objects.filter(handoff=handoff).update(due=due, began=began)
        Handoff.objects.filter(pk=handoff.pk).update(offered=began, answered=began)
        if text:
            title, standfirst, body = text
            article = desk.article_for(handoff.leg)
            content = {"title": title, "standfirst": standfirst, "body": body}
            desk.save_draft(article, content, by=receiver.user, version=1)
            if submit:
                workflow.take_step(article, "submit", by=handoff.receiver.user)
