"""Joins the jobs: review, grades and the one plan."""
