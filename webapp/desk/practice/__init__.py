"""Practice at the desk: cases with the answer hidden, frustrated customers, paths, and what is announced."""
