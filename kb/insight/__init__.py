"""What the searches of people tell: gaps."""
