"""What records of known shapes mean: from the names of other products to ours, whatever file they stand in.

A new shape is a module with a Shape and a line in SHAPES. A record that has none of these shapes is read by its
columns' names (`ingest/fields.py`).
"""

from ingest.readers import Fields
from ingest.shapes.base import Shape
from ingest.shapes.open_webui import OPEN_WEBUI

SHAPES: tuple[Shape, ...] = (OPEN_WEBUI,)

__all__ = ["SHAPES", "Shape", "shape_of"]


def shape_of(fields: Fields) -> Shape | None:
    """The first shape that a record has."""
    return next((shape for shape in SHAPES if shape.matches(fields)), None)
