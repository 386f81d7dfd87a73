"""Sales of a shop: Flask with psycopg."""

import os

from flask import Flask, jsonify, request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

app = Flask(__name__)
pool = ConnectionPool(os.environ["DATABASE_URL"], min_size=1, max_size=30)


@app.get("/health/ready")
def ready():
    return {"ready": True}


@app.get("/shops/<int:shop_id>/kinds")
def kinds(shop_id):
    with pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            "SELECT p.kind, count(*) AS sales, sum(s.total) AS total, max(s.at) AS last"
            " FROM sale s JOIN product p ON p.id = s.product_id"
            " WHERE s.shop_id = %s GROUP BY p.kind ORDER BY p.kind",
            (shop_id,),
        )
        rows = cursor.fetchall()
    return jsonify(rows)


@app.get("/totals")
def totals():
    with pool.connection() as connection:
        row = connection.execute("SELECT count(*), sum(total), min(at) FROM sale").fetchone()
    return jsonify(sales=row[0], total=str(row[1]), first=row[2].isoformat())


@app.post("/sales")
def sell():
    sale = request.get_json()
    with pool.connection() as connection:
        connection.execute(
            "INSERT INTO sale (shop_id, product_id, total, at) VALUES (%s, %s, %s, '2026-01-01')",
            (sale["shop_id"], sale["product_id"], sale["total"]),
        )
        return {"sold": True}, 201


@app.delete("/sales/<int:sale_id>")
def take_back(sale_id):
    connection = pool.getconn()
    try:
        connection.execute("DELETE FROM sale WHERE id = %s", (sale_id,))
        connection.commit()
    finally:
        pool.putconn(connection)
    return {"gone": True}


@app.delete("/products/<int:product_id>")
def withdraw(product_id):
    with pool.connection() as connection:
        connection.execute("DELETE FROM product WHERE id = %s", (product_id,))
    return {"withdrawn": True}


if __name__ == "__main__":
    app.run("127.0.0.1", int(os.environ["PORT"]), threaded=True)
