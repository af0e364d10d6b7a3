"""Who may ask for what: a row for every address, a column for every role."""

import hashlib
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, resolve, reverse
from django.utils import timezone

from articles import following, showings, workflow
from articles.models import AccessRequest, ChecklistItem, FollowRequest, Look, Page
from articles.models.tag import tags_for
from articles.readers.reply_forms import now
from relays import baton, signed
from relays.models import HeldKind, Letter, Link
from tests.factories import (
    approve_reply,
    begin_leg,
    fresh,
    make_chief_editor,
    make_contributor,
    make_editor,
    make_expired_reader,
    make_follower,
    make_handoff,
    make_leg_article,
    make_members_article,
    make_news,
    make_reader,
    make_relay,
    make_reply,
    make_subscriber,
    make_superuser,
    make_theme,
    make_trial_reader,
    make_user,
    publish_leg,
    put,
    write,
)
from tests.forms import fields_of
from tests.word_files import paragraph, word_file

pytestmark = pytest.mark.django_db

OUTSIDE = ["anonymous", "contributor", "other contributor", "expired", "trial", "member"]
ROLES = [*OUTSIDE, "editor", "chief editor", "superuser"]

# Who came by the link of a letter. It opens one turn; everywhere else they are anybody.
BY_LINK = ["holder", "former holder", "nominee"]

