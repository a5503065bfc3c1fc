"""From a file that somebody calls a picture to one that we show: its pixels, and nothing else of it.

What it is, is told by its content. It is decoded only once its size is known, one picture at a time, and encoded anew:
metadata (where it was taken, by whom), further frames and whatever hides in a file stay behind.
"""

import hashlib
import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from threading import Lock

from PIL import Image, ImageCms, ImageOps

from schema.errors import PromptoryError

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
FULL_SIDE, SMALL_SIDE = 1600, 320

_QUALITY = 82
_KINDS = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
}
# Who puts a program, a web page or an archive into a picture means it to be taken for one.
_SOMETHING_ELSE = re.compile(rb"<\?php|<script\b|<!doctype html|<html[\s>]", re.IGNORECASE)
_PDF, _PDF_BEGINS_WITHIN = b"%PDF-", 1024
_SVG = re.compile(rb"\s*(?:<\?xml.*?)?<svg\b", re.DOTALL | re.IGNORECASE)
# We refuse large pictures ourselves.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)
# A decoded picture takes up to 160 MB.
_one_at_a_time = Lock()


class PictureError(PromptoryError):
    """A file is no picture that can be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is kept: WebP, in sRGB, without metadata. `key` is the name of the `full` one, by its hash."""

    key: str
    full: bytes
    small: bytes


def prepare(content: bytes) -> Picture:
    """The picture that a file holds, upright, at most FULL_SIDE pixels wide and high, on white where it is transparent.

    Of an animation it is the first frame.

    Raises:
        PictureError: it is none, damaged, too large, or something else besides.
    """
    kind = _kind_of(content)
    with _one_at_a_time:
        try:
            with Image.open(io.BytesIO(content), formats=[kind]) as opened:
                _check_pixels(opened.size)
                image = _upright_in_srgb(opened)
        except Image.DecompressionBombError:
            raise PictureError(_too_many_pixels()) from None
        except PictureError:
            raise
        # Decoders raise whatever a damaged file makes them stumble over.
        except Exception:
            raise PictureError("This picture is damaged or cut off; save it anew, or fetch it again.") from None
    full, small = _encoded(image, FULL_SIDE), _encoded(image, SMALL_SIDE)
    return Picture(f"{hashlib.sha256(full).hexdigest()}.webp", full, small)


def _kind_of(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise PictureError(f"This picture has over {MAX_BYTES // 1024**2} MB; save a smaller one.")
    if _SVG.match(content[:4096]):
        raise PictureError("This is an SVG drawing, which can hold programs; save it as PNG.")
    kind = next((name for name, beginning in _KINDS.items() if beginning.match(content)), None)
    if kind is None:
        raise PictureError("This is no PNG, JPEG, WebP or GIF picture; save it as one of these.")
    is_pdf = _PDF in content[:_PDF_BEGINS_WITHIN]
    if is_pdf or _SOMETHING_ELSE.search(content) or zipfile.is_zipfile(io.BytesIO(content)):
        raise PictureError("This picture is also another kind of file; save it anew from a program for pictures.")
    return kind


def _check_pixels(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise PictureError(_too_many_pixels())


def _too_many_pixels() -> str:
    return f"This picture has over {MAX_PIXELS // 10**6} million pixels; save a smaller one."


def _upright_in_srgb(opened: Image.Image) -> Image.Image:
    """The pixels of a picture as RGB without anything else, at most FULL_SIDE wide and high."""
    # A JPEG can be decoded at a half, a fourth or an eighth of its size.
    opened.draft(None, (FULL_SIDE, FULL_SIDE))
    opened.load()
    profile = opened.info.get("icc_profile")
    image = _of_eight_bits(opened)
    image.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS, reducing_gap=3)
    image = ImageOps.exif_transpose(image)
    if profile:
        image = _from_profile(image, profile)
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        plain.paste(image, mask=image.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _of_eight_bits(image: Image.Image) -> Image.Image:
    """The picture in a mode that can be scaled, without colour tables and sixteen bits of grey."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in ("P", "PA", "LA", "La", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return image


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture in sRGB. One whose profile is damaged, or of another kind of picture, is taken as it is."""
    try:
        source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def _encoded(image: Image.Image, side: int) -> bytes:
    scaled = image.copy()
    scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    scaled.save(written, "WEBP", quality=_QUALITY, method=4)
    return written.getvalue()
