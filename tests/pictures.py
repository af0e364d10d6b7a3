"""Pictures for tests, drawn when they are needed."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (30, 60, 200), (255, 255, 255)


def draw(size=(1200, 900), mode="RGB"):
    """Red on the left, blue on the right, a green patch in the upper left corner."""
    picture = Image.new("RGB", size, RED)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((size[0] // 2, 0, *size), fill=BLUE)
    pen.rectangle((0, 0, size[0] // 4, size[1] // 4), fill=GREEN)
    return picture.convert(mode)


def encoded(picture=None, kind="JPEG", **options):
    file = io.BytesIO()
    (picture or draw()).save(file, kind, **options)
    return file.getvalue()


def upload(content=None, name="foto.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, encoded() if content is None else content, kind)


def is_like(colour, other, *, within=24):
    return all(abs(one - two) <= within for one, two in zip(colour, other, strict=True))
