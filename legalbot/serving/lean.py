"""Let Rasa be imported for serving without what no component of this project uses.

Rasa imports unconditionally what it needs for training neural networks (TensorFlow: 10 s and 300 MB), for
sparse features, plots, telemetry, reminders, channels of other companies and databases that are not SQL.
Empty stand-ins take the place of these modules. Import this module before anything of Rasa; training
(`rasa train`) runs in a process of its own that does not.
"""

from __future__ import annotations

import logging
import os
import sys
from types import ModuleType

_NOT_NEEDED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator", "RasaDataGenerator"),
    "rasa.utils.tensorflow.model_data": ("RasaModelData", "Data", "FeatureArray", "ragged_array_to_ndarray"),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
    "scipy": (),
    "scipy.sparse": ("spmatrix", "coo_matrix"),
    "requests": (),
    "rasa.core.jobs": (),
    "rasa.utils.plotting": (),
    "boto3": (),
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "pymongo": (),
    "pymongo.collection": ("Collection",),
}
_CHANNELS_NOT_NEEDED = {
    "botframework": "BotFrameworkInput",
    "console": "CmdlineInput",
    "facebook": "FacebookInput",
    "hangouts": "HangoutsInput",
    "mattermost": "MattermostInput",
    "rocketchat": "RocketChatInput",
    "slack": "SlackInput",
    "socketio": "SocketIOInput",
    "telegram": "TelegramInput",
    "twilio": "TwilioInput",
    "twilio_voice": "TwilioVoiceInput",
    "webexteams": "WebexTeamsInput",
}


def stand_in() -> None:
    """Put the stand-ins in place, once; do nothing where the real modules are loaded already.

    Warnings of libraries about each other go to the log, where they are below its level: they are of no
    use to the person at the terminal.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # a message is too small for two threads: they wait, busily
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for name, classes in _NOT_NEEDED.items():
        _stand_in(name, {class_name: type(class_name, (), {}) for class_name in classes})
    for name, class_name in _CHANNELS_NOT_NEEDED.items():
        called = {"name": classmethod(lambda cls, name=name: name)}
        _stand_in(f"rasa.core.channels.{name}", {class_name: type(class_name, (), called)})


def _stand_in(name: str, contents: dict[str, type]) -> None:
    if name not in sys.modules:
        module = ModuleType(name)
        module.__dict__.update(contents)
        module.__path__ = []
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if isinstance(within := sys.modules.get(parent), ModuleType) and not hasattr(within, child):
            setattr(within, child, module)


stand_in()
