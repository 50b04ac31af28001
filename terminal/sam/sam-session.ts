import assert from 'node:assert/strict';
import { clean } from '@noble/ciphers/utils.js';
import {
  type AesCredentials,
  continueAesAuthentication,
  finishAesAuthentication,
  startAesAuthentication,
} from '#felica/aes-authentication';
import {
  type AesSession,
  FIRST_TRANSACTION_NUMBER,
  openAesFrame,
  responseTransactionNumber,
  sealAesFrame,
} from '#felica/aes-messaging';
import type { IDm, NodeCode } from '#felica/identifiers';
import type { SamAuthentication, SecureChannel } from './sam.ts';

/** Mutual authentication whose keys can be erased. */
export interface ErasableAuthentication extends SamAuthentication {
  /** Overwrites what it holds of keys; it and its channel are of no more use then. */
  forget(): void;
}

/** Begins mutual authentication under keys of one card, which are erased here. */
export function samAuthentication(start: {
  readonly idm: IDm;
  readonly services: readonly NodeCode[];
  readonly credentials: AesCredentials;
  readonly random1: Uint8Array;
}): ErasableAuthentication {
  const { idm, services, credentials, random1 } = start;
  const started = startAesAuthentication({ idm, nodes: services, credentials, random1 });
  clean(credentials.groupKey, credentials.individualKey);
  let continued: ReturnType<typeof continueAesAuthentication>;
  return {
    services,
    request: started.request,
    answer: (response) => {
      continued = continueAesAuthentication(started.state, response);
      clean(started.state.random1, started.state.alpha, started.state.beta);
      return Promise.resolve(continued?.request);
    },
    complete: (response) => {
      assert(continued !== undefined, 'complete follows a good answer');
      const finished = finishAesAuthentication(continued.state, response);
      return Promise.resolve(finished && secureChannel(finished.session));
    },
    forget: () => {
      clean(started.state.random1, started.state.alpha, started.state.beta);
      if (continued === undefined) return;
      const { encryptionKey, macKey } = continued.state.session;
      clean(encryptionKey, macKey);
    },
  };
}

function secureChannel(session: AesSession): SecureChannel {
  let nextNumber = FIRST_TRANSACTION_NUMBER;
  let expectedNumber: number | undefined;
  return {
    seal: (code, payload) => {
      const transactionNumber = nextNumber;
      expectedNumber = responseTransactionNumber(transactionNumber);
      nextNumber += 2;
      return Promise.resolve(sealAesFrame({ session, code, transactionNumber, payload }));
    },
    open: (responseCode, packet) => {
      const message = openAesFrame(session, packet);
      const isExpected =
        message?.code === responseCode && message.transactionNumber === expectedNumber;
      return Promise.resolve(isExpected ? message.payload : undefined);
    },
  };
}
