"""The parts of the understanding: Rasa components and what they are made of."""
