"""A cluster tried under load: what is killed while others write, how soon it goes on, and whether anything is lost or doubled."""
