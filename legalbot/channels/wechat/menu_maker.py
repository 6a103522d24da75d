"""`make wechat-menu`: hand the menu to WeChat."""

from __future__ import annotations

import asyncio

from legalbot.channels.wechat.api import ApiError, NotReachedError, UnknownOutcomeError, WeChatApi
from legalbot.channels.wechat.menu import MenuError, menu
from legalbot.channels.wechat.settings import APP_SECRET, wechat_settings
from legalbot.channels.wechat.tokens import TokenRefusedError
from legalbot.serving.database import Database
from legalbot.settings import SettingError

CREATE = "/cgi-bin/menu/create"


def create_menu() -> None:
    """Create the account's menu from `data/wechat/menu.yml`; creating it again changes nothing.

    Raises:
        DataError: the file is broken.
        SettingError: the account is not configured.
        MenuError: WeChat refused, or could not be reached.
    """
    settings = wechat_settings()
    if settings is None or not settings.app_secret:
        raise SettingError(f"送菜单要用公众号的接口，请先设好 WECHAT_ 开头的变量，{APP_SECRET} 也要设")
    payload, database = menu().payload, Database()
    try:
        asyncio.run(_create(WeChatApi(settings, database), dict(payload)))
    except ApiError as error:
        raise MenuError(f"微信没有接这个菜单：{error}") from None
    except (NotReachedError, TokenRefusedError, UnknownOutcomeError) as error:
        raise MenuError(f"菜单没有送到微信（{error}），请检查网络和 WECHAT_API_BASE 再试一次") from None
    finally:
        database.close()


async def _create(api: WeChatApi, payload: dict[str, object]) -> None:
    try:
        await api.call(CREATE, payload)
    finally:
        await api.close()
