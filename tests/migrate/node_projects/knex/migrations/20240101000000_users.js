exports.up = function (knex) {
  return knex.schema
    .createTable('orgs', (t) => {
      t.bigIncrements('id');
      t.string('name').notNullable();
      t.jsonb('settings').defaultTo('{}');
      t.json('extra').defaultTo({ a: 1, b: [true] });
      t.boolean('active').notNullable().defaultTo(true);
      t.decimal('price', 10, 2).nullable();
      t.decimal('exact', null);
      t.float('ratio').defaultTo(0.5);
      t.double('big');
      t.tinyint('small_one');
      t.mediumint('medium_one');
      t.binary('raw_bytes');
      t.time('at');
      t.date('on_day');
      t.uuid('key').defaultTo(knex.fn.uuid());
      t.specificType('tags', 'text[]').defaultTo('{}');
      t.timestamp('seen', { useTz: false, precision: 3 });
      t.dateTime('heard', true);
      t.text('path').defaultTo('a\\b');
      t.comment('who pays');
    })
    .createTable('users', function () {
      this.increments();
      this.string('email', 100).notNullable().unique();
      this.enu('role', ['admin', 'guest'], { useNative: true, enumName: 'role_type' }).defaultTo('guest').comment("it's");
      this.enum('kind', ['a', 'b']).notNullable();
      this.bigInteger('org_id').unsigned().references('id').inTable('orgs').onDelete('CASCADE').onUpdate('NO ACTION').index();
      this.integer('age').checkPositive('age_positive');
      this.string('code').checkIn(['x', "y'z"]).checkLength('<', 5);
      this.timestamps(true, true);
      this.unique(['email', 'kind'], { indexName: 'email_kind', deferrable: 'deferred' });
      this.index(['kind', 'age'], 'kind_age', 'btree');
      this.check('?? > ?', ['age', 1], 'age_over_one');
    });
};

exports.down = async function (knex) {
  await knex.schema.dropTableIfExists('users');
  await knex.schema.dropTable('orgs').raw('drop type role_type');
};
