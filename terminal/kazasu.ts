#!/usr/bin/env node
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';

/** The one binary. Each program is a process of its own: the three folders never import each other. */
function kazasu(): Command {
  return new Command('kazasu')
    .description('An open NFC purse: card, terminal, and the carrier and issuer behind them')
    .command('card', 'emulated cards: serve one through a virtual PC/SC reader', {
      executableFile: program('../card-emulator/main.js'),
    })
    .command('handset', 'an emulated phone with a card inside, loaded over the air', {
      executableFile: program('../card-emulator/handset/main.js'),
    })
    .command('terminal', 'a point of sale: take payments, load cards, close and upload batches', {
      executableFile: program('main.js'),
    })
    .command('backend', 'issuer and carrier: cards, collection, books, settlement', {
      executableFile: program('../backend/main.js'),
    })
    .command(
      'audit',
      'computes everything anew from the raw batches, and publishes signed proofs',
      {
        executableFile: program('../backend/auditor.js'),
      },
    )
    .command('simulate', 'shops, cards and issuer with faults at every step, and an audit', {
      executableFile: program('../test/simulation/main.js'),
    })
    .command('first-tap', 'the whole story once: issue, load, pay, upload, settle', {
      executableFile: program('first-tap/main.js'),
    });
}

function program(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

// The programs are started with the same arguments of Node as this one.
const closedOutput = pathToFileURL(program('closed-output.js')).href;
process.execArgv.push('--import', closedOutput);
await kazasu().parseAsync();
