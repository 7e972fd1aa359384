"""What trainers say of searches and pages: changing it, history, undoing, and what a change would do before it is saved."""
