"""Measure search and assist on a folder of labelled questions: how good, how sure of the figures, better than before or not."""