# address | GET | POST: what each role is answered, in the order of ROLES; one answer is for all,
# and of six the third is for readers too: expired, trial and member.
# "login" sends to the log-in, "+" changes rows. A POST sends what FORMS says.
TABLE = """
/ | 200 | 405
/feed.xml | 200 | 405
/sitemap.xml | 200 | 405
/sitemap-posts-{year}.xml | 200 | 405
/sitemap-relays.xml | 200 | 405
/robots.txt | 200 | 405
/relays/ | 200 | 405
/relays/running/ | 200 | 405
/relays/running/feed.xml | 200 | 405
/relays/running/1/ | 302 | 405
/relays/running/all/ | 200 | 405
/archive/ | 302 | 405
/archive/2001/ | 404 | 405
/relays/not-begun/ | 404 | 405
/embed/relays/running/ | 200 | 405
/embed/relays/not-begun/ | 404 | 405
/articles/published/ | 200 | 405
/articles/scheduled/ | 404 | 405
/articles/members/ | 200 | 405
/articles/members/full/ | login 200 200 200 200 200 200 200 200 | 405
/articles/published/full/ | 302 | 405
/articles/scheduled/full/ | 404 | 405
/account/access/trial/members/ | 200 302 302 302 302 302 | 302+ 302 302 302 302 302
/account/access/trial/members/begin/ | login 302 302 302 302 302 | login 302 302 302 302 302
/account/access/ask/ | login 200 200 200 200 200 | login 409 409 302+ 302+ 409 409 409 409
/articles/published/replies/ | 200 | 200
/articles/scheduled/replies/ | 404 | 404
/articles/published/replies/code/ | 302 | 302+ 302 302 302 302 302
/articles/published/replies/send/ | 302 | 403 302+ 302+ 302+ 302+ 302+
/articles/published/replies/{reply}/ | login 200 404 404 404 404 | 405
/pages/om/ | 200 | 405
/themes/ | 200 | 405
/themes/velfaerd/ | 200 | 405
/themes/velfaerd/feed.xml | 200 | 405
/tags/mad/ | 200 | 405
/contributors/ | 200 | 405
/contributors/contributor/ | 200 | 405
/contributors/contributor/feed.xml | 200 | 405
/contributors/asked/ | 404 | 405
/media/picture.webp | 200 | 405
/search/ | 200 | 405
/search/?q=published | 200 | 405
/health/ | 503 | 405
/baton/link/unknown/ | 410 | 405
/baton/new-link/ | 200 | 200
/baton/not-me/ | 200 | 405
/baton/stood-down/ | 200 | 405
/baton/{offered}/ | 404 | 405
/baton/{offered}/answer/ | 302 | 404
/baton/{offered}/presentation/ | 302 | 404
/baton/{offered}/date/ | 302 | 404
/baton/{offered}/colleague/ | 302 | 404
/baton/{offered}/return/ | 302 | 404
/baton/{offered}/nominations/ | 302 | 404
/baton/{offered}/dates.ics | 404 | 405
/baton/{offered}/replies/ | 404 | 404
/baton/{offered}/showings/ | 404 | 404
/baton/{offered}/showings/{showing}/revoke/ | 302 | 404
/baton/{offered}/text/ | 404 | 404
/baton/{offered}/text/word/ | 302 | 404
/baton/{offered}/text/draft/ | 302 | 404
/baton/{offered}/text/revisions/ | 404 | 405
/baton/{offered}/text/revisions/1/ | 404 | 404
/baton/{offered}/text/preview/ | 404 | 405
/baton/{offered}/text/changes/ | 404 | 405
/baton/{offered}/text/steps/ | 302 | 404
/follow/ | 200 | 302+
/follow/?relay=running | 200 | 302+
/follow/?relay=not-begun | 404 | 302+
/follow/sent/ | 200 | 405
/follow/confirm/{confirm}/ | 200 | 302+
/follow/confirm/{stop}/ | 410 | 410
/follow/stop/{stop}/ | 200 | 200+
/follow/stop/{confirm}/ | 410 | 410
/show/unknown/ | 410 | 405
/show/unknown/remarks/ | 302 | 410
/show/unknown/thanks/ | 410 | 405
/account/ | login 200 200 200 200 200 | 405
/account/replies/{reply}/erase/ | 302 | login 302+ 404 404 404 404
/account/name/ | 302 | login 302+ 302+ 302+ 302+ 302+
/account/sessions/{session}/end/ | 302 | login 302 404 404 404 404
/account/sessions/others/end/ | 302 | login 302 302 302 302 302
/account/data/ | login 200 200 200 200 200 | 405
/account/erase/ | login 200 200 200 200 200 | login 409 302+ 409 409 409
/account/erased/ | 200 | 405
/account/login/ | 200 302 302 302 302 302 | 200 302 302 302 302 302
/account/login/code/ | login | 302+ 302 302 302 302 302
/account/login/code/confirm/ | login 302 302 302 302 302 | login 302 302 302 302 302
/account/logout/ | 302 200 200 200 200 200 | 302
/account/closed/ | 200 | 405
/account/reauthenticate/ | login 404 404 403 403 200 | login 404 404 403 403 200
/account/password/ | login 404 404 302 302 200 | login 404 404 302 302 200
/account/password/new/ | login 404 404 200 200 302 | login 404 404 302+ 302+ 302
/account/second-factor/ | login 404 404 200 200 200 | login 404 404 405 405 405
/account/second-factor/authenticate/ | login 302 302 302 302 302 | login 302 302 302 302 302
/account/second-factor/reauthenticate/ | login 404 404 403 403 302 | login 404 404 403 403 302
/account/second-factor/app/ | login 404 404 200 200 302 | login 404 404 200 200 302
/account/second-factor/app/remove/ | login 404 404 404 404 404 | login 404 404 404 404 404
/account/second-factor/codes/ | login 404 404 404 404 404 | login 404 404 405 405 405
/account/second-factor/codes/new/ | login 404 404 200 200 302 | login 404 404 200 200 302
/account/second-factor/codes/download/ | login 404 404 404 404 404 | login 404 404 404 404 404
/account/second-factor/passkeys/ | 302 | 302
/account/second-factor/passkeys/add/ | login 404 404 200 200 302 | login 404 404 200 200 302
/account/second-factor/passkeys/login/ | login 302 302 302 302 302 | login 302 302 302 302 302
/account/second-factor/passkeys/reauthenticate/ | login 404 404 403 403 302 | login 404 404 403 403 302
/account/second-factor/passkeys/1/remove/ | login 404 404 404 404 302 | login 404 404 404 404 302
/admin/ | login login login 200 200 200 | login login login 200 200 200
/admin/plan/ | login login login 200 200 200 | login login login 200 200 200
/admin/nowhere/ | login login login 404 404 404 | login login login 404 404 404
/admin/login/ | login 403 403 302 302 302 | login 403 403 302 302 302
/admin/logout/ | 302 302 302 405 405 405 | 302 302 302 200 200 200
/admin/password_change/ | login login login 200 200 200 | login login login 200 200 302+
/admin/password_change/done/ | login login login 200 200 200 | login login login 405 405 405
/admin/autocomplete/?app_label=relays&model_name=handoff&field_name=receiver | login login login 200 200 200 | login login login 405 405 405
/admin/jsi18n/ | login login login 200 200 200 | login login login 405 405 405
/admin/editor-words.js | 200 | 405
/admin/r/{contributor_type}/{contributor}/ | login login login 302 302 302 | login login login 302 302 302
/admin/auth/ | login login login 404 404 200 | login login login 404 404 200
/admin/relays/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/ | login login login 200 200 200 | login login login 200 200 200
/admin/auth/group/ | login login login 403 403 200 | login login login 403 403 200
/admin/auth/group/add/ | login login login 403 403 200 | login login login 403 403 302+
/admin/auth/group/{group}/ | login login login 302 302 302 | login login login 302 302 302
/admin/auth/group/{group}/change/ | login login login 403 403 200 | login login login 403 403 302+
/admin/auth/group/{group}/delete/ | login login login 403 403 200 | login login login 403 403 302+
/admin/auth/group/{group}/history/ | login login login 403 403 200 | login login login 403 403 200
/admin/relays/user/ | login login login 403 200 200 | login login login 403 200 200
/admin/relays/user/add/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/relays/user/{user}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/user/{user}/change/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/relays/user/{superuser}/change/ | login login login 403 200 200 | login login login 403 403 302+
/admin/relays/user/{user}/password/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/relays/user/{superuser}/password/ | login login login 403 403 200 | login login login 403 403 302+
/admin/relays/user/{user}/delete/ | login login login 403 403 200 | login login login 403 403 302+
/admin/relays/user/{user}/history/ | login login login 403 200 200 | login login login 403 200 200
/admin/relays/contributor/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/contributor/add/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/contributor/{contributor}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/contributor/{contributor}/change/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/contributor/{contributor}/delete/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/contributor/{unknown}/delete/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/contributor/{contributor}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/theme/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/theme/add/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/relays/theme/{theme}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/theme/{theme}/change/ | login login login 200 200 200 | login login login 403 302+ 302+
/admin/relays/theme/{theme}/delete/ | login login login 403 200 200 | login login login 403 200 200
/admin/relays/theme/{bare_theme}/delete/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/relays/theme/{theme}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/relay/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/relay/add/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/relay/{running}/change/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/delete/ | login login login 403 403 200 | login login login 403 403 200
/admin/relays/relay/{running}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/relay/{running}/leg/{leg}/article/ | login login login 405 405 405 | login login login 302+ 302+ 302+
/admin/relays/relay/{free}/nominate/{free}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{begins}/offer/{nominated}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/approve/{named}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/unapprove/{ticked}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/move_up/{ticked}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/replace/{named}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/keep/{named}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/accept/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/decline/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/withdraw/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/readdress/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/renew_link/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{not_begun}/rest_handoff/{offered}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/extend/{leg}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/rest_leg/{leg}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{free}/pause/{free}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{paused}/resume/{paused}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/stand_in/{leg}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{running}/abandon/{leg}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{free}/close/{free}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{finished}/reopen/{finished}/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/relay/{free}/delete/{free}/ | login login login 404 404 404 | login login login 404 404 404
/admin/relays/letter/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/letter/test/ | 405 | login login login 302+ 302+ 302+
/admin/relays/letter/add/ | login login login 403 403 403 | login login login 403 403 403
/admin/relays/letter/{letter}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/letter/{letter}/change/ | login login login 200 200 200 | login login login 403 403 403
/admin/relays/letter/{letter}/delete/ | login login login 403 403 403 | login login login 403 403 403
/admin/relays/letter/{letter}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/heldkind/ | login login login 200 200 200 | login login login 200 200 200
/admin/relays/heldkind/add/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/heldkind/{held_kind}/ | login login login 302 302 302 | login login login 302 302 302
/admin/relays/heldkind/{held_kind}/change/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/heldkind/{held_kind}/delete/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/relays/heldkind/{held_kind}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/article/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/article/add/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/article/{draft}/change/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/review/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/delete/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{published}/delete/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/article/{draft}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/article/{published}/revisions/1/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{published}/compare/ | login login login 200 200 200 | login login login 405 405 405
/admin/articles/article/{draft}/draft/ | login login login 405 405 405 | login login login 200+ 200+ 200+
/admin/articles/article/{homeless}/leg/ | login login login 405 405 405 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/word/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/showings/ | login login login 200 200 200 | login login login 201+ 201+ 201+
/admin/articles/article/{shown}/showings/{showing}/revoke/ | 405 | login login login 302+ 302+ 302+
/admin/articles/article/{shown}/showings/{showing}/item/ | 405 | login login login 302+ 302+ 302+
/admin/articles/article/{draft}/checklist/ | 405 | login login login 302+ 302+ 302+
/admin/articles/checklistitem/ | login login login 403 200 200 | login login login 403 200 200
/admin/articles/checklistitem/add/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/checklistitem/{item}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/checklistitem/{item}/change/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/checklistitem/{item}/delete/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/checklistitem/{item}/history/ | login login login 403 200 200 | login login login 403 200 200
/admin/articles/reply/ | login login login 200 200 200 | 405
/admin/articles/reply/{reply}/decision/ | 405 | login login login 302+ 302+ 302+
/admin/articles/tag/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/tag/add/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/tag/{tag}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/tag/{tag}/change/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/tag/{tag}/delete/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/tag/{tag}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/grant/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/grant/add/ | login login login 403 403 403 | login login login 403 403 403
/admin/articles/grant/subscription/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/grant/organisation/ | login login login 200 200 200 | login login login 302+ 302+ 302+
/admin/articles/grant/list/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/grant/list/give/ | 405 | login login login 302 302 302
/admin/articles/grant/{grant}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/grant/{grant}/change/ | login login login 200 200 200 | login login login 403 403 403
/admin/articles/grant/{grant}/extend/ | 405 | login login login 302+ 302+ 302+
/admin/articles/grant/{grant}/end/ | 405 | login login login 302+ 302+ 302+
/admin/articles/grant/{grant}/delete/ | login login login 403 403 403 | login login login 403 403 403
/admin/articles/grant/{grant}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/accessrequest/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/accessrequest/add/ | login login login 403 403 403 | login login login 403 403 403
/admin/articles/accessrequest/{request}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/accessrequest/{request}/change/ | login login login 200 200 200 | login login login 403 403 403
/admin/articles/accessrequest/{request}/close/ | 405 | login login login 302+ 302+ 302+
/admin/articles/accessrequest/{request}/delete/ | login login login 403 403 403 | login login login 403 403 403
/admin/articles/accessrequest/{request}/history/ | login login login 200 200 200 | login login login 200 200 200
/admin/articles/follower/ | login login login 403 200 200 | login login login 403 200 200
/admin/articles/follower/add/ | login login login 403 403 403 | login login login 403 403 403
/admin/articles/follower/{follower}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/follower/{follower}/change/ | login login login 403 200 200 | login login login 403 403 403
/admin/articles/follower/{follower}/delete/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/follower/{follower}/history/ | login login login 403 200 200 | login login login 403 200 200
/admin/relays/letter/{to_reader}/change/ | login login login 302 200 200 | login login login 403 403 403
/admin/articles/page/ | login login login 403 200 200 | login login login 403 200 200
/admin/articles/page/add/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/page/{page}/ | login login login 302 302 302 | login login login 302 302 302
/admin/articles/page/{page}/change/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/page/{page}/delete/ | login login login 403 200 200 | login login login 403 302+ 302+
/admin/articles/page/{page}/history/ | login login login 403 200 200 | login login login 403 200 200
"""

