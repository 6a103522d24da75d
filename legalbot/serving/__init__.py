"""Serving: Rasa's agent with the actions in the same process, and what starts it."""
