"""Engines that hold the collections, behind one protocol."""