# The pages of a turn | GET | POST: what each of BY_LINK is answered on the turn that is theirs.
# A turn that is not theirs is not there: 404, whatever is asked of it.
TURNS = """
/baton/{turn}/ | 200 | 405
/baton/{turn}/answer/ | 302 | 302 302 302+
/baton/{turn}/presentation/ | 302 | 302+ 302 302
/baton/{turn}/date/ | 302 | 302+ 302 404
/baton/{turn}/colleague/ | 302 | 302+ 409 404
/baton/{turn}/return/ | 302 | 302+ 302 404
/baton/{turn}/nominations/ | 302 | 302+ 409 409
/baton/{turn}/dates.ics | 200 200 404 | 405
/baton/{turn}/replies/ | 200 200 404 | 302+ 302+ 404
/baton/{turn}/showings/ | 200 200 404 | 201+ 409 404
/baton/{turn}/showings/{showing}/revoke/ | 302 | 302+ 404 404
/baton/{turn}/text/ | 200 200 404 | 302+ 409 404
/baton/{turn}/text/word/ | 302 | 302+ 409 404
/baton/{turn}/text/draft/ | 302 | 200+ 409 404
/baton/{turn}/text/revisions/ | 200 200 404 | 405
/baton/{turn}/text/revisions/1/ | 200 200 404 | 302+ 302 404
/baton/{turn}/text/preview/ | 200 200 404 | 405
/baton/{turn}/text/changes/ | 200 404 404 | 405
/baton/{turn}/text/steps/ | 302 | 302+ 302 404
"""

