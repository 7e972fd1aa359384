"""Customers and their requests."""
