import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalPackage } from '../src/optional-package.ts';

test('a package that is not installed is named, with what installs it', () => {
  assert.throws(() => optionalPackage('holdfast-not-installed'), {
    message:
      'the package holdfast-not-installed is not installed: run `npm install holdfast-not-installed`',
  });
});

test('one that is installed is loaded', () => {
  assert.equal(typeof optionalPackage<typeof import('pg')>('pg').Pool, 'function');
});
