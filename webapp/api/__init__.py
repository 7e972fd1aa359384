"""JSON for other programs under `/api/v1`: public search and, with a token or a session, the desk's and the studio's."""
