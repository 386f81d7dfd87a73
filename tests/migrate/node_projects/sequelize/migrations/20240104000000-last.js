'use strict';
const columns = { one: 'TEXT', two: 'INTEGER' };

module.exports = {
  up: async (queryInterface, Sequelize) => {
    for (const [name, type] of Object.entries(columns)) {
      await queryInterface.addColumn('orgs', name, { type: Sequelize[type], allowNull: true });
    }
    await Promise.all([
      queryInterface.changeColumn('orgs', 'one', { type: Sequelize.STRING(50) }),
    ]);
    await queryInterface.changeColumn('orgs', 'note', { type: Sequelize.ENUM('a', 'b') }).catch(() => null);
    await queryInterface.createSchema('side');
    await queryInterface.createTable({ tableName: 'things', schema: 'side' }, { id: { type: Sequelize.INTEGER, primaryKey: true }, kind: Sequelize.ENUM('k') });
    await queryInterface.addColumn({ tableName: 'things', schema: 'side' }, 'label', Sequelize.STRING);
    await queryInterface.bulkUpdate('orgs', { one: 'x', two: 2 }, { name: 'b' });
    await queryInterface.renameTable('orgs', 'companies');
    await queryInterface.renameTable('companies', 'orgs');
  },
  down: async (queryInterface) => {
    await queryInterface.dropTable({ tableName: 'things', schema: 'side' });
    await queryInterface.dropSchema('side');
    await Promise.all(Object.keys(columns).map((name) => queryInterface.removeColumn('orgs', name)));
    await queryInterface.bulkDelete('orgs', null, {});
  },
};
