"""What becomes of a picture before it is kept."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from maillage.youth import photos
from maillage.youth.photos import Refused, reencode
from tests.youth.young import picture


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_accepted_kind_becomes_a_jpeg(kind):
    assert opened(reencode(picture(kind))).format == "JPEG"


def test_a_large_picture_keeps_its_shape_within_the_longest_side():
    assert opened(reencode(picture(size=(3000, 1500)))).size == (photos.MAX_SIDE, photos.MAX_SIDE // 2)


def test_a_small_picture_is_not_enlarged():
    assert opened(reencode(picture(size=(60, 40)))).size == (60, 40)


def test_place_and_phone_written_in_a_picture_are_gone():
    exif = Image.Exif()
    exif[0x010F] = "TelephoneInvente"
    exif.get_ifd(0x8825)[1] = "N"
    content = picture(exif=exif, comment=b"un commentaire")
    assert b"TelephoneInvente" in content
    kept = reencode(content)
    assert not opened(kept).getexif()
    assert b"TelephoneInvente" not in kept
    assert b"un commentaire" not in kept


def test_a_picture_held_sideways_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(reencode(picture(size=(60, 40), exif=exif))).size == (40, 60)


def test_what_hides_behind_a_picture_is_gone():
    assert b"<script>" not in reencode(picture() + b"<script>alert(1)</script>")


def test_transparency_becomes_white():
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(reencode(out.getvalue())).getpixel((5, 5)) == (255, 255, 255)


def bomb() -> bytes:
    """A small PNG that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    size = (20_000).to_bytes(4, "big") * 2
    body = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\x00\x00\x00\x00")
        + chunk(b"IDAT", body)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"%PDF-1.7", "JPEG, PNG ou WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "JPEG, PNG ou WebP"),
        (picture("GIF"), "JPEG, PNG ou WebP"),
        (picture("BMP"), "JPEG, PNG ou WebP"),
        (picture(size=(400, 400))[:600], "abîmée"),
        (b"\xff" * (photos.MAX_BYTES + 1), "8 Mo"),
        (bomb(), "trop grande"),
        (picture("PNG", (8000, 8000)), "trop grande"),
    ],
    ids=["empty", "pdf", "svg", "gif", "bmp", "cut", "heavy", "bomb", "vast"],
)
def test_what_is_refused_and_why(content, said):
    with pytest.raises(Refused, match=said):
        reencode(content)


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_jpeg_or_refused(content):
    for start in (b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x00\x00\x00WEBP"):
        try:
            assert reencode(start + content).startswith(b"\xff\xd8")
        except Refused as refusal:
            assert str(refusal)  # noqa: PT017
