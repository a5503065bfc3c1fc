"""Pictures that tests give: small ones, hostile ones, and ones that tell where they were taken."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

ORIENTATION, ARTIST, GPS = 0x0112, 0x013B, 0x8825


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 20), colour: Any = "red", **options: Any) -> bytes:
    """A picture of one colour."""
    return encoded(Image.new("RGB", size, colour), kind, **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """An image as a file."""
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def with_place(kind: str = "JPEG") -> bytes:
    """A picture taken with the camera on its side, upright red over blue, that tells who took it and where."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[ARTIST] = 6, "Ann Example"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (37.0, 33.0, 58.0)
    image = Image.new("RGB", (400, 200), "red")
    image.paste("blue", (200, 0, 400, 200))
    return encoded(image, kind, exif=exif, comment=b"at home") if kind == "JPEG" else encoded(image, kind, exif=exif)


def bomb(side: int = 30_000) -> bytes:
    """A PNG of some hundred kilobytes that unpacks to `side` x `side` pixels of eight bits."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(b"\0" * (side + 1)) for _ in range(side)) + rows.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, *zip(*chunks, strict=True)))


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def decoded(content: bytes) -> Image.Image:
    """The picture in a file, decoded."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
