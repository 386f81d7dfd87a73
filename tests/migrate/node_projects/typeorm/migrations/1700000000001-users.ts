import { MigrationInterface, QueryRunner, Table, TableColumn, TableForeignKey, TableIndex } from 'typeorm';

const label = 'shop';

export class Users1700000000001 implements MigrationInterface {
  name = 'Users1700000000001';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE "orgs" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "name" character varying NOT NULL, CONSTRAINT "PK_orgs" PRIMARY KEY ("id"))`);
    await queryRunner.query(`INSERT INTO "orgs" ("name") VALUES ($1)`, [`${label}'s`]);
    await queryRunner.createTable(
      new Table({
        name: 'users',
        columns: [
          { name: 'id', type: 'int', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'key', type: 'uuid', default: 'gen_random_uuid()' },
          { name: 'email', type: 'varchar', length: '100', isUnique: true },
          { name: 'role', type: 'enum', enum: ['admin', "gu'est"], default: `'admin'` },
          { name: 'price', type: 'decimal', precision: 10, scale: 2, isNullable: true },
          { name: 'tags', type: 'text', isArray: true, isNullable: true, comment: "it's a tag" },
          { name: 'seen', type: 'timestamp with time zone', precision: 3, default: 'now()' },
          { name: 'twice', type: 'int', asExpression: 'id * 2', generatedType: 'STORED', isNullable: true },
          { name: 'org_id', type: 'uuid', isNullable: true },
        ].filter((column) => column.name !== 'twice'),
        indices: [{ columnNames: ['email', 'key'] }, { name: 'by_role', columnNames: ['role'], isUnique: false, where: `"role" = 'admin'` }],
        uniques: [{ columnNames: ['key', 'email'] }],
        checks: [{ expression: '"price" > 0' }],
        foreignKeys: [{ columnNames: ['org_id'], referencedTableName: 'orgs', referencedColumnNames: ['id'], onDelete: 'CASCADE' }],
      }),
      true,
    );
    await queryRunner.addColumn('users', new TableColumn({ name: 'nick', type: 'varchar', isNullable: true, isUnique: true }));
    await queryRunner.addColumns('users', [
      new TableColumn({ name: 'state', type: 'enum', enum: ['on', 'off'], enumName: 'state_type', default: `'on'` }),
      new TableColumn({ name: 'org2', type: 'uuid', isNullable: true }),
    ]);
    await queryRunner.createForeignKey('users', new TableForeignKey({ columnNames: ['org2'], referencedTableName: 'orgs', referencedColumnNames: ['id'], onUpdate: 'CASCADE' }));
    await queryRunner.createIndex('users', new TableIndex({ name: 'users_nick', columnNames: ['nick', 'state'], isUnique: true }));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('users', 'users_nick');
    const table = (await queryRunner.getTable('users'))!;
    await queryRunner.query(`DROP TABLE users`);
    await queryRunner.query(`DROP TYPE state_type; DROP TYPE users_role_enum`);
    await queryRunner.query('DROP TABLE "orgs"');
  }
}
