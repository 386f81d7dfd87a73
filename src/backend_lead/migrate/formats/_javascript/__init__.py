"""Migrations that are programs in JavaScript or TypeScript: followed from their text, never run."""
