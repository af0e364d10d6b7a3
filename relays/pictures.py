"""How pictures come in and go out.

What somebody sends is read by `relays.cutting`, in a process of its own with limits. Files are
written under a name of their own, synced, renamed into place, and then the row is made; rows go
first when deleting, files later. So a row has its files at any moment, and what has no row may
be removed.
"""

import hashlib
import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from datetime import timedelta
from functools import reduce
from operator import or_
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relays.models import Picture, Shape

MOST_BYTES = 20 * 1024**2
MOST_PIXELS = 50_000_000  # what the best phones take
SECONDS = 20  # of computing
PATIENCE = 30  # seconds by the clock on the wall
MEMORY = 1024**3
GRACE = timedelta(days=1)

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
REFUSALS = {
    "bytes": _("The picture is larger than 20 MB. Save it smaller, and send it again."),
    "pixels": _("The picture has more than 50 million pixels. Save it smaller, and send it again."),
    "small": _("The picture is too small to be shown. Send a larger one."),
    "heic": _(
        "This is a HEIC picture, which not every reader could see. Save it as a JPEG first: on an "
        "iPhone, choose “Most Compatible” under Settings, Camera, Formats."
    ),
    "unknown": _("This is no picture that we can read. Send a JPEG, PNG or WebP file."),
    "broken": _(
        "The picture is damaged, or has not arrived whole. Save it anew and send it again."
    ),
    "gone": _("We have not kept that picture. Send it again."),
    "room": _("We can't keep pictures just now. Try again in a while, or go on without one."),
}

log = logging.getLogger("relays.pictures")

# Decoding is what takes memory: a worker decodes one picture at a time.
_one_at_a_time = threading.Lock()


def take(upload, *, shape: Shape, focal=(50, 50), credit: str = "") -> Picture:
    """A picture that somebody sent. Raises ValidationError, and leaves nothing then.

    Takes its seconds: never call it while a row is locked.
    """
    if upload.size > MOST_BYTES:
        raise _refusal("bytes")
    upload.seek(0)
    start = upload.read(12)
    if start[4:8] == b"ftyp" and start[8:12] in HEIC_BRANDS:
        raise _refusal("heic")
    with _told_without_room(), tempfile.TemporaryFile() as source:
        for chunk in upload.chunks():
            source.write(chunk)
        return _make(source, Picture(shape=shape, credit=credit), focal, keeps_whole=True)


def cut_again(picture: Picture, *, focal, credit: str) -> Picture:
    """The same picture with another focal point or credit: another picture. Asked twice for the
    same, it answers with the same."""
    wanted = {"focal_x": focal[0], "focal_y": focal[1], "credit": credit}
    made = Picture.objects.filter(whole=picture.whole, shape=picture.shape, **wanted).first()
    if made:
        return kept(made.name, made.shape)
    again = Picture(
        whole=picture.whole,
        shape=picture.shape,
        credit=credit,
        width=picture.width,
        height=picture.height,
    )
    try:
        source = (Picture.root() / picture.whole / "whole.webp").open("rb")
    except OSError as error:
        raise _refusal("gone") from error
    with _told_without_room(), source:
        return _make(source, again, focal, keeps_whole=False)


def kept(name: str, shape: str) -> Picture:
    """A picture that a form brings back. It is needed again: the clock does not remove it."""
    if not Picture.objects.filter(name=name, shape=shape).update(unused_since=None):
        raise _refusal("gone")
    return Picture.objects.get(name=name)


def checksum_of(picture: Picture) -> str:
    """One sum of all its files. Raises OSError where one is missing."""
    whole = hashlib.sha256()
    for file in picture.files:
        with (Picture.root() / file).open("rb") as content:
            whole.update(hashlib.file_digest(content, "sha256").digest())
    return whole.hexdigest()


