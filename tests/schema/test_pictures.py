"""What becomes of a file that is called a picture: its pixels, or a sentence that says what to do."""

import io
import resource
import zipfile
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from schema.pictures import MAX_BYTES, Picture, PictureError, prepare
from tests.support.pictures import bomb, decoded, encoded, picture, with_place

KINDS = ("PNG", "JPEG", "WEBP", "GIF")


def near(found: object, colour: tuple[int, ...], by: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) <= by for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_becomes_webp_in_two_sizes_named_by_what_it_is(kind: str) -> None:
    prepared = prepare(picture(kind, (3000, 1500), "#1e90ff"))
    full, small = decoded(prepared.full), decoded(prepared.small)
    assert (full.format, full.size, small.size) == ("WEBP", (1600, 800), (320, 160))
    assert near(full.getpixel((800, 400)), (30, 144, 255))
    assert prepare(picture(kind, (3000, 1500), "#1e90ff")) == prepared
    assert prepare(picture(kind, (3000, 1500), "green")).key != prepared.key


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_picture_tells_of_its_maker_is_gone_and_it_stands_upright(kind: str) -> None:
    content = with_place(kind)
    assert b"Ann Example" in content
    prepared = prepare(content)
    for one in (prepared.full, prepared.small):
        assert b"Ann" not in one
        assert b"home" not in one
        assert one[12:16] == b"VP8 ", "a file that could hold metadata begins with VP8X"
    full = decoded(prepared.full)
    assert full.size == (200, 400)
    assert near(full.getpixel((100, 50)), (255, 0, 0))
    assert near(full.getpixel((100, 350)), (0, 0, 255))


def test_colours_are_turned_from_their_profile_into_srgb() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile that calls blue what sRGB calls red.
    swapped = srgb.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")
    for profile, expected in ((srgb, (255, 0, 0)), (swapped, (0, 0, 255)), (b"no profile at all", (255, 0, 0))):
        assert near(decoded(prepare(picture("JPEG", icc_profile=profile)).full).getpixel((9, 9)), expected)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("RGBA", (10, 10), (255, 0, 0, 0)), (255, 255, 255)),
        (Image.new("LA", (10, 10), (0, 0)), (255, 255, 255)),
        (Image.new("I;16", (10, 10), 0x8000), (128, 128, 128)),
        (Image.new("1", (10, 10), 1), (255, 255, 255)),
        (Image.new("RGB", (10, 10), "red").quantize(4), (255, 0, 0)),
    ],
    ids=["transparent", "transparent grey", "sixteen bits", "one bit", "palette"],
)
def test_pixels_of_any_kind_are_shown_as_meant(image: Image.Image, expected: tuple[int, int, int]) -> None:
    assert near(decoded(prepare(encoded(image, "PNG")).full).getpixel((5, 5)), expected)


def test_print_colours_become_those_of_a_screen() -> None:
    cyan = encoded(Image.new("CMYK", (10, 10), (255, 0, 0, 0)), "JPEG")
    assert near(decoded(prepare(cyan).full).getpixel((5, 5)), (0, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_it_is_the_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", *["blue", "green"] * 500)]
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], loop=0)
    assert near(decoded(prepare(content).full).getpixel((5, 5)), (255, 0, 0))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    large = bomb()
    assert len(large) < 2_000_000
    # 34 bytes of lossless WebP that are a picture of 12,000 x 12,000 pixels.
    small = bytes.fromhex("524946461a000000574542505650384c0e0000002fdfeeb70b071011fd0f4444ff03")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in (large, small):
        with pytest.raises(PictureError, match="over 40 million pixels"):
            prepare(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000, "kilobytes"


def archive_behind(content: bytes) -> bytes:
    packed = io.BytesIO(content)
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("program.class", b"run me")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is no PNG, JPEG, WebP or GIF"),
        (b"GIF89a", "damaged or cut off"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "is an SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- x --><svg/>', "is an SVG drawing"),
        (b"MZ\x90\0 this is a program called picture.png", "is no PNG, JPEG, WebP or GIF"),
        (encoded(Image.new("RGB", (9, 9)), "BMP"), "is no PNG, JPEG, WebP or GIF"),
        (picture() + b"\0" * MAX_BYTES, "over 10 MB"),
        (picture(size=(500, 500))[:-40], "damaged or cut off"),
        (picture("JPEG", (500, 500))[:-400], "damaged or cut off"),
        (picture("WEBP", (500, 500))[:-40], "damaged or cut off"),
        (picture("GIF", (500, 500))[:-40], "damaged or cut off"),
        (picture("GIF") + b"<?php system($_GET[0]); ?>", "also another kind of file"),
        (picture("JPEG", comment=b"<ScRiPt>alert(1)</script>"), "also another kind of file"),
        (archive_behind(picture("JPEG")), "also another kind of file"),
        (picture("JPEG", comment=b"%PDF-1.7"), "also another kind of file"),
    ],
)
def test_what_is_no_whole_picture_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    with pytest.raises(PictureError, match=sentence):
        prepare(content)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_picture_is_a_picture_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(picture(kind, (60, 40), "#1e90ff"))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PictureError):
        assert isinstance(prepare(bytes(content)), Picture)
