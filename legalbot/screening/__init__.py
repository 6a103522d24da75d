"""The legal-aid screening: wording, what is heard in an answer, which question comes next. No Rasa."""
