"""A prompt's picture on a page. Where there is none, or none can be fetched, nothing stands there."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

import streamlit as st

from schema.pictures import CONTENT_TYPE, Picture, Size, picture_store


def show_picture(key: str | None, title: str) -> None:
    """The picture of that key on the page of a prompt."""
    address = picture_store().address(key) if key else None
    if address:
        st.html(_image(address, title, Size.FULL))


def thumbnail(key: str | None, description: str = "") -> str | None:
    """The small picture of that key as HTML; None without one. Beside a title it needs no description."""
    address = picture_store().address(key, Size.SMALL) if key else None
    return _image(address, description, Size.SMALL) if address else None


@contextmanager
def beside_picture(key: str | None) -> Iterator[None]:
    """What is drawn here stands left of a small picture, where there is one."""
    image = thumbnail(key)
    if image is None:
        yield
        return
    with st.container(horizontal=True, wrap=False):
        with st.container(gap="small"):
            yield
        st.html(image, width="content")


def show_prepared(picture: Picture, description: str) -> None:
    """A picture that is not kept yet, small."""
    st.html(_image(f"data:{CONTENT_TYPE};base64,{b64encode(picture.small).decode()}", description, Size.SMALL))


def _image(address: str, description: str, size: Size) -> str:
    return (
        f'<img class="prompt-picture prompt-picture-{size}" src="{escape(address)}" alt="{escape(description)}" '
        'loading="lazy" decoding="async">'
    )
