"""One module a claim: `measure()` gives what was measured and what was promised."""
