import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Index1700000000002 implements MigrationInterface {
  transaction = false as const;

  async up(queryRunner: QueryRunner) {
    await queryRunner.query('CREATE INDEX CONCURRENTLY users_org ON users (org_id)');
    await queryRunner.startTransaction();
    await queryRunner.query('ALTER TABLE users ADD a int');
    await queryRunner.query('ALTER TABLE users ADD b int');
    await queryRunner.commitTransaction();
    await queryRunner.query('UPDATE users SET a = 1');
  }

  async down(queryRunner: QueryRunner) {
    await queryRunner.query('ALTER TABLE users DROP a');
    await queryRunner.query('DROP INDEX users_org');
  }
}
