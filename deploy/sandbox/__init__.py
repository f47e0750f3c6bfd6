"""A playground for a partner's software: an agency, a school that answers by itself, and a trace of what came and went."""
