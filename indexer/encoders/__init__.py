"""The encoders: the bundled one (ONNX), any sentence-transformers model, and one by hashing for tests."""
