'use strict';
const columns = { one: 'TEXT', two: 'INTEGER' };

module.exports = {
  up: async ({ sequelize, ...queryInterface }, Sequelize) => {
    await sequelize.query('CREATE INDEX CONCURRENTLY orgs_day ON orgs (day)');
    await sequelize.query('ALTER TABLE orgs ADD extra int; ALTER TABLE orgs ADD extra2 int;');
    await sequelize.query('UPDATE orgs SET extra = $n WHERE name = $name', { bind: { n: 3, name: 'b' } });
  },
  down: async (queryInterface) => {
    await queryInterface.removeIndex('orgs', 'orgs_day', { concurrently: true });
  },
};
