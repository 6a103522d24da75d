"""Input channels: every text that enters is cleaned here before anything else sees it."""
