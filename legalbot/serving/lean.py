"""Let Rasa be imported for serving without TensorFlow: no component of this project uses it.

Three modules that Rasa imports unconditionally would pull TensorFlow in (10 s and 300 MB). They are
needed for training neural networks only, so empty stand-ins take their place. Import this module before
anything of Rasa; training (`rasa train`) runs in a process of its own that does not.
"""

from __future__ import annotations

import logging
import os
import sys
from types import ModuleType

_NOT_NEEDED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator", "RasaDataGenerator"),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}


def stand_in() -> None:
    """Put the stand-ins in place, once; do nothing where the real modules are loaded already.

    Warnings of libraries about each other go to the log, where they are below its level: they are of no
    use to the person at the terminal.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for name, classes in _NOT_NEEDED.items():
        if name not in sys.modules:
            module = ModuleType(name)
            for class_name in classes:
                setattr(module, class_name, type(class_name, (), {}))
            sys.modules[name] = module


stand_in()
