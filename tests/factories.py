"""Rows for tests. The caller names only what the test is about; nothing is random."""

from datetime import datetime, timedelta
from itertools import count

from django.contrib.auth.models import Group
from django.utils import timezone

from articles import desk, grants, replies, workflow
from articles.models import Access, Article, Byline, Draft, Follower
from relays import baton, danish, pictures
from relays.models import Contributor, Relay, Sector, Shape, Theme, User
from tests.pictures import upload

_numbers = count(1)

EDITOR, CHIEF_EDITOR = "Editor", "Chief editor"

BODY = "<p>Hver dag klokken 11.40 ruller bakkerne ud.</p><p>Klokken 13.15 ruller de tilbage.</p>"

# Two paragraphs open, and something behind the cut.
MEMBERS_BODY = f"{BODY}<p>Bag kurven ligger hemmeligheden.</p>"


def make_user(name="Frida Fremmed", *, group=None, **fields):
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@newsroom.example")
    user = User.objects.create_user(name=name, is_staff=bool(group), **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_editor(name="Vibeke Sandholt"):
    return make_user(name, group=EDITOR)


def make_chief_editor(name="Carl Chefvang"):
    return make_user(name, group=CHIEF_EDITOR)


def make_reader(name="Lea Læser", *, email=None, is_confirmed=True):
    """Somebody with a log-in by code, and nothing else."""
    user = make_user(name, **({"email": email} if email else {}))
    user.confirmed_email = user.email if is_confirmed else None
    user.save(update_fields=["confirmed_email"])
    return user


def make_trial_reader(name="Tina Prøve", **fields):
    reader = make_reader(name, **fields)
    grants.begin_trial(reader)
    return reader


def make_expired_reader(name="Eva Udløbet", **fields):
    """A reader whose trial is over since this moment."""
    reader, now = make_trial_reader(name, **fields), timezone.now()
    reader.grants.update(begins=now - grants.TRIAL, ends=now)
    return reader


def make_subscriber(name="Sine Abonnent", **fields):
    reader, today = make_reader(name, **fields), timezone.localdate()
    grants.subscribe(
        reader.email, "", first=today, last=today + timedelta(days=364), by=make_editor()
    )
    return reader


def make_members_article(title=None, **fields):
    article = Article.objects.create(access=Access.MEMBERS, **fields)
    Draft.objects.create(article=article)
    Byline.objects.create(article=article, contributor=make_contributor(sector=""))
    return publish(write(fresh(article), title=title, body=MEMBERS_BODY))


def make_superuser(name="Rod Rodvang"):
    number = next(_numbers)
    return User.objects.create_superuser(f"root{number}@newsroom.example", "secret", name=name)


def make_contributor(name=None, *, sector=Sector.PUBLIC, **fields):
    number = next(_numbers)
    name = name or f"Skribent {number}"
    fields.setdefault("email", f"skribent{number}@office.example")
    fields.setdefault("slug", danish.unique_slug(name, Contributor.objects))
    if "user" not in fields:
        fields["user"] = User.objects.create_user(name=name)
    return Contributor.objects.create(name=name, sector=sector, **fields)


def make_picture(shape=Shape.WIDE, **options):
    return pictures.take(upload(), shape=shape, **options)


def make_theme(name="Velfærd", **fields):
    return Theme.objects.get_or_create(name=name, defaults={"slug": danish.slug(name), **fields})[0]


def make_relay(title=None, *, finished_legs=0, running=False, **fields):
    """A relay with so many published legs, sectors taking turns; then one running, if asked."""
    title = title or f"Hvad skal der på tallerken {next(_numbers)}?"
    fields.setdefault("slug", danish.unique_slug(title, Relay.objects))
    relay = Relay.objects.create(title=title, **fields)
    for _leg in range(finished_legs):
        publish_leg(relay)
    if running:
        begin_leg(relay)
    return reload(relay)


def reload(relay):
    return Relay.objects.get_with_baton(relay.pk)


def next_sector(relay):
    leg = reload(relay).baton.leg
    return Sector.PRIVATE if leg and leg.sector == Sector.PUBLIC else Sector.PUBLIC


def make_handoff(relay, *, offered=False, accepted=False, receiver=None, **fields):
    receiver = receiver or make_contributor(sector=next_sector(relay))
    handoff = baton.nominate(relay, receiver, by=None, **fields)
    if offered or accepted:
        handoff = baton.offer(handoff, by=None)
    if accepted:
        handoff = baton.accept(handoff, by=None)
    return handoff


def begin_leg(relay, *, receiver=None):
    handoff = make_handoff(relay, accepted=True, receiver=receiver)
    return handoff.leg


def write(article, *, title=None, body=BODY, by=None, **content):
    content = {"title": title or f"Artikel {article.pk}", "body": body, **content}
    desk.save_draft(article, content, by=by, version=article.draft.version, change_approved=True)
    return fresh(article)


def fresh(article):
    return Article.objects.for_desk().get(pk=article.pk)


def make_leg_article(leg=None, **content):
    """The written, unsubmitted article of a running leg."""
    leg = leg or begin_leg(make_relay())
    return write(fresh(desk.article_for(leg)), **content)


def make_news(title=None, *, writer=None, **fields):
    article = Article.objects.create(**fields)
    Draft.objects.create(article=article)
    Byline.objects.create(article=article, contributor=writer or make_contributor(sector=""))
    return write(fresh(article), title=title)


def put(article, status, *, by=None):
    """Walk an article along the road to a status; `by` (a chief editor) takes the steps."""
    by = by or make_chief_editor()
    steps = {
        "draft": [],
        "submitted": ["submit"],
        "sent_back": ["submit", "send_back"],
        "approved": ["submit", "approve"],
        "scheduled": ["submit", "schedule"],
        "live": ["submit", "publish"],
    }[status]
    for step in steps:
        article = fresh(article)
        article = workflow.take_step(
            article,
            step,
            by=by,
            version=article.draft.version,
            note="–",
            publish_at=timezone.now() + timedelta(days=1),
        )
    return fresh(article)


def publish(article, *, by=None, at: datetime | None = None):
    article = put(article, "live", by=by)
    if at:
        Article.objects.filter(pk=article.pk).update(published_at=at)
        article.bylines.update(published_at=at)
    return fresh(article)


def publish_leg(relay, *, at=None, receiver=None, **content):
    leg = begin_leg(relay, receiver=receiver)
    return publish(make_leg_article(leg, **content), at=at)


def make_follower(*followed, address=None):
    """A reader who follows these relays and themes; nothing named: everything."""
    follower = Follower.objects.create(address=address or f"laeser{next(_numbers)}@home.example")
    for each in followed or [None]:
        what = "relay" if isinstance(each, Relay) else "theme"
        follower.follows.create(**{what: each} if each else {})
    return follower


def leg_states(relay):
    return list(relay.legs.order_by("pk").values_list("state", flat=True))


def handoff_states(relay):
    return list(relay.handoffs.order_by("pk").values_list("state", flat=True))


def moves(relay):
    return list(relay.moves.order_by("pk").values_list("verb", flat=True))


def steps(article):
    return list(article.moves.order_by("pk").values_list("step", flat=True))


def make_reply(article, *, by=None, name="Inger", words="Godt sagt.", **options):
    by = by or make_reader()
    return replies.send(article, by=by, name=name, words=words, **options)


def approve_reply(reply, *, by=None):
    by = by or make_editor()
    return replies.decide(reply, "approve", by=by, seen=reply.state)
