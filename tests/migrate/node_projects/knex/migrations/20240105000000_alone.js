exports.config = { transaction: false };
exports.up = async function (knex) {
  await knex.raw('create index concurrently things_n on things (n)');
  await knex.schema.alterTable('things', (t) => { t.text('more'); t.index('more'); });
  await knex.transaction(async (trx) => {
    await trx.schema.alterTable('things', (t) => t.text('even_more'));
    await trx('things').update({ more: 'x' });
  });
  await knex.raw('update things set n = 2; update things set n = 3');
};
exports.down = async function (knex) {
  await knex.raw('drop index concurrently things_n');
  await knex.schema.table('things', (t) => t.dropColumn('more'));
};
