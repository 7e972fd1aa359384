"""The studio's training: reps and how far they are, their exercises, cases, paths, announcements and who has read them."""
