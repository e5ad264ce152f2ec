"""radiograph."""
