import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { gateBoardContract } from './gate-board-contract.ts';
import { journalContract } from './journal-contract.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-journal-'));
after(() => rmSync(folder, { recursive: true, force: true }));

journalContract('SQLite', () => ({ sqliteFile: path.join(folder, 'ledger.db') }));
gateBoardContract('SQLite', () => ({ sqliteFile: path.join(folder, 'board.db') }));
