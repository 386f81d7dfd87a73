import os

import psycopg
from flask import g


def connection():
    if "connection" not in g:
        g.connection = psycopg.connect(os.environ["DATABASE_URL"])
    return g.connection


def row(statement, parameters=()):
    with connection().cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def rows(statement, parameters=()):
    with connection().cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def change(statement, parameters=()):
    with connection().cursor() as cursor:
        cursor.execute(statement, parameters)
    connection().commit()
