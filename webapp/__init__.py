"""The Flask application and the command line. Nothing heavy is imported here: `kb --help` starts from this package."""
