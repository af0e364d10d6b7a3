"""Decodes one picture and writes its cuts: the only code that reads what a stranger has sent.

`relays.pictures` runs it as a process of its own, with limits on time, memory and what it may
write. It knows neither Django nor the database. The picture comes on the standard input, the job
as JSON in the first argument, the files go into folders below the current one, and the answer is
one line of JSON: what the picture was, or `{"refused": why}`.
"""

import errno
import io
import json
import resource
import sys
from contextlib import suppress
from math import ceil
from pathlib import Path

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Resampling, Transpose

FORMATS = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE = 12_000  # of the whole that is kept; a WebP file ends at 16,383
PREVIEW = 960
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
ORIENTATION = 0x0112  # in EXIF; from 5 on the picture lies on its side
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}


class Refused(Exception):
    """Why, in one word that `relays.pictures` has a sentence for."""


def main():
    job = json.loads(sys.argv[1])
    _set_limits(job)
    try:
        answer = cut(sys.stdin.buffer, job)
    except Refused as refused:
        answer = {"refused": str(refused)}
    except UnidentifiedImageError:
        answer = {"refused": "unknown"}
    except OSError as error:
        answer = {"refused": "room" if error.errno in NO_ROOM else "broken", "error": repr(error)}
    except (Exception, MemoryError) as error:  # decoders raise whatever they like
        answer = {"refused": "broken", "error": repr(error)[:300]}
    sys.stdout.write(json.dumps(answer))


def cut(source, job):
    """Write the cuts of a picture, and the whole of it where the job asks for that."""
    picture, size = _opened(source, job)
    if "whole" in job:
        _write_whole(picture, job["whole"])
    box = _box(picture.size, job)
    widest = round(box[2] - box[0])
    widths = sorted({min(width, widest) for width in job["widths"]})
    across, down = job["ratio"]
    for width in widths:
        shape = (width, round(width * down / across))
        small = picture.resize(shape, Resampling.LANCZOS, box=box, reducing_gap=3.0)
        _save_webp(small, f"{job['cuts']}/{width}.webp", quality=80)
        _save_jpeg(small, f"{job['cuts']}/{width}.jpg")
    return {"width": size[0], "height": size[1], "widths": widths}


def _set_limits(job):
    for limit, most in (
        (resource.RLIMIT_CPU, job["seconds"]),
        (resource.RLIMIT_AS, job["memory"]),
        (resource.RLIMIT_FSIZE, job["file_size"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _opened(source, job):
    """The picture upright, in plain sRGB, no larger than its cuts need; and its size before."""
    Image.MAX_IMAGE_PIXELS = None  # ours is lower, and asked here, before anything is decoded
    picture = Image.open(source, formats=FORMATS)
    size = picture.size
    if size[0] * size[1] > job["pixels"]:
        raise Refused("pixels")
    orientation = _orientation(picture)
    upright = size[::-1] if orientation >= 5 else size
    scale = _scale(upright, job)
    target = tuple(ceil(side * scale) for side in size)
    profile = picture.info.get("icc_profile")
    picture.draft(None, target)  # a JPEG is decoded at an eighth, a quarter or half
    picture = _in_srgb(_without_transparency(picture, target), profile)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    # A new picture of the same pixels: nothing else that the file said comes along.
    return Image.frombytes("RGB", picture.size, picture.tobytes()), upright


def _orientation(picture):
    with suppress(Exception):  # what cannot be read says nothing
        return int(picture.getexif().get(ORIENTATION, 1))
    return 1


def _scale(size, job):
    left, _top, right, _bottom = _box(size, job)
    scale = min(1, max(job["widths"]) / (right - left), LONGEST_SIDE / max(size))
    if (right - left) * scale < min(job["widths"]):
        raise Refused("small")
    return scale


def _box(size, job):
    """What is cut out of a picture of that size: as much as fits, around the focal point."""
    across, down = job["ratio"]
    width = min(size[0], size[1] * across / down)
    height = width * down / across
    x, y = (side * percent / 100 for side, percent in zip(size, job["focal"], strict=True))
    left = min(max(0, x - width / 2), size[0] - width)
    top = min(max(0, y - height / 2), size[1] - height)
    return left, top, left + width, top + height


def _without_transparency(picture, size):
    if picture.mode.startswith("I"):  # sixteen bits of grey: the upper eight of them
        picture = picture.point(lambda grey: grey * (1 / 256)).convert("L")
    if picture.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode not in ("L", "RGB", "RGBA", "CMYK"):
        picture = picture.convert("RGB")
    if picture.size != size:
        picture = picture.resize(size, Resampling.LANCZOS, reducing_gap=3.0)
    if picture.mode == "RGBA":
        white = Image.new("RGB", size, "white")
        white.paste(picture, mask=picture.getchannel("A"))
        return white
    return picture


def _in_srgb(picture, profile):
    if profile:
        with suppress(
            ImageCms.PyCMSError, OSError, ValueError
        ):  # else its colours are taken as sRGB
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ours = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, theirs, ours, outputMode="RGB")
    return picture.convert("RGB")


def _write_whole(picture, folder):
    """What other cuts are made of later, and a smaller one to point at."""
    _save_webp(picture, f"{folder}/whole.webp", quality=90)
    preview = picture.copy()
    preview.thumbnail((PREVIEW, PREVIEW))
    _save_jpeg(preview, f"{folder}/preview.jpg")


def _save_webp(picture, name, *, quality):
    _save(picture, name, "WEBP", quality=quality, method=4)


def _save_jpeg(picture, name):
    _save(picture, name, "JPEG", quality=82, optimize=True, progressive=True)


def _save(picture, name, kind, **how):
    """Encoded first and written then: an encoder does not say that the disk is full."""
    encoded = io.BytesIO()
    picture.save(encoded, kind, **how)
    Path(name).write_bytes(encoded.getbuffer())


if __name__ == "__main__":
    main()
