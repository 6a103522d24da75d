"""What the bot says in one turn, with its parts, collected for a channel that sends it as one."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel


class CollectedReply(CollectingOutputChannel):  # type: ignore[misc]
    """Keeps each message whole: `text`, `buttons`, and under `custom` its parts.

    The parts are `says` and `cites` (lists of lines, the answer and its sources), `outcome`, `progress`
    (`{at, of_at_most}`) while a screening runs, and `summary` (lines to be kept) where one was concluded.
    """

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keep a message, not cut at its blank lines."""
        await self._persist_message(self._message(recipient_id, text=text, custom=kwargs.get("parts")))

    async def send_text_with_buttons(
        self, recipient_id: str, text: str, buttons: list[dict[str, Any]], **kwargs: Any
    ) -> None:
        """Keep a message and its buttons."""
        message = self._message(recipient_id, text=text, buttons=buttons, custom=kwargs.get("parts"))
        await self._persist_message(message)
