import sqlite3 from 'sqlite3';

/**
 * Keeps a second program out until it is released or this process ends, however it ends.
 *
 * Node has no file locks. SQLite's are those of the operating system, which a killed process loses
 * and a crashed machine forgets; a lock file with a process id in it does neither.
 */
export class JournalLock {
  readonly #database: sqlite3.Database;

  private constructor(database: sqlite3.Database) {
    this.#database = database;
  }

  /** Rejects if another program holds it after `waitMs`, or if the file cannot be made. */
  static async take(path: string, waitMs: number): Promise<JournalLock> {
    const database = await openDatabase(path);
    database.configure('busyTimeout', waitMs);
    try {
      await execute(
        database,
        'PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;',
      );
    } catch (error) {
      await closeDatabase(database);
      throw error;
    }
    return new JournalLock(database);
  }

  release(): Promise<void> {
    return closeDatabase(this.#database);
  }
}

function openDatabase(path: string): Promise<sqlite3.Database> {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(path, (error) => {
      if (error === null) resolve(database);
      else reject(error);
    });
  });
}

function execute(database: sqlite3.Database, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    database.exec(sql, (error) => (error === null ? resolve() : reject(error)));
  });
}

function closeDatabase(database: sqlite3.Database): Promise<void> {
  return new Promise((resolve, reject) => {
    database.close((error) => (error === null ? resolve() : reject(error)));
  });
}
