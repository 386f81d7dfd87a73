export const source = { migrationsTransactionMode: 'each' };
