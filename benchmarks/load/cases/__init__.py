"""What is measured: each case is a module with a TITLE, the BOUNDS that it should keep, and measure(bench)."""
