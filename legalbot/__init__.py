"""The 12348 bot of Kunming: knowledge, understanding, answers, channels and serving."""
