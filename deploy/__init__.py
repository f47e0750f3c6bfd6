"""How Établi is put to work: one machine (`local`), containers, and the `etabli` command."""