DOORS = ("/admin/login/", "/account/login/")
PASSWORD = {
    "usable_password": "true",
    "password1": "Madvogn-2026",
    "password2": "Madvogn-2026",
}
# What a POST sends, and on a page that changes a row what differs from the form as it opens.
FORMS = {
    "/account/access/trial/members/": {"name": "Ny", "email": "ny@office.example"},
    "/account/access/ask/": {"words": "Må jeg læse videre?"},
    "/account/name/": {"name": "Ny"},
    "/articles/published/replies/": {"words": "Ny"},
    "/articles/published/replies/code/": {"words": "Ny", "email": "ny@office.example"},
    "/articles/published/replies/send/": {"words": "Ny", "name": "Ny", "shown": "{form_time}"},
    "/admin/articles/reply/{reply}/decision/": {"verb": "approve", "seen": "waiting"},
    "/account/erase/": {"sure": "on"},
    "/account/login/code/": {"email": "ny@office.example"},
    "/account/password/new/": {"password1": "Madvogn-2026", "password2": "Madvogn-2026"},
    "/admin/password_change/": {
        "old_password": "secret",
        "new_password1": "Madvogn-2026",
        "new_password2": "Madvogn-2026",
    },
    "/admin/auth/group/add/": {"name": "Korrektur"},
    "/admin/auth/group/{group}/change/": {"name": "Korrektur"},
    "/admin/relays/user/add/": {
        "email": "ny@newsroom.example",
        "name": "Ny",
        "usable_password": "false",
    },
    "/admin/relays/user/{user}/change/": {"name": "Ny"},
    "/admin/relays/user/{superuser}/change/": {"name": "Ny"},
    "/admin/relays/user/{user}/password/": PASSWORD,
    "/admin/relays/user/{superuser}/password/": PASSWORD,
    "/admin/relays/contributor/add/": {"name": "Ny"},
    "/admin/relays/contributor/{contributor}/change/": {"name": "Ny"},
    "/admin/relays/theme/add/": {"name": "Ny"},
    "/admin/relays/theme/{theme}/change/": {"name": "Ny"},
    "/admin/relays/relay/add/": {
        "title": "Ny?",
        "first_runner": "{contributor}",
        "alternation": "off",
        "answer_days": "5",
        "write_days": "14",
        "edit_days": "7",
        "language": "da",
    },
    "/admin/relays/relay/{running}/change/": {"title": "Ny?"},
    "/admin/relays/relay/{free}/nominate/{free}/": {"receiver": "{unknown}"},
    "/admin/relays/relay/{running}/replace/{named}/": {"receiver": "{unknown}"},
    "/admin/relays/relay/{running}/stand_in/{leg}/": {
        "name": "Ny",
        "email": "ny@office.example",
    },
    "/admin/relays/relay/{not_begun}/accept/{offered}/": {"channel": "phone"},
    "/admin/relays/relay/{not_begun}/decline/{offered}/": {"channel": "phone"},
    "/admin/relays/relay/{not_begun}/readdress/{offered}/": {"email": "ny@office.example"},
    "/admin/relays/relay/{not_begun}/rest_handoff/{offered}/": {"until": "2099-01-05"},
    "/admin/relays/relay/{running}/extend/{leg}/": {"due": "2099-01-05"},
    "/admin/relays/relay/{running}/rest_leg/{leg}/": {"until": "2099-01-05"},
    "/admin/relays/relay/{free}/pause/{free}/": {"until": "2099-01-05"},
    "/admin/relays/heldkind/add/": {"kind": "lapsed"},
    "/admin/relays/heldkind/{held_kind}/change/": {"kind": "lapsed"},
    "/follow/": {"email": "ny@home.example"},
    "/follow/?relay=running": {"email": "ny@home.example"},
    "/follow/?relay=not-begun": {"email": "ny@home.example"},
    "/baton/new-link/": {"email": "nobody@office.example"},
    "/admin/articles/article/add/": {
        "title": "Ny",
        "access": "open",
        "replies": "open",
        "language": "da",
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
    },
    "/admin/articles/article/{draft}/review/": {"version": "2", "message": "Fin tekst."},
    "/admin/articles/article/{draft}/change/": {"title": "Ny", "_step_submit": "1"},
    "/admin/articles/article/{draft}/word/": {"version": "2", "word": word_file(paragraph("Ny"))},
    "/admin/articles/article/{draft}/showings/": {"show-name": "Ny", "show-purpose": "preview"},
    "/admin/articles/article/{shown}/showings/{showing}/item/": {"item": "{item}"},
    "/admin/articles/article/{draft}/checklist/": {"tick": "{item}"},
    "/admin/articles/checklistitem/add/": {"label": "Ny", "position": "1"},
    "/admin/articles/checklistitem/{item}/change/": {"label": "Ny"},
    "/admin/articles/grant/subscription/": {
        "email": "ny@office.example",
        "first": "2099-01-01",
        "last": "2099-12-31",
    },
    "/admin/articles/grant/organisation/": {
        "domain": "office.example",
        "first": "2099-01-01",
        "last": "2099-12-31",
    },
    "/admin/articles/grant/list/": {
        "file": b"e-mail\nny@office.example\n",
        "first": "2099-01-01",
        "last": "2099-12-31",
    },
    "/admin/articles/grant/{grant}/extend/": {"last": "2032-12-31"},
    "/admin/articles/article/{draft}/draft/": {"title": "Ny", "version": "2"},
    "/admin/articles/page/add/": {"title": "Ny", "body": "<p>Ny</p>", "language": "da"},
    "/admin/articles/page/{page}/change/": {"title": "Ny"},
    "/admin/articles/tag/add/": {"name": "Ny", "slug": "ny"},
    "/admin/articles/tag/{tag}/change/": {"name": "Ny"},
}


