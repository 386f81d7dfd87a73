'use strict';

module.exports = {
  async up(queryInterface, Sequelize) {
    await queryInterface.createTable('orgs', {
      id: { type: Sequelize.UUID, primaryKey: true, allowNull: false, defaultValue: Sequelize.literal('gen_random_uuid()') },
      name: { type: Sequelize.STRING, allowNull: false, unique: true, comment: "who's paying" },
      token: { type: Sequelize.UUID, defaultValue: Sequelize.UUIDV4 },
      settings: { type: Sequelize.JSONB, allowNull: false, defaultValue: { a: 1 } },
      tags: { type: Sequelize.ARRAY(Sequelize.STRING(20)), defaultValue: [] },
      price: Sequelize.DECIMAL(10, 2),
      ratio: { type: Sequelize.FLOAT, defaultValue: 0.5 },
      during: Sequelize.RANGE(Sequelize.DATE),
      active: { type: Sequelize.BOOLEAN, defaultValue: false },
      note: { type: Sequelize.TEXT, defaultValue: "it's" },
      createdAt: { type: Sequelize.DATE, allowNull: false, defaultValue: Sequelize.fn('now') },
      day: Sequelize.DATEONLY,
      blob: Sequelize.BLOB('long'),
      code: Sequelize.STRING.BINARY,
      field_key: { type: Sequelize.BIGINT, field: 'other_key' },
    });
    await queryInterface.createTable('users', {
      id: { type: Sequelize.INTEGER, primaryKey: true, autoIncrement: true, allowNull: false },
      role: { type: Sequelize.ENUM('admin', 'guest'), allowNull: false, defaultValue: 'guest' },
      kinds: Sequelize.ARRAY(Sequelize.ENUM(['x', 'y'])),
      orgId: { type: Sequelize.UUID, references: { model: 'orgs', key: 'id' }, onDelete: 'cascade', onUpdate: 'SET NULL' },
      email: { type: Sequelize.CITEXT === undefined ? Sequelize.TEXT : Sequelize.STRING(100) },
      big: { type: Sequelize.BIGINT, autoIncrement: true },
    }, { uniqueKeys: { one: { fields: ['email', 'role'] } }, comment: 'people' });
    await queryInterface.addIndex('users', ['orgId', 'email']);
    await queryInterface.addIndex('users', { fields: [{ name: 'email', order: 'DESC' }, Sequelize.fn('lower', Sequelize.col('email'))], name: 'users_lower', unique: true, where: { role: 'admin', email: { [Sequelize.Op.ne]: null } }, using: 'btree' });
    await queryInterface.addConstraint('users', { fields: ['email'], type: 'unique', name: 'users_email' });
    await queryInterface.addConstraint('users', { fields: ['email'], type: 'check', where: { email: ['a', 'b'] } });
    await queryInterface.addConstraint('users', { fields: ['orgId'], type: 'foreign key', name: 'users_org', references: { table: 'orgs', field: 'id' }, onDelete: 'set null' });
  },

  async down(queryInterface) {
    await queryInterface.removeConstraint('users', 'users_org');
    await queryInterface.removeIndex('users', ['orgId', 'email']);
    await queryInterface.dropTable('users', { cascade: true });
    await queryInterface.dropTable('orgs');
    await queryInterface.sequelize.query('DROP TYPE IF EXISTS "enum_users_role";');
    await queryInterface.dropEnum('enum_users_kinds');
  },
};
