"""The least blueprint that is worth a service."""

SMALL = """
name: notes
title: Notes
says: People keep notes.
roles: {member: everybody}
entities:
  note:
    says: Something to remember.
    owner: author
    fields:
      body: {type: text, max_length: 500}
    policy: {read: [owner], create: [signed-in]}
    lists:
      - {filters: [owner], order: newest}
"""
