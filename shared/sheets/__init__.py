"""Sheets that people keep: CSV and XLSX in, as they were written; CSV and XLSX out, in which no text becomes a formula."""