TURN_FORMS = {
    "/baton/{turn}/answer/": {"answer": "yes"},
    "/baton/{turn}/presentation/": {"you-name": "Ny"},
    "/baton/{turn}/date/": {"due": "2099-01-05"},
    "/baton/{turn}/colleague/": {"colleague-name": "Ny", "colleague-email": "ny@office.example"},
    "/baton/{turn}/nominations/": {
        "next-name": "Ny",
        "next-sector": "public",
        "next-message": "Ny",
    },
    "/baton/{turn}/replies/": {"answers": "{reply}", "words": "Ny"},
    "/baton/{turn}/showings/": {"show-name": "Ny"},
    "/baton/{turn}/text/": {"title": "Ny", "version": "{version}"},
    "/baton/{turn}/text/word/": {"version": "{version}", "word": word_file(paragraph("Ny"))},
    "/baton/{turn}/text/draft/": {"title": "Ny", "version": "{version}"},
    "/baton/{turn}/text/steps/": {"step": "agree", "version": "{version}"},
}


def rows_of_the_table():
    for address, get, post in columns(TABLE):
        yield address, for_each_role(get), for_each_role(post)


def rows_of_turns():
    for address, get, post in columns(TURNS):
        yield address, for_each_by_link(get), for_each_by_link(post)


