exports.up = async ({ schema, raw, ...knex }) => schema.createTable('things', (t) => {
  t.integer('id').primary();
  t.string('label');
  t.integer('n');
  t.boolean('on').defaultTo(false);
});
exports.down = ({ schema }) => schema.dropTable('things');
