import { describe, expect, it } from 'vitest';
import { codeTableFaults, reasonTableFaults } from './tidy/error-code-rule.ts';
import {
  breachesOfFolderWalls,
  breachesOfPackagePlaces,
  breachesOfRooms,
  computedImports,
  importCycles,
} from './tidy/import-rule.ts';
import { breachesOfOrigin } from './tidy/origin-rule.ts';
import {
  aliasFaults,
  dependencyFaults,
  lockedAddresses,
  lockGaps,
  pinFaults,
} from './tidy/package-rule.ts';
import { brokenLinks, pagesWithoutOneTitle, unknownCommands } from './tidy/page-rule.ts';
import {
  barrels,
  bracelessMultiLine,
  defaultExports,
  junkDrawers,
  oversizedFiles,
  unfinishedMarks,
} from './tidy/source-rule.ts';
import { repositoryTree, type Tree } from './tidy/tree.ts';
import { staleExceptions, untestedFiles } from './tidy/unit-test-rule.ts';

/** Each rule by the fact it proves. test/tidy/ shows for every one that it can fail. */
const RULES: Readonly<Record<string, (tree: Tree) => string[]>> = {
  'imports only what the table of rooms allows': breachesOfRooms,
  'crosses the top-level folders only by the imports map': breachesOfFolderWalls,
  'names every import by a plain string': computedImports,
  'imports a package only in its places': breachesOfPackagePlaces,
  'has no circle of imports': importCycles,
  'has the same aliases in package.json and in the table': aliasFaults,
  'has a place for every dependency': dependencyFaults,
  'keeps the versions that are held': pinFaults,
  'has no address in the lockfile': lockedAddresses,
  'has no gap in the lockfile': lockGaps,
  'has no name under which anything could be put': junkDrawers,
  'has no file above the limit of lines': oversizedFiles,
  'has no file that only re-exports': barrels,
  'has no default export': defaultExports,
  'keeps a statement without braces on one line': bracelessMultiLine,
  'has no mark of unfinished work': unfinishedMarks,
  'has a unit test for every source file with logic': untestedFiles,
  'has no exception that is no longer true': staleExceptions,
  'has exactly one title on each page': pagesWithoutOneTitle,
  'links only to files that exist': brokenLinks,
  'shows only commands that exist': unknownCommands,
  'explains every error code on its page, and no other': codeTableFaults,
  'explains every reason of a refusal, and no other': reasonTableFaults,
  'names no machine, no registry and no working habit': breachesOfOrigin,
};

/** Each rule reads every file: seconds on a machine that does other things, too. */
const TIMEOUT_MS = 60_000;

describe('the repository', { timeout: TIMEOUT_MS }, () => {
  const tree = repositoryTree();

  it.each(Object.keys(RULES))('%s', (fact) => {
    expect(RULES[fact]?.(tree)).toEqual([]);
  });
});
