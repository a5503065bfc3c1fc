"""What records of known shapes mean: from the names of other products to ours, whatever file they stand in.

A new shape is a module with a Shape and a line in SHAPES. A record that has none of these shapes is read by its
columns' names (`ingest/fields.py`).
"""

from ingest.columns import Fields
from ingest.shapes.alpaca import ALPACA
from ingest.shapes.base import Shape
from ingest.shapes.chatgpt_shortcut import CHATGPT_SHORTCUT
from ingest.shapes.diffusiondb import DIFFUSIONDB
from ingest.shapes.fastchat_judge import FASTCHAT_JUDGE
from ingest.shapes.github_models import GITHUB_MODELS
from ingest.shapes.image_styles import IMAGE_STYLE
from ingest.shapes.langchain import LANGCHAIN
from ingest.shapes.langfuse import LANGFUSE
from ingest.shapes.lobe_chat import LOBE_CHAT
from ingest.shapes.mt_bench import MT_BENCH
from ingest.shapes.open_webui import OPEN_WEBUI
from ingest.shapes.openai_messages import OPENAI_MESSAGES
from ingest.shapes.promptory import PROMPTORY
from ingest.shapes.promptsource import PROMPTSOURCE
from ingest.shapes.sharegpt import SHAREGPT

SHAPES: tuple[Shape, ...] = (
    *(PROMPTORY, OPEN_WEBUI, LOBE_CHAT, LANGFUSE, LANGCHAIN, PROMPTSOURCE, GITHUB_MODELS, OPENAI_MESSAGES),
    *(SHAREGPT, ALPACA, MT_BENCH, FASTCHAT_JUDGE, DIFFUSIONDB, IMAGE_STYLE, CHATGPT_SHORTCUT),
)
_MARKS = frozenset().union(*(shape.marks for shape in SHAPES))

__all__ = ["SHAPES", "Shape", "shape_of"]


def shape_of(fields: Fields) -> Shape | None:
    """The first shape that a record has."""
    if _MARKS.isdisjoint(fields):
        return None
    return next((shape for shape in SHAPES if not shape.marks.isdisjoint(fields) and shape.matches(fields)), None)
