"""What is done for each kind of job, above the domain: `kinds` is the registry, the other modules hold the handlers."""
