"""The line drawings of the messenger: `drawings.json`, name -> SVG path on a 16-pixel grid.

They go out with the document, where they are data, and not with the script.
"""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "drawings.json"


@cache
def drawings() -> dict[str, str]:
    found: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
