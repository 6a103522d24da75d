"""The legal-aid screening: its wording, what is heard in an answer, and which question comes next. No Rasa."""
