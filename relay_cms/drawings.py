"""Drawings for the demo newsroom, in the colours of the house."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

PAPER, FIELD, INK, PUBLIC, PRIVATE = "#f1f5ec", "#d5dfca", "#14201c", "#1746c4", "#c23a08"
WIDE, SQUARE = (1600, 900), (640, 640)
FINER = 2  # drawn larger and made smaller, so that edges are smooth


def crossing() -> SimpleUploadedFile:
    """Two lanes change sides, and the baton lies where they meet."""
    picture, pen = _paper(WIDE)
    for offset in (-36, 36):  # the private lane is double
        _line(
            pen,
            [(0, 700 + offset), (560, 700 + offset), (1040, 200 + offset), (1600, 200 + offset)],
            PRIVATE,
            26,
        )
    _line(pen, [(0, 200), (560, 200), (1040, 700), (1600, 700)], PUBLIC, 98)
    _pill(pen, (660, 405, 940, 495), INK)
    return _file(picture)


def wall() -> SimpleUploadedFile:
    """Bricks in their bond; one is missing."""
    picture, pen = _paper(WIDE)
    for row in range(8):
        for column in range(-1, 8):
            left, top = column * 230 + row % 2 * 115, row * 118 - 10
            colour = (
                FIELD
                if (row, column) == (3, 4)
                else ("#c23a08", "#a83006", "#d4562a")[(row + column) % 3]
            )
            _block(pen, (left + 8, top + 8, left + 222, top + 110), colour)
    return _file(picture)


def tray() -> SimpleUploadedFile:
    """A tray from above: a plate that is not empty, a glass, a spoon."""
    picture, pen = _paper(WIDE, FIELD)
    _block(pen, (160, 90, 1440, 810), PAPER, 60)
    _disc(pen, (700, 450), 290, "#ffffff")
    _disc(pen, (700, 450), 210, FIELD)
    _disc(pen, (640, 400), 90, PUBLIC)
    _disc(pen, (780, 500), 70, PRIVATE)
    _disc(pen, (1200, 280), 95, PUBLIC)
    _disc(pen, (1200, 280), 70, "#8fb1ff")
    _pill(pen, (1080, 600, 1360, 636), INK)
    _disc(pen, (1090, 618), 48, INK)
    return _file(picture)


def portrait(colour: str, hair: str) -> SimpleUploadedFile:
    """A head and shoulders without a face: nobody in particular."""
    picture, pen = _paper(SQUARE, FIELD)
    _disc(pen, (320, 650), 250, colour)
    _disc(pen, (320, 240), 150, hair)
    _disc(pen, (320, 280), 128, "#e7b98f")
    return _file(picture)


def _paper(size, colour=PAPER):
    picture = Image.new("RGB", tuple(side * FINER for side in size), colour)
    return picture, ImageDraw.Draw(picture)


def _file(picture):
    picture = picture.reduce(FINER)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return SimpleUploadedFile("drawing.png", file.getvalue(), "image/png")


def _finer(numbers):
    return [number * FINER for number in numbers]


def _line(pen, points, colour, width):
    pen.line([tuple(_finer(point)) for point in points], colour, width * FINER, joint="curve")


def _block(pen, box, colour, radius=6):
    pen.rounded_rectangle(_finer(box), radius * FINER, colour)


def _pill(pen, box, colour):
    _block(pen, box, colour, (box[3] - box[1]) // 2)


def _disc(pen, middle, radius, colour):
    (x, y), r = middle, radius
    pen.ellipse(_finer((x - r, y - r, x + r, y + r)), colour)
