"""The inbox: the queue of conversations, each with what was said, what is being written, and what is known of the customer."""
