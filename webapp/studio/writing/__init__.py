"""The studio's articles: their list, the editor with what it asks for while one writes, and their history."""
