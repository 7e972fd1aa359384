"""What stands in sources and may be in nothing that people read."""

SOURCE_MARKS = (
    "<!--",
    "{%",
    "{{",
    "%}",
    "}}",
    ":::",
    "[!",
    "!!!",
    "???",
    "[^",
    "{:",
    "</",
    "--8<--",
    "data:",
    "import ",
)
