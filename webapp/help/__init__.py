"""The help centre: what customers see."""
