// The same library with Express and node-postgres: `node express_service.mjs DSN PORT FILE`.
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.SERVICE_HOME}/`);
const [dsn, port, file] = process.argv.slice(2);
const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
const { SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");
const { registerInstrumentations } = require("@opentelemetry/instrumentation");
const { HttpInstrumentation } = require("@opentelemetry/instrumentation-http");
const { ExpressInstrumentation } = require("@opentelemetry/instrumentation-express");
const { PgInstrumentation } = require("@opentelemetry/instrumentation-pg");
const { JsonTraceSerializer } = require("@opentelemetry/otlp-transformer");

// One OTLP document a line, as the collector's file exporter writes them.
const exporter = {
  export(spans, done) {
    appendFileSync(file, `${Buffer.from(JsonTraceSerializer.serializeRequest(spans)).toString("utf8")}\n`);
    done({ code: 0 });
  },
  shutdown: async () => {},
  forceFlush: async () => {},
};
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
registerInstrumentations({
  tracerProvider: provider,
  instrumentations: [new HttpInstrumentation(), new ExpressInstrumentation(),
    new PgInstrumentation({ enhancedDatabaseReporting: true })],
});
const http = require("node:http");
const express = require("express");
const pg = require("pg");

export const KINDS = {
  "/reviews/of-each": "loop", "/authors/of-each": "loop", "/counted/each": "count per item", "/nested/all": "nested loop",
  "/elsewhere/each": "request per item", "/template/each": "loop",
  "/joined": "", "/any": "", "/loaded/together": "", "/paged": "", "/same": "", "/three": "", "/all-at-once": "",
  "/inserted": "", "/health": "", "/stock/:number": "",
};
const pool = new pg.Pool({ connectionString: dsn, max: 20 });
const app = express();
const limit = (request) => Number(request.query.limit ?? 10);
const rows = async (sql, values) => (await pool.query(sql, values)).rows;

app.get("/reviews/of-each", async (request, response) => {
  const out = [];
  for (const book of await rows("SELECT id FROM book ORDER BY id LIMIT $1", [limit(request)])) {
    out.push(await rows("SELECT stars FROM review WHERE book_id = $1", [book.id]));
  }
  response.json(out);
});
app.get("/authors/of-each", async (request, response) => {
  const books = await rows("SELECT title, author_id FROM book WHERE price > $1 LIMIT $2", [1, limit(request)]);
  for (const book of books) {
    [book.author] = await rows("SELECT name FROM author WHERE id = $1", [book.author_id]);
  }
  response.json(books);
});
app.get("/template/each", async (request, response) => {
  const out = [];
  for (const { id } of await rows(`SELECT id FROM author LIMIT ${limit(request)}`)) {
    out.push(await rows(`SELECT title FROM book WHERE author_id = ${id} AND price > 2`));
  }
  response.json(out);
});
app.get("/counted/each", async (request, response) => {
  const out = {};
  for (const { id } of await rows("SELECT id FROM book LIMIT $1", [limit(request)])) {
    out[id] = (await rows("SELECT count(*)::int AS n FROM review WHERE book_id = $1", [id]))[0].n;
  }
  response.json(out);
});
app.get("/nested/all", async (request, response) => {
  const out = [];
  for (const author of await rows("SELECT id FROM author LIMIT $1", [Math.min(limit(request), 7)])) {
    for (const book of await rows("SELECT id FROM book WHERE author_id = $1 LIMIT 4", [author.id])) {
      out.push(await rows("SELECT body FROM review WHERE book_id = $1", [book.id]));
    }
  }
  response.json(out);
});
app.get("/stock/:number", (request, response) => response.json(request.params.number % 9));
const asked = (path) => new Promise((resolve, reject) => {
  http.get({ host: "127.0.0.1", port, path }, (answer) => {
    answer.resume().on("end", () => resolve(answer.statusCode));
  }).on("error", reject);
});
app.get("/elsewhere/each", async (request, response) => {
  const out = [];
  for (const { id } of await rows("SELECT id FROM book LIMIT $1", [limit(request)])) out.push(await asked(`/stock/${id}`));
  response.json(out);
});
app.get("/joined", async (request, response) => response.json(await rows(
  "SELECT b.title, a.name FROM book b JOIN author a ON a.id = b.author_id LIMIT $1", [limit(request)])));
app.get("/any", async (request, response) => {
  const ids = (await rows("SELECT id FROM book ORDER BY id LIMIT $1", [limit(request) * 10])).map((book) => book.id);
  const out = [];
  for (let at = 0; at < ids.length; at += 10) {
    out.push(await rows("SELECT book_id, stars FROM review WHERE book_id = ANY($1)", [ids.slice(at, at + 10)]));
  }
  response.json(out.length);
});
app.get("/loaded/together", async (request, response) => {
  const books = await rows("SELECT id, author_id FROM book LIMIT $1", [limit(request)]);
  response.json(await rows("SELECT id, name FROM author WHERE id = ANY($1)", [books.map((book) => book.author_id)]));
});
app.get("/paged", async (request, response) => {
  let last = 0;
  let count = 0;
  for (;;) {
    const page = await rows("SELECT id FROM review WHERE id > $1 ORDER BY id LIMIT 200", [last]);
    if (!page.length) break;
    last = page.at(-1).id;
    count += page.length;
  }
  response.json(count);
});
app.get("/same", async (request, response) => {
  for (let turn = 0; turn < limit(request); turn += 1) await rows("SELECT name FROM author WHERE id = $1", [3]);
  response.json("done");
});
app.get("/three", async (request, response) => {
  const out = [];
  for (const id of [9, 8, 7]) out.push(await rows("SELECT title FROM book WHERE id = $1", [id]));
  response.json(out);
});
app.get("/all-at-once", async (request, response) => {
  const ids = Array.from({ length: limit(request) }, (_, index) => index + 1);
  response.json((await Promise.all(ids.map((id) => rows("SELECT title, pg_sleep(0.02) FROM book WHERE id = $1", [id])))).length);
});
app.get("/inserted", async (request, response) => {
  for (let turn = 0; turn < limit(request); turn += 1) await rows("INSERT INTO visit (page) VALUES ($1)", [`/e/${turn}`]);
  response.json("done");
});
app.get("/health", async (request, response) => response.json(await rows("SELECT 1 AS ok")));
app.listen(Number(port), "127.0.0.1");
