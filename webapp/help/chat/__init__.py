"""A chat with a person: beginning it, the page in which it happens, and what that page's script asks for."""
