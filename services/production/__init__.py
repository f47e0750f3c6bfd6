"""Production: real orders of real clients, and what each pupil's week was made of.

Decides: clients (published to nobody), orders from receipt to invoice and credit note, the hours of each pupil's week.
Subscribes to: `etabli.enrolment` (pupils enrolled, started or not, interrupted, moved on, completed; corrections of these): whose
hours may be logged; `etabli.catalogue` (schools, programmes): under which names they are shown; `etabli.referral`
(`person.erased`).
Publishes: `etabli.production` (`order.*` and `step.corrected` keyed by the order, `work.logged` keyed by the pupil).
Knows of a young person: an opaque id and a birth month. No name; a client may be a person, whose name stays here.
"""
