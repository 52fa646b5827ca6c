"""What texts mean, found on this machine: their language, whether their author is upset.

    understand(plain("Where is my refund? I have had enough!")).sentiment    # -0.8

`docs/meaning.md` has how good it is and what it costs. Knows no model of ours. Nothing is loaded
before it is first asked.
"""

from ground.meaning.language import LANGUAGES, known_language
from ground.meaning.understanding import NOTHING, Understood, understand

__all__ = ["LANGUAGES", "NOTHING", "Understood", "known_language", "understand"]
