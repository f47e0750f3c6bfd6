"""What a domain may import: errors, identifiers, the calendar, the clock, who calls, transition tables."""
