const { DataTypes, Op } = require('sequelize');

const TABLE = 'users';

module.exports = {
  up: (queryInterface, Sequelize) =>
    queryInterface.sequelize.transaction(async (t) => {
      await queryInterface.addColumn(TABLE, 'state', { type: DataTypes.ENUM({ values: ['on', 'off'] }), defaultValue: 'on' }, { transaction: t });
      await queryInterface.addColumn(TABLE, 'age', { type: DataTypes.INTEGER, comment: 'years' }, { transaction: t });
      await queryInterface.renameColumn(TABLE, 'age', 'years', { transaction: t });
      await queryInterface.changeColumn(TABLE, 'years', { type: DataTypes.BIGINT, allowNull: false, defaultValue: 7 }, { transaction: t });
      await queryInterface.bulkInsert('orgs', [{ id: '00000000-0000-0000-0000-000000000001', name: "o'x", active: true }, { id: '00000000-0000-0000-0000-000000000002', name: 'b' }], { transaction: t });
      await queryInterface.sequelize.query('UPDATE orgs SET note = :note WHERE name IN (:names) AND note::text IS NOT NULL', { replacements: { note: "n'", names: ['b', 'c'] }, transaction: t });
    }),
  down: async (queryInterface) => {
    const transaction = await queryInterface.sequelize.transaction();
    try {
      await queryInterface.removeColumn(TABLE, 'state', { transaction });
      await queryInterface.removeColumn(TABLE, 'years', { transaction });
      await queryInterface.bulkDelete('orgs', { name: { [Op.in]: ['b', "o'x"] } }, { transaction });
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
    await queryInterface.sequelize.query('DROP TYPE enum_users_state');
  },
};