def sweep() -> None:
    """Remove pictures that nothing has pointed at for a day, and files without a row: a part of
    the tick. Whatever has a foreign key to a picture keeps it, a revision as well as a draft."""
    now, used = timezone.now(), _used()
    Picture.objects.filter(used, unused_since__isnull=False).update(unused_since=None)
    Picture.objects.filter(~used, unused_since=None).update(unused_since=now)
    for picture in Picture.objects.filter(~used, unused_since__lt=now - GRACE):
        _forget(picture, before=now - GRACE)
    _remove_files_without_a_row(now - GRACE)


# Writing -------------------------------------------------------------------------------------


@contextmanager
def _told_without_room():
    """A disk that is full or read-only: whoever sent the picture hears so, and the log says where."""
    try:
        yield
    except OSError as error:
        log.error("Pictures can't be written to %s: %s", Picture.root(), error.strerror or error)
        raise _refusal("room") from error


def _make(source, picture, focal, *, keeps_whole):
    root = Picture.root()
    root.mkdir(parents=True, exist_ok=True)
    folders = [picture.whole, picture.name] if keeps_whole else [picture.name]
    with tempfile.TemporaryDirectory(dir=root, prefix=".half-") as half:
        for folder in folders:
            (Path(half) / folder).mkdir()
        facts = _cut(source, half, picture, focal, keeps_whole)
        for folder in folders:
            _sync(Path(half) / folder)
        try:
            for folder in folders:
                (Path(half) / folder).rename(root / folder)
            _sync_folder(root)
            picture.focal_x, picture.focal_y = focal
            picture.widths = facts["widths"]
            if keeps_whole:
                picture.width, picture.height = facts["width"], facts["height"]
            picture.checksum = checksum_of(picture)
            picture.save(force_insert=True)
        except BaseException:
            for folder in folders:
                shutil.rmtree(root / folder, ignore_errors=True)
            raise
    return picture


def _cut(source, half, picture, focal, keeps_whole):
    """What `relays.cutting` says of it. Raises the ValidationError of what it refused."""
    shape = Shape(picture.shape)
    job = {
        "cuts": picture.name,
        "ratio": shape.ratio,
        "widths": shape.widths,
        "focal": focal,
        "pixels": MOST_PIXELS,
        "seconds": SECONDS,
        "memory": MEMORY,
        "file_size": MOST_BYTES,
    } | ({"whole": picture.whole} if keeps_whole else {})
    source.seek(0)
    script = Path(__file__).with_name("cutting.py")
    try:
        with _one_at_a_time:
            child = subprocess.run(  # noqa: S603
                [sys.executable, "-I", str(script), json.dumps(job)],
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=half,
                env={},
                timeout=PATIENCE,
                check=True,
            )
        answer = json.loads(child.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        log.warning("A picture could not be decoded: %s", error)
        raise _refusal("broken") from error
    if answer.get("refused") == "room":
        raise OSError(answer["error"])
    if "refused" in answer:
        raise _refusal(answer["refused"])
    return answer


def _refusal(why):
    return ValidationError(REFUSALS[why], code=why)


def _sync(folder):
    for path in folder.iterdir():
        _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# Removing ------------------------------------------------------------------------------------


def _used():
    """Does anything point at a picture? Whatever model does, in whatever app."""
    pointers = [
        relation.field
        for relation in Picture._meta.get_fields(include_hidden=True)
        if isinstance(relation, ForeignObjectRel)
    ]
    return reduce(
        or_,
        (
            Exists(field.model._base_manager.filter(**{field.name: OuterRef("pk")}))
            for field in pointers
        ),
    )


def _forget(picture, *, before):
    try:
        with transaction.atomic():
            rows = Picture.objects.select_for_update()
            still = rows.filter(pk=picture.pk, unused_since__lt=before).first()
            if still:
                still.delete()
    except ProtectedError:
        log.info("Picture %s is in use again.", picture.pk)


def _remove_files_without_a_row(before):
    root = Picture.root()
    if not root.is_dir():
        return
    folders = list(root.iterdir())
    known = {name for names in Picture.objects.values_list("name", "whole") for name in names}
    for folder in folders:
        if folder.name not in known and _is_older(folder, before):
            shutil.rmtree(folder, ignore_errors=True)


def _is_older(folder, moment):
    try:
        return folder.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # another clock was faster
        return False