def columns(table):
    for line in table.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


def for_each_role(column):
    answers = column.split()
    if len(answers) == 1:
        answers *= len(ROLES)
    elif len(answers) == len(ROLES) - 3:
        answers[3:3] = answers[2:3] * 3
    by_role = dict(zip(ROLES, answers, strict=True))
    return by_role | dict.fromkeys(BY_LINK, by_role["anonymous"])


def for_each_by_link(column):
    answers = column.split()
    return dict(zip(BY_LINK, answers * 3 if len(answers) == 1 else answers, strict=True))


# The scene -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def users(made_once):
    return make_users()


def make_users():
    """Somebody in each role; the contributor has a leg that runs and a text."""
    return {
        "anonymous": None,
        "contributor": make_user("Contributor"),
        "other contributor": make_contributor("Other", slug="other").user,
        "expired": make_expired_reader(),
        "trial": make_trial_reader(),
        "member": make_subscriber(),
        "editor": make_editor(),
        "chief editor": make_chief_editor(),
        "superuser": make_superuser(),
    }


@pytest.fixture(scope="module")
def scene(users):
    (settings.MEDIA_ROOT / "picture.webp").write_bytes(b"")
    return make_scene(users)


def make_scene(users):
    """What the addresses of the table speak of."""
    theme, [tag] = make_theme("Velfærd"), tags_for(["Mad"])
    contributor = make_contributor(
        "Contributor", slug="contributor", organisation="Byen", user=users["contributor"]
    )
    asked = make_contributor("Asked", slug="asked", sector="")
    running = make_relay("Running", slug="running", theme=theme, alternation="off")
    published = publish_leg(running, receiver=contributor, title="Published")
    published.tags.add(tag)
    write(published, title="Newer")  # so that going back to its first revision is an act
    draft = make_leg_article(begin_leg(make_relay(), receiver=contributor), title="Draft")
    scheduled = make_news("Scheduled", slug="scheduled", writer=contributor)
    homeless = make_leg_article(title="Homeless")
    baton.abandon(homeless.leg, by=None)
    make_members_article("Members")
    shown = make_leg_article(title="Shown")
    showing, _address = showings.show(shown, name="Lawyer", by=users["editor"])
    not_begun = make_relay("Not begun", slug="not-begun")
    begins = make_relay("Begins")
    finished = baton.close(make_relay("Finished", finished_legs=1), by=None)
    follower = make_follower(running)
    following.ask("asks@home.example")
    request = FollowRequest.objects.get()
    rows = {
        "running": running,
        "leg": begin_leg(running, receiver=contributor),
        "named": make_handoff(running, receiver=asked),
        "ticked": baton.approve(make_handoff(running), by=None),
        "free": make_relay("Free", finished_legs=1),
        "finished": finished,
        "not_begun": not_begun,
        "offered": make_handoff(not_begun, offered=True, receiver=asked),
        "letter": Letter.objects.filter(kind="invitation").first(),
        "held_kind": HeldKind.objects.create(kind="morning"),
        "paused": baton.pause(make_relay("Paused"), date(2099, 1, 5), by=None),
        "begins": begins,
        "nominated": make_handoff(begins, receiver=asked),
        "published": published,
        "draft": draft,
        "scheduled": put(scheduled, "scheduled"),
        "homeless": homeless,
        "shown": shown,
        "showing": showing,
        "item": ChecklistItem.objects.create(label="Facts"),
        "theme": theme,
        "bare_theme": make_theme("Ledelse"),
        "tag": tag,
        "page": Page.objects.create(title="Om", slug="om", body="<p>Om os</p>"),
        "contributor": contributor,
        "unknown": make_contributor("Unknown", sector="", user=None),
        "user": make_user(),
        "superuser": users["superuser"],
        "follower": follower,
        "to_reader": Letter.objects.get(kind="follow_request"),
        "group": Group.objects.create(name="Sprog"),
        "session": UserSession.objects.create(
            user=users["contributor"], session_key="theirs", ip="127.0.0.1", user_agent="theirs"
        ),
        "reply": make_reply(published, by=users["contributor"]),
        "grant": users["member"].grants.get(),
        "request": AccessRequest.objects.create(user=make_reader()),
        "contributor_type": ContentType.objects.get_for_model(contributor),
    }
    tokens = {
        "confirm": token_of(signed.path_of("follow:confirm", request.pk)),
        "stop": token_of(follower.follows.get().stop_path),
    }
    keys = {name: row.pk for name, row in rows.items()}
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        form_time = now()  # a form that somebody has had the time to read
    said = {"year": timezone.localdate().year, "form_time": form_time}
    return keys | tokens | said


