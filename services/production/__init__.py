"""Production: real orders of real clients, and what each pupil's week was made of.

Decides: clients (told to nobody), orders from receipt to invoice, the hours of each pupil's week.
Subscribes to: `etabli.enrolment`, to know whose hours may be logged
(student enrolled, started or not, interrupted, moved on, completed).
Publishes: `order.*` keyed by the order, `work.logged` keyed by the pupil, on `etabli.production`.
"""
