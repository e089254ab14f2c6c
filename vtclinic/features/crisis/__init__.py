"""Risk tasks: somebody reads, acts and writes down what was done."""