def token_of(path):
    return path.strip("/").rpartition("/")[2]


@pytest.fixture(scope="module")
def turns(scene):
    """What the addresses of TURNS speak of, for each who came by a link."""
    return make_turns()


def make_turns():
    """One who has written, whoever took the baton from them and has a question of the editors to
    answer, and one who has only been asked."""
    relay = make_relay()
    written = publish_leg(relay)
    reply = approve_reply(make_reply(written))
    editor, runner = make_editor(), make_contributor(sector="private", organisation="Byen")
    text = make_leg_article(begin_leg(relay, receiver=runner))
    writer = text.leg.contributor.user
    workflow.take_step(text, "submit", by=writer, version=text.draft.version)
    text = write(fresh(text), title="Two words of ours", by=editor)
    workflow.take_step(text, "ask_writer", by=editor, version=text.draft.version)
    handoffs = {
        "holder": text.leg.handoff,
        "former holder": written.leg.handoff,
        "nominee": make_handoff(make_relay(), offered=True),
    }
    showing, _address = showings.show(fresh(text), name="Lawyer", by=writer)
    return {
        role: {
            "turn": handoff.pk,
            "link": reverse("relays:link", args=[Link.make(handoff)]),
            "showing": showing.pk,
            "reply": reply.pk,
            "version": fresh(text).draft.version,
        }
        for role, handoff in handoffs.items()
    }


@pytest.fixture
def browser_of(users, turns):
    """`browser_of(role)`: a new browser of theirs each time, for some POSTs log out."""

    def browser_of(role):
        client = Client()
        if role in BY_LINK:
            client.get(turns[role]["link"])
        elif users[role]:
            client.force_login(users[role])
        return client

    return browser_of


@pytest.fixture
def forms(browser_of, scene):
    """What a POST to each address sends, so that it acts where it may."""
    client = browser_of("superuser")
    forms = {}
    for address, said in FORMS.items():
        shown = fields_of(client.get(address.format(**scene))) if "/change/" in address else {}
        forms[address] = shown | {name: filled_in(value, scene) for name, value in said.items()}
    return forms


def filled_in(value, scene):
    """A field as the scene has it; bytes are a file, anew for every POST."""
    return value if isinstance(value, bytes) else value.format(**scene)


def as_file(value):
    return ContentFile(value, "file") if isinstance(value, bytes) else value


def answer_to(client, method, address, form=None):
    """The answer to a browser, as the table says it."""
    form = {name: as_file(value) for name, value in (form or {}).items()}
    response = getattr(client, method)(address, form)
    response.getvalue()  # a file is closed when it has been read
    if response.status_code == 302 and response.url.partition("?")[0] in DOORS:
        return "login"
    return str(response.status_code)


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def all_rows():
    """A checksum of every table that is ours, and of the admin's log. Not of what an editor has
    looked at: that is what a GET is, and nothing depends on it."""
    ours = {"relays", "articles", "taggit", "auth", "admin", "account", "mfa"}
    return {
        model._meta.label: checksum(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ours and model is not Look
    }


def checksum(model):
    fields = [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]
    rows = list(model._default_manager.order_by("pk").values_list(*fields))
    return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()


def routes(resolver=None, before=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern).removeprefix("^")  # as a match says it
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern, route)
        else:
            yield route


# The walk ------------------------------------------------------------------------------------


def test_every_address_of_the_site_has_a_row(scene):
    rows = {
        resolve(address.format(**scene).partition("?")[0]).route
        for address, _get, _post in rows_of_the_table()
    }

    assert [route for route in routes() if route not in rows] == []


@pytest.mark.parametrize("role", [*ROLES, *BY_LINK])
def test_a_get_answers_as_the_table_says_and_changes_nothing(browser_of, scene, role):
    before = all_rows()

    found = {
        address: answer_to(browser_of(role), "get", address.format(**scene))
        for address, _get, _post in rows_of_the_table()
    }

    assert found == {address: get[role] for address, get, _post in rows_of_the_table()}
    assert all_rows() == before


@pytest.mark.parametrize("role", ["anonymous", "chief editor"])
def test_no_cache_keeps_what_is_for_one_person_nor_the_no_of_the_others(browser_of, scene, role):
    said = {
        address: browser_of(role).get(address.format(**scene)).headers.get("Cache-Control")
        for address, _get, _post in rows_of_the_table()
        if address.startswith(FOR_ONE) or "/full/" in address or "/published/replies/" in address
    }

    assert {address for address, words in said.items() if words != "private, no-store"} == set()


