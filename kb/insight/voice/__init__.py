"""The voice of the customer: feedback and complaints found in what customers write, grouped into themes. Decision 0052."""
