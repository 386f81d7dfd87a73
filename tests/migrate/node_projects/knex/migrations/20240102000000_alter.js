const TABLES = ['orgs', 'users'];
const column = 'nick';

async function addNote(knex, table, { length = 20 } = {}) {
  await knex.schema.table(table, (t) => t.string(`note_${table}`, length));
}

exports.up = async (knex) => {
  for (const table of TABLES) {
    await addNote(knex, table);
  }
  await knex.schema.alterTable('users', (t) => {
    t.string(column, 30).notNullable().defaultTo('x');
    t.integer('org2').references('orgs.id');
    t.bigInteger('age').notNullable().defaultTo(7).alter();
    t.string('code', 40).alter({ alterNullable: false });
    t.dropForeign('org_id');
    t.dropIndex('org_id');
    t.dropUnique(['email']);
    t.renameColumn('kind', 'sort');
    t.setNullable('sort');
  });
  await knex.schema.alterTable('users', (t) => {
    t.dropNullable('nick');
    t.foreign('org_id', 'users_org').references('id').inTable('orgs').onDelete('SET NULL').deferrable('deferred');
    t.dropPrimary();
    t.primary(['id', 'email'], { constraintName: 'users_id_email' });
    t.unique('nick', { predicate: knex.whereNotNull('nick') });
    t.index(['created_at'], 'recent', { predicate: knex.whereRaw('age > 3') });
    t.dropTimestamps();
    t.dropChecks(['age_positive']);
  });
  await Promise.all(TABLES.map((table) => knex.raw('comment on table ?? is \'checked\'', [table])));
  await knex.schema.renameTable('users', 'people');
};

exports.down = async (knex) => {
  await knex.schema.renameTable('people', 'users');
  await knex.schema.alterTable('users', function (t) {
    t.dropColumns('nick', 'org2');
    t.timestamps();
  });
};
