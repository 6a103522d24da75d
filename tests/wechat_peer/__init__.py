"""The other side in the tests of the WeChat channel: WeChat's servers, the account, and a staged bot."""

SCRIPT = "剧本"
"""What a message for the staged bot begins with."""
