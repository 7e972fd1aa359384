"""Ways in and out of conversations: e-mail, webhooks, and what goes by itself."""
