"""model_reader."""
