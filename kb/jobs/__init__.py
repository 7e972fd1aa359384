"""Work that is done beside the requests: a table of jobs, claimed by workers."""
