"""The desk: where reps find answers while they talk with a customer."""
