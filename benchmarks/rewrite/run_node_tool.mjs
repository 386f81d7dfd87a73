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

async function runPrisma() {
  // The schema engine of Prisma as WebAssembly, which npm carries; the one that its command line downloads does the same.
  const home = path.resolve('node_modules/@prisma/schema-engine-wasm');
  const bindings = await import(pathToFileURL(path.join(home, 'schema_engine_bg.js')).href);
  const bytes = fs.readFileSync(path.join(home, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils');
  const factory = new PrismaPg({ connectionString: dsn });
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    // The adapter cuts a script at each semicolon; the engine of the command line sends it in one go, and so do we.
    adapter.executeScript = async (script) => {
      await adapter.client.query(script);
    };
    return adapter;
  };
  const schema = 'datasource db {\n  provider = "postgresql"\n}\n';
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', schema]] }, () => {}, bindMigrationAwareSqlAdapterFactory(factory));
  const baseDir = path.resolve('prisma/migrations');
  const folders = fs.readdirSync(baseDir, { withFileTypes: true }).filter((one) => one.isDirectory());
  const listed = (name, value) => ({ path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } });
  const read = (name) => fs.readFileSync(path.join(baseDir, name, 'migration.sql'), 'utf8');
  // What is in the database already is the baseline, as for any database that was there before Prisma.
  const baseline = '0_init';
  const migrationsList = {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: [listed(baseline, ''), ...folders.map(({ name }) => name).sort().map((name) => listed(name, read(name)))],
  };
  await engine.markMigrationApplied({ migrationsList, migrationName: baseline });
  await engine.applyMigrations({ migrationsList, filters: { externalTables: [], externalEnums: [] } });
}

await { knex: runKnex, typeorm: runTypeorm, prisma: runPrisma }[tool]();
process.exit(0);
