"""Rasa custom actions: each fetches what it needs, asks `legalbot` to decide, and utters."""
