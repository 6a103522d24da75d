"""Where things are: every path of the project, relative to its top level."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = ROOT / "models"
MODEL = MODELS / "12348.tar.gz"
CACHE = ROOT / ".rasa"
"""What may be made anew at any time; Rasa keeps its training cache here, too."""
VAR = ROOT / "var"
"""What a running bot keeps, unless told otherwise."""
