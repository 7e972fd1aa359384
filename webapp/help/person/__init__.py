"""A person who is really there: the ways to reach one, the wait in line, being called back, the question afterwards."""
