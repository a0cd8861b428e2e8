"""The proof of the detector: scenarios whose labels are proven by counting, and the table they make."""
