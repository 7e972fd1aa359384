"""Practice of reps: real conversations with the answer hidden, frustrated customers, paths, repetition, progress, announcements.

Nothing of it counts as use: searches of an exercise are kept with the exercise and nowhere else.
"""
