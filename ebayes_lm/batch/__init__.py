"""What the design does not know: batches, hidden factors, structure in residuals and estimates."""
