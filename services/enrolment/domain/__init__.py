"""State, decisions and evolve of enrolment's documents: pure functions, no I/O."""
