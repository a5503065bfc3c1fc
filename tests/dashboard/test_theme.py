"""Colours: everybody can read the texts and tell the series apart."""

import itertools
import tomllib
from typing import Any

import numpy as np
import pytest

from dashboard import charts
from dashboard.launch import SCRIPT

THEME = tomllib.loads((SCRIPT.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
MODES = ["light", "dark"]

# How the three kinds of colour blindness see linear RGB (Machado, Oliveira and Fernandes, 2009, severity 1).
SIGHT = {
    "full": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1, 1.089])


def linear(colour: str) -> Any:
    parts = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast of WCAG 2, 1 to 21."""
    bright, dark = sorted((float(linear(colour) @ TO_XYZ[1]) for colour in (one, other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def distance(one: str, other: str, sight: Any) -> float:
    """How far apart two colours are in CIELAB; about 2 is just to be seen."""
    places = []
    for colour in (one, other):
        xyz = TO_XYZ @ np.clip(sight @ linear(colour), 0, 1) / WHITE
        bent = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        places.append(np.array([116 * bent[1] - 16, 500 * (bent[0] - bent[1]), 200 * (bent[1] - bent[2])]))
    return float(np.linalg.norm(places[0] - places[1]))


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("mode", MODES)
def test_series_stand_out_from_the_ground_and_from_each_other_for_everybody(mode: str) -> None:
    colours = THEME[mode]["chartCategoricalColors"]
    assert len(colours) == charts.MAX_LINES
    assert min(contrast(colour, THEME[mode]["backgroundColor"]) for colour in colours) >= 3
    for sight in SIGHT.values():
        assert min(distance(one, other, sight) for one, other in itertools.combinations(colours, 2)) > 20


@pytest.mark.parametrize("mode", MODES)
def test_texts_links_and_buttons_can_be_read(mode: str) -> None:
    theme = THEME[mode]
    for ground in (theme["backgroundColor"], theme["secondaryBackgroundColor"]):
        assert contrast(theme["textColor"], ground) >= 7
        assert contrast(theme["linkColor"], ground) >= 4.5
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 4.5, "the ground is the colour of words on it"
    assert contrast(charts.ACCENT, theme["backgroundColor"]) >= 3
    assert contrast(charts.CONTRAST, theme["backgroundColor"]) >= 3


def test_no_font_is_fetched() -> None:
    assert "http" not in THEME["font"] + THEME["headingFont"] + THEME["codeFont"]
    assert "fontFaces" not in THEME