FOR_ONE = ("/account/", "/admin/", "/baton/", "/show/")


@pytest.mark.parametrize("role", [*ROLES, *BY_LINK])
def test_a_post_changes_rows_only_with_the_right(browser_of, scene, forms, role):
    def post(address):
        form = {"post": "yes"} | forms.get(address, {})  # the admin's word for a meant deletion
        return answer_to(browser_of(role), "post", address.format(**scene), form)

    expected = {address: answers[role] for address, _get, answers in rows_of_the_table()}
    assert posted(post, expected) == expected


@pytest.mark.parametrize("role", BY_LINK)
def test_a_link_opens_its_own_turn_as_the_table_says(browser_of, turns, role):
    def get(address):
        return answer_to(browser_of(role), "get", address.format(**turns[role]))

    def post(address):
        return answer_to(browser_of(role), "post", *turn_post(address, turns[role]))

    before = all_rows()
    expected = {address: answers[role] for address, answers, _post in rows_of_turns()}
    assert {address: get(address) for address in expected} == expected
    assert all_rows() == before

    expected = {address: answers[role] for address, _get, answers in rows_of_turns()}
    assert posted(post, expected) == expected


@pytest.mark.parametrize("role", [*ROLES, *BY_LINK])
def test_a_turn_that_is_not_ones_own_is_not_there(browser_of, turns, role):
    """Nor is it for whoever holds the baton before or after, or is logged in."""
    before = all_rows()
    for owner in BY_LINK:
        for address, _get, post in rows_of_turns() if owner != role else ():
            theirs, form = turn_post(address, turns[owner])
            looked = browser_of(role).get(theirs, follow=True)
            assert looked.status_code == 404, (owner, address)
            if post[owner] != "405":
                assert answer_to(browser_of(role), "post", theirs, form) == "404", (owner, address)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("role", "address", "page"),
    [
        ("nominee", "/baton/{turn}/answer/", "/baton/{turn}/"),
        ("holder", "/baton/{turn}/nominations/", "/baton/{turn}/"),
        ("holder", "/baton/{turn}/date/", "/baton/{turn}/"),
        ("holder", "/baton/{turn}/text/word/", "/baton/{turn}/text/"),
        ("holder", "/baton/{turn}/showings/{showing}/revoke/", "/baton/{turn}/showings/"),
    ],
)
def test_a_tab_that_is_loaded_again_after_a_refused_form_has_its_page(
    browser_of, turns, role, address, page
):
    client, turn = browser_of(role), turns[role]

    looked = client.get(address.format(**turn), follow=True)

    assert looked.redirect_chain == [(page.format(**turn), 302)]
    assert (looked.status_code, looked.headers["Cache-Control"]) == (200, "private, no-store")
    assert client.head(address.format(**turn)).status_code == 302
    assert client.put(address.format(**turn)).status_code == 405


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/articles/published/replies/send/", "/articles/published/replies/"),
        ("/articles/published/replies/code/", "/articles/published/replies/"),
        ("/account/name/", "/account/"),
        ("/account/sessions/others/end/", "/account/"),
        ("/baton/new-link/", None),
    ],
)
def test_so_has_a_reader_who_loads_theirs_again(browser_of, address, page):
    client = browser_of("member")

    looked = client.get(address, follow=True)

    assert looked.redirect_chain == ([(page, 302)] if page else [])
    assert (looked.status_code, looked.headers["Cache-Control"]) == (200, "private, no-store")
    assert client.put(address).status_code == 405


def turn_post(address, turn):
    """A turn's address, and the form that acts there where it may."""
    form = {name: filled_in(value, turn) for name, value in TURN_FORMS.get(address, {}).items()}
    return address.format(**turn), form


def posted(post, expected):
    """The answers to a POST of each address, with a "+" where it changed rows."""
    before = all_rows()
    found = {address: post(address) for address, answer in expected.items() if "+" not in answer}
    assert all_rows() == before

    for address in expected.keys() - found.keys():
        with rolled_back():
            found[address] = post(address) + ("+" if all_rows() != before else "")
    return found


def test_every_page_of_a_turn_has_a_row(turns):
    rows = {
        resolve(turn_post(address, turns["holder"])[0]).route for address, _, _ in rows_of_turns()
    }
    pages = {route for route in routes() if route.startswith("baton/<int:handoff_id>/")}
    assert rows == pages


# What every reader may do: their own account, what a link in a mail to them says, and a comment
# that waits.
READERS_OWN = ("/account/", "/follow/", "/articles/published/replies/")


def test_who_is_not_of_the_newsroom_changes_nothing():
    """The table itself: a "+" stands in the columns of editors only, but for one's own."""
    for address, get, post in rows_of_the_table():
        assert not any("+" in answer for answer in get.values()), address
        if not address.startswith(READERS_OWN):
            assert not any("+" in post[role] for role in OUTSIDE), address
