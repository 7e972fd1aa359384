"""Text to searchable collections: chunking, encoders, dense and lexical indexes, and the pipeline that keeps them fresh."""
