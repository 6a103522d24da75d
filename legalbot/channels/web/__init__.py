"""The public web channel: what the widget talks to, and the pages that it is served from."""
