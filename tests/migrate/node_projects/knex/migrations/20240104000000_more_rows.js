exports.up = (knex) =>
  knex('things')
    .insert([{ id: 1, label: "o'x", n: 3 }, { id: 2, on: true }])
    .then(() => knex('things').where({ id: 1 }).whereNull('n').update({ n: 4, label: knex.raw('upper(label)') }))
    .then(() => knex('things').whereIn('id', [2, 3]).andWhere('n', '>', 5).orWhereNotNull('label').del())
    .then(() => knex.table('things').where('id', 1).increment('n', 2))
    .then(() => knex.insert({ id: 9 }).into('things').onConflict('id').ignore())
    .then(() => knex('things').select('id').where('n', 1).orderBy('id', 'desc').limit(3))
    .then(() => knex.raw('update things set label = :label where id = :id', { label: 'q', id: 1 }))
    .then(() => knex.raw("update things set label = 'a\\?b'; update things set n = 1"))
    .then(() => knex('things').withSchema('public').where(function () { this.where('id', 1).orWhere('id', 2); }).update('n', 5));
exports.down = (knex) => knex('things').del();
