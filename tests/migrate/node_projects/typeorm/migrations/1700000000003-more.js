const columns = { c: 'int', d: 'text' };

module.exports = class More1700000000003 {
  name = 'More1700000000003';

  async up(queryRunner) {
    for (const [name, type] of Object.entries(columns)) {
      await this.add(queryRunner, name, type);
    }
    await queryRunner.createUniqueConstraint('users', { columnNames: ['c', 'd'] });
    await queryRunner.createUniqueConstraint('users', { name: 'users_c', columnNames: ['c'] });
    await queryRunner.createCheckConstraint('users', { name: 'c_over', expression: 'c > 1' });
    await queryRunner.createSchema('side', true);
    await queryRunner.createTable(new (require('typeorm').Table)({ name: 'side.things', columns: [{ name: 'id', type: 'bigint', isPrimary: true }] }));
    await queryRunner.createIndices('side.things', [{ columnNames: ['id'], name: 'things_id' }]);
    await queryRunner.manager.query('UPDATE users SET d = $1 WHERE c = $2', ['x', 3]);
  }

  async add(queryRunner, name, type) {
    await queryRunner.query(`ALTER TABLE users ADD ${name} ${type}`);
  }

  async down(queryRunner) {
    await queryRunner.dropSchema('side', true, true);
    await queryRunner.dropUniqueConstraint('users', 'users_c');
  }
};
