"""Put a recorded tree back into the checkout, step by step, and take it back when a step fails."""
