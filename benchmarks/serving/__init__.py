"""Measure how many people a machine serves: ours beside stock Rasa and a floor, in one run."""
