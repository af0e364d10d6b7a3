"""What somebody sends as a picture, what becomes of it, and when it goes."""

import io
import json
import os
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import pre_save
from django.utils import timezone
from PIL import Image, ImageCms, PngImagePlugin

from articles import desk
from relays import cutting, pictures
from relays.models import Picture, Shape
from tests.factories import (
    fresh,
    make_chief_editor,
    make_contributor,
    make_leg_article,
    make_news,
    make_picture,
    publish,
    put,
    write,
)
from tests.pictures import BLUE, GREEN, RED, WHITE, draw, encoded, is_like, upload

pytestmark = pytest.mark.django_db

SIZE = (1200, 900)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """A folder of its own for each test, so that its listing says what was written."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def listing():
    """Every file below the folder of pictures, half-written ones too."""
    root = Picture.root()
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def take(content, *, shape=Shape.WIDE, name="foto.jpg", **options):
    return pictures.take(upload(content, name), shape=shape, **options)


def why_refused(content, **options):
    with pytest.raises(ValidationError) as refused:
        take(content, **options)
    assert not Picture.objects.exists()
    assert listing() == []
    return refused.value.code


def opened(picture, file=None):
    with Image.open(Picture.root() / (file or f"{picture.name}/{picture.widths[-1]}.jpg")) as image:
        image.load()
        return image


def colours(image):
    """Of the left and the right half, a little below the middle."""
    width, height = image.size
    image = image.convert("RGB")
    return [image.getpixel((width * part // 8, height * 5 // 8)) for part in (1, 7)]


# What is taken -----------------------------------------------------------------------------


def animated():
    frames = [draw(), Image.new("RGB", SIZE, WHITE)]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)


def two_in_one():
    """As phones send them: a JPEG with a second picture behind the first."""
    return encoded(draw(), "MPO", save_all=True, append_images=[Image.new("RGB", SIZE, WHITE)])


KINDS = {
    "a JPEG": lambda: encoded(),
    "a progressive JPEG": lambda: encoded(progressive=True),
    "a CMYK JPEG": lambda: encoded(draw(mode="CMYK")),
    "two pictures in a JPEG": two_in_one,
    "a PNG": lambda: encoded(kind="PNG"),
    "a PNG with transparency": lambda: encoded(draw(mode="RGBA"), "PNG"),
    "a PNG with a palette": lambda: encoded(draw(mode="P"), "PNG"),
    "a WebP": lambda: encoded(kind="WEBP"),
    "a WebP that moves": animated,
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_cut_to_sixteen_by_nine_in_two_formats_and_three_widths(kind):
    picture = take(KINDS[kind]())

    assert (picture.width, picture.height) == SIZE
    assert picture.widths == [480, 960, 1200]
    assert sorted(picture.files) == listing()
    for width in picture.widths:
        for ending, name in (("jpg", "JPEG"), ("webp", "WEBP")):
            file = opened(picture, f"{picture.name}/{width}.{ending}")
            assert (file.format, file.mode, file.size) == (name, "RGB", (width, width * 9 // 16))
            left, right = colours(file)
            assert is_like(left, RED, within=60), (width, ending, left)
            assert is_like(right, BLUE, within=60), (width, ending, right)


def test_grey_of_sixteen_bits_keeps_its_greys():
    row = b"\x00\x40" * 600 + b"\x00\xc0" * 600
    grey = Image.frombytes("I;16", SIZE, row * SIZE[1])

    left, right = colours(opened(take(encoded(grey, "PNG"))))

    assert is_like(left, (64, 64, 64), within=4)
    assert is_like(right, (192, 192, 192), within=4)


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_a_grey_picture_stays_grey(mode):
    white = Image.new(mode, SIZE, {"1": 1, "L": 255, "LA": (255, 255)}[mode])

    assert colours(opened(take(encoded(white, "PNG")))) == [WHITE, WHITE]


def test_what_is_transparent_becomes_white():
    picture = Image.new("P", SIZE, 1)
    picture.putpalette([0, 0, 0, *BLUE])
    picture.paste(0, (0, 0, 600, 900))

    left, right = colours(opened(take(encoded(picture, "PNG", transparency=0))))

    assert is_like(left, WHITE)
    assert is_like(right, BLUE)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_that_lies_on_its_side_is_put_upright(orientation):
    exif = Image.Exif()
    exif[cutting.ORIENTATION] = orientation
    lying = draw((1200, 800))
    if orientation in cutting.TURNS:
        lying = lying.transpose(BACK[orientation])

    picture = take(encoded(lying, exif=exif), shape=Shape.SQUARE)

    assert (picture.width, picture.height) == (1200, 800)
    whole = opened(picture, f"{picture.whole}/whole.webp")
    assert whole.width > whole.height
    assert is_like(whole.getpixel((5, 5)), GREEN)


BACK = cutting.TURNS | {
    6: cutting.Transpose.ROTATE_90,
    8: cutting.Transpose.ROTATE_270,
}


def test_nothing_of_a_small_picture_is_enlarged():
    picture = take(encoded(draw((500, 700))))

    assert picture.widths == [480, 500]
    assert (picture.cut_width, picture.cut_height) == (500, 281)
    assert opened(picture).size == (500, 281)


def test_a_picture_of_the_best_phones_is_taken():
    picture = take(encoded(draw((8064, 6048))))

    assert (picture.width, picture.height, picture.widths) == (8064, 6048, [480, 960, 1600])


def test_a_very_long_picture_is_made_smaller():
    picture = take(encoded(draw((1000, 30_000)), "PNG"), shape=Shape.SQUARE)

    assert (picture.width, picture.height, picture.widths) == (1000, 30_000, [160, 320, 400])


@pytest.mark.parametrize(
    ("focal", "colour"), [((0, 0), GREEN), ((100, 0), BLUE), ((0, 100), RED), ((50, 50), None)]
)
def test_the_cut_lies_around_the_focal_point(focal, colour):
    picture = take(encoded(draw((1600, 400))), shape=Shape.SQUARE, focal=focal)

    cut = opened(picture)
    middle = [cut.getpixel((cut.width * part // 8, cut.height // 8)) for part in (1, 7)]
    expected = [colour, colour] if colour not in (RED, None) else None
    if focal == (50, 50):
        expected = [RED, BLUE]
    elif focal == (0, 100):
        expected = [GREEN, GREEN]  # the height is whole, so only the side is chosen
    assert all(is_like(one, other) for one, other in zip(middle, expected, strict=True))


# What does not come along --------------------------------------------------------------------


def with_secrets(kind):
    exif = Image.Exif()
    exif[0x010F] = "HEMMELIGT kamera"
    exif.get_ifd(0x8825)[2] = (55.0, 40.0, 12.0)  # where it was taken
    exif.get_ifd(0x8825)[1] = "N"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"exif": exif, "icc_profile": profile}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", "HEMMELIGT ord")
        words.add_itxt("XML:com.adobe.xmp", "<x>HEMMELIGT sted</x>")
        options["pnginfo"] = words
    else:
        options["xmp"] = b"<x>HEMMELIGT sted</x>"
    if kind == "JPEG":
        options["comment"] = b"HEMMELIGT ord"
    return encoded(draw(), kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_no_place_no_camera_and_no_word_of_the_sender_stays(kind):
    sent = with_secrets(kind)
    assert b"HEMMELIGT" in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)

    picture = take(sent)

    for file in picture.files:
        content = (Picture.root() / file).read_bytes()
        image = opened(picture, file)
        assert not image.getexif(), file
        assert not {"exif", "xmp", "icc_profile", "comment"} & image.info.keys(), file
        assert not any(mark in content for mark in (b"HEMMELIGT", b"Exif", b"http", b"ICC")), file


def test_colours_of_another_profile_are_told_in_srgb():
    swapped = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()

    plain = colours(opened(take(encoded())))
    broken = colours(opened(take(encoded(icc_profile=b"not a profile at all"))))
    unfit = colours(opened(take(encoded(icc_profile=swapped))))

    assert plain == broken == unfit  # what cannot be read is taken as sRGB


# What is refused, and leaves nothing ---------------------------------------------------------


def bomb():
    """400 million pixels in some fifty kilobytes."""
    return encoded(Image.new("1", (20_000, 20_000)), "PNG")


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("foto.jpg", encoded())
    return file.getvalue()


def lying_header():
    """A PNG that says it is small, with the pixels of a large one. Its own sum tells."""
    png = bytearray(encoded(draw((2000, 2000)), "PNG"))
    png[16:24] = (600).to_bytes(4, "big") + (600).to_bytes(4, "big")
    return bytes(png)


REFUSED = {
    "pixels by the hundred million": (bomb, "pixels"),
    "nothing at all": (lambda: b"", "unknown"),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", "unknown"),
    "an SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unknown"),
    "a PDF": (lambda: b"%PDF-1.7\n1 0 obj\n", "unknown"),
    "an archive": (zipped, "unknown"),
    "a GIF": (lambda: encoded(draw(mode="P"), "GIF"), "unknown"),
    "a TIFF": (lambda: encoded(kind="TIFF"), "unknown"),
    "a BMP": (lambda: encoded(kind="BMP"), "unknown"),
    "a program": (lambda: Path(sys.executable).read_bytes()[:100_000], "unknown"),
    "a HEIC": (lambda: b"\0\0\0\x18ftypheic" + bytes(2000), "heic"),
    "a JPEG of a few bytes": (lambda: b"\xff\xd8\xff\xe0" + bytes(20), "unknown"),
    "half a JPEG": (lambda: encoded()[:9000], "broken"),
    "a JPEG without its end": (lambda: encoded()[:-800], "broken"),
    "half a PNG": (lambda: encoded(kind="PNG")[:2000], "broken"),
    "half a WebP": (lambda: encoded(kind="WEBP")[:900], None),
    "a PNG with a lie in its header": (lying_header, "unknown"),
    "a picture of four pixels": (lambda: encoded(draw((2, 2))), "small"),
    "a picture too narrow": (lambda: encoded(draw((100, 4000))), "small"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_good_picture_is_refused_in_words_and_leaves_nothing(what):
    make, why = REFUSED[what]

    found = why_refused(make())

    assert found == (why or found)
    assert str(pictures.REFUSALS[found])


def test_a_file_that_is_too_large_is_not_even_opened():
    assert why_refused(encoded() + bytes(pictures.MOST_BYTES)) == "bytes"


def test_no_byte_changed_by_accident_breaks_anything():
    for kind in ("JPEG", "PNG", "WEBP"):
        good = encoded(draw((500, 400)), kind)
        for at in range(3, len(good), max(1, len(good) // 6)):
            bad = bytearray(good)
            bad[at] ^= 0xFF
            try:
                take(bytes(bad)).delete()
            except ValidationError as refused:
                assert refused.code in pictures.REFUSALS  # noqa: PT017  (either end is good)


@pytest.mark.parametrize(
    ("limit", "value"), [("MEMORY", 40_000_000), ("SECONDS", 0), ("PATIENCE", 0.001)]
)
def test_a_picture_that_takes_too_much_is_refused(monkeypatch, limit, value):
    monkeypatch.setattr(pictures, limit, value)

    assert why_refused(encoded(draw((6000, 4500)), "PNG")) == "broken"


def cut_into(folder, file_size=pictures.MOST_BYTES):
    job = {
        "cuts": ".",
        "ratio": (16, 9),
        "widths": (480,),
        "focal": (50, 50),
        "pixels": pictures.MOST_PIXELS,
        "seconds": 20,
        "memory": pictures.MEMORY,
        "file_size": file_size,
    }
    return subprocess.run(
        [sys.executable, "-I", cutting.__file__, json.dumps(job)],
        input=encoded(),
        capture_output=True,
        cwd=folder,
        check=False,
    )


def test_a_cut_that_would_fill_the_disk_is_refused(tmp_path):
    child = cut_into(tmp_path, file_size=100)

    assert child.returncode != 0 or json.loads(child.stdout)["refused"] == "broken"


def test_a_full_disk_is_not_the_pictures_fault(tmp_path):
    (tmp_path / "480.webp").symlink_to("/dev/full")

    child = cut_into(tmp_path)

    assert json.loads(child.stdout)["refused"] == "room"


def test_where_nothing_can_be_written_the_sender_and_the_log_are_told(media, caplog):
    media.write_text("in the way")

    with pytest.raises(ValidationError) as refused:
        take(encoded())

    assert refused.value.code == "room"
    assert f"Pictures can't be written to {media / 'pictures'}: " in caplog.text
    assert not Picture.objects.exists()


def test_a_row_that_cannot_be_written_leaves_no_file():
    with pytest.raises(IntegrityError), transaction.atomic():
        take(encoded(), focal=(50, 101))

    assert listing() == []
    assert not Picture.objects.exists()


def test_the_files_are_there_before_the_row():
    seen = []

    def look(sender, instance, **kwargs):
        seen.append([file for file in instance.files if (Picture.root() / file).is_file()])

    pre_save.connect(look, sender=Picture)
    picture = make_picture()
    pre_save.disconnect(look, sender=Picture)

    assert seen == [picture.files]


# The same once more --------------------------------------------------------------------------


def test_another_focal_point_is_another_picture_with_the_same_whole():
    first = make_picture(credit="Åse Ørsted")

    second = pictures.cut_again(first, focal=(10, 90), credit="Åse Ørsted")

    assert (second.focal_x, second.focal_y, second.credit) == (10, 90, "Åse Ørsted")
    assert second.whole == first.whole
    assert second.name != first.name
    assert (second.width, second.height) == (first.width, first.height)
    assert listing() == sorted({*first.files, *second.files})


def test_the_same_cut_is_made_once():
    first = make_picture()

    cuts = [pictures.cut_again(first, focal=(0, 0), credit="") for _each in range(2)]

    assert cuts[0] == cuts[1]
    assert Picture.objects.count() == 2


def test_a_whole_that_is_lost_is_told_in_words():
    first = make_picture()
    (Picture.root() / first.whole / "whole.webp").unlink()

    with pytest.raises(ValidationError) as refused:
        pictures.cut_again(first, focal=(0, 0), credit="")

    assert refused.value.code == "gone"


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_get_a_picture_each():
    made = []

    def press():
        made.append(make_picture())
        connection.close()

    threads = [Thread(target=press) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({picture.name for picture in made}) == 2
    assert listing() == sorted(file for picture in made for file in picture.files)


def test_nobody_guesses_a_name():
    one, other = make_picture(), make_picture()

    names = {one.name, one.whole, other.name, other.whole}
    assert len(names) == 4
    assert {len(name) for name in names} == {32}


# When they go --------------------------------------------------------------------------------


def after(**time):
    return time_machine.travel(timezone.now() + timedelta(**time))


def sweep_for_days(days):
    """The clock ticks now and once a day."""
    for day in range(days + 1):
        with after(days=day, minutes=1):
            pictures.sweep()


def test_a_picture_goes_a_day_after_the_last_that_pointed_at_it():
    picture = make_picture()

    pictures.sweep()
    with after(hours=23):
        pictures.sweep()
    assert Picture.objects.get() == picture
    assert listing() == sorted(picture.files)

    with after(hours=25):
        pictures.sweep()
    assert not Picture.objects.exists()
    assert listing() == []


def test_what_a_draft_a_revision_or_a_person_points_at_stays():
    drafted = write(make_news(), picture=make_picture(), alt="En bakke")
    published = publish(write(make_news(), picture=make_picture(), alt="En bakke"))
    write(published, picture=None)
    portrayed = make_contributor(portrait=make_picture(Shape.SQUARE))
    before = listing()

    sweep_for_days(3)

    assert Picture.objects.count() == 3
    assert listing() == before
    assert drafted.draft.picture
    assert published.live.picture
    assert portrayed.portrait


def test_the_day_begins_anew_when_a_form_brings_a_picture_back():
    picture = make_picture()
    pictures.sweep()

    with after(hours=23):
        pictures.kept(picture.name, picture.shape)
        pictures.sweep()
    with after(hours=40):
        pictures.sweep()

    assert Picture.objects.get() == picture


def test_a_picture_that_was_in_use_for_long_still_has_its_day():
    article = write(make_news(), picture=make_picture(), alt="En bakke")
    with after(days=30):
        pictures.sweep()
        write(article, picture=None)
        pictures.sweep()
        assert Picture.objects.exists()
    with after(days=31, hours=1):
        pictures.sweep()

    assert not Picture.objects.exists()


def test_one_cut_goes_and_the_whole_stays_for_the_other():
    first = make_picture()
    second = pictures.cut_again(first, focal=(0, 0), credit="")
    make_contributor(portrait=second)

    sweep_for_days(2)

    assert Picture.objects.get() == second
    assert listing() == sorted(second.files)


def test_files_without_a_row_go_after_a_day_and_half_written_ones_too():
    picture = make_picture()
    make_contributor(portrait=picture)
    for name in ("0123456789abcdef", ".half-old", ".half-new"):
        (Picture.root() / name).mkdir()
        (Picture.root() / name / "480.jpg").write_bytes(b"half")
    yesterday = (timezone.now() - timedelta(days=2)).timestamp()
    for name in ("0123456789abcdef", ".half-old", picture.name, picture.whole):
        os.utime(Picture.root() / name, (yesterday, yesterday))

    pictures.sweep()

    assert listing() == sorted([*picture.files, ".half-new/480.jpg"])


def test_the_row_goes_first_and_the_files_later():
    """A crash between the two leaves files, which a later tick removes, and never a bare row."""
    picture = make_picture()

    picture.delete()
    assert listing() == sorted(picture.files)
    with after(days=2):
        pictures.sweep()

    assert listing() == []


def test_the_tick_sweeps():
    picture = make_picture()

    call_command("tick")
    with after(days=2):
        call_command("tick")

    assert not Picture.objects.filter(pk=picture.pk).exists()
    assert listing() == []


def test_a_tick_without_any_picture_is_content():
    pictures.sweep()

    assert not Picture.root().exists()


def test_an_empty_sweep_asks_four_times(django_assert_num_queries):
    for _each in range(3):
        make_contributor(portrait=make_picture(Shape.SQUARE))
    pictures.sweep()

    with django_assert_num_queries(4):
        pictures.sweep()


# The words beside a picture ------------------------------------------------------------------


WORDS = {"alt": "En bakke", "caption": "Køkkenet", "is_decorative": True}


def test_words_about_a_picture_wait_for_it():
    article = write(make_news(), **WORDS)
    article = write(article, title="Maden først")
    article = write(article, picture=make_picture())

    assert article.draft.picture is not None
    assert {name: article.draft.content[name] for name in WORDS} == WORDS


def test_words_about_a_picture_go_with_it():
    article = write(make_news(), picture=make_picture(), **WORDS)

    draft = write(article, picture=None).draft

    assert (draft.picture, draft.alt, draft.caption, draft.is_decorative) == (None, "", "", False)


@pytest.mark.parametrize("words", [{"alt": "En bakke"}, {"is_decorative": True}])
def test_a_text_with_a_picture_is_sent_with_its_words(words):
    article = write(make_leg_article(), picture=make_picture(), **words)

    assert put(article, "live").live.picture == article.draft.picture


def test_a_revision_keeps_its_picture_and_restoring_brings_it_back():
    chief = make_chief_editor()
    first = make_picture(credit="Åse Ørsted")
    article = publish(write(make_news(), picture=first, alt="En bakke", caption="Køkkenet"))
    article = write(article, picture=None)

    desk.restore(article, article.revisions.get(number=1), by=chief)

    draft = fresh(article).draft
    assert (draft.picture, draft.alt, draft.caption) == (first, "En bakke", "Køkkenet")
