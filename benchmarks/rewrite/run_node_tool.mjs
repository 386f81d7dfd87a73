// node --import tsx run_node_tool.mjs TOOL DSN up|down: a project's migrations by their real tool, one after the other.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [tool, dsn, direction] = process.argv.slice(2);

async function runKnex() {
  const { default: makeKnex } = await import('knex');
  const file = ['knexfile.cjs', 'knexfile.js', 'knexfile.ts'].find((name) => fs.existsSync(name));
  const loaded = file ? await import(pathToFileURL(path.resolve(file)).href) : {};
  const config = loaded.default ?? loaded;
  const knex = makeKnex({ ...config, client: 'pg', connection: dsn });
  try {
    for (;;) {
      const [, names] = direction === 'up' ? await knex.migrate.up() : await knex.migrate.down();
      if (!names.length) break;
    }
  } finally {
    await knex.destroy();
  }
}

async function runTypeorm() {
  await import('reflect-metadata');
  const { DataSource } = await import('typeorm');
  const classes = [];
  for (const name of fs.readdirSync('migrations').sort()) {
    const loaded = await import(pathToFileURL(path.resolve('migrations', name)).href);
    classes.push(...Object.values(loaded).filter((one) => typeof one === 'function'));
    if (loaded.default && typeof loaded.default === 'object') classes.push(...Object.values(loaded.default));
  }
  const source = new DataSource({ type: 'postgres', url: dsn, migrations: [...new Set(classes)] });
  await source.initialize();
  try {
    if (direction === 'up') await source.runMigrations({ transaction: 'each' });
    else for (let left = new Set(classes).size; left; left -= 1) await source.undoLastMigration({ transaction: 'each' });
  } finally {
    await source.destroy();
  }
}

await { knex: runKnex, typeorm: runTypeorm }[tool]();
