import type { Knex } from 'knex';

enum Kind { One = 'one', Two = 'two' }
const SCHEMA = 'shop' as const;

export async function up(knex: Knex): Promise<void> {
  await knex.schema.createSchemaIfNotExists(SCHEMA);
  await knex.schema.withSchema(SCHEMA).createTable('items', (table: Knex.CreateTableBuilder) => {
    table.uuid('id').primary().defaultTo(knex.raw('gen_random_uuid()'));
    table.enu('kind', Object.values(Kind), { useNative: true, enumName: 'item_kind' }).notNullable();
    table.text('name')!.index();
  });
  await knex.schema.withSchema(SCHEMA).alterTable('items', (table) => {
    table.dropIndex('name');
  });
  if (knex.client.config.client === 'pg') {
    await knex.schema.raw(`alter table ${SCHEMA}.items add column extra text`);
  } else {
    await knex.schema.raw('nonsense');
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropSchema(SCHEMA, true);
}
