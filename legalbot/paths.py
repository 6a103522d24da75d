"""Where things are: every path of the project, relative to its top level."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = ROOT / "models"
MODEL = MODELS / "12348.tar.gz"
