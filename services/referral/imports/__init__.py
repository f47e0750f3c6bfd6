"""Files of referrals: a table read into what `intake` takes in, and what was refused written back to be mended."""
